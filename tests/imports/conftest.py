"""Imports happen in September, while the cohort is open."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock

SEPTEMBER = dt.datetime(2026, 9, 7, 2, 0, tzinfo=dt.UTC)  # a Monday


@pytest.fixture(autouse=True)
def _september(_clock: None) -> None:
    clock.set_to(SEPTEMBER)
