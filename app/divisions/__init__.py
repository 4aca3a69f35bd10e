"""Province, cities, counties; the bureaus and their superiors; who answers for whom."""

from __future__ import annotations

from flask import Flask


def move_in(app: Flask) -> None:
    """The map has no pages of its own: the interface to offices stands with the schools."""
