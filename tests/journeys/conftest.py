"""A browser, and the application of the test for it to open."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from tests.support.browsers import Desk, chromium_or_skip, desks, serving


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    chromium = chromium_or_skip()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def seat(browser: Browser, app: Flask) -> Iterator[Callable[..., Desk]]:
    """`seat(user)`: somebody signed in at a screen of 1366 × 768, who opens a page next; without a user, a stranger."""
    with serving(app) as address, desks(browser, app, address) as way:
        yield way
