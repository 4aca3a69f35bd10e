"""Chromium, and a person sitting at it; the pages come from the application of the test, served in a thread."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Locator, Page
from waitress.server import create_server

from app.identity.views.account import MARK
from tests.support.client import PASSWORD, Client
from tests.support.databases import MUST

CHROMIUM = Path(os.environ.get("XUEJI_TEST_CHROMIUM", "/usr/bin/chromium"))
SCREEN: Any = {"width": 1366, "height": 768}
LAWS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
PATIENCE = 10_000  # milliseconds until something that never comes is a failure


def chromium_or_skip() -> str:
    """Where Chromium is; skips without it, and fails in CI."""
    if CHROMIUM.exists():
        return str(CHROMIUM)
    sentence = f"Chromium: there is none at {CHROMIUM}; install it or set XUEJI_TEST_CHROMIUM to see the pages tested"
    if MUST:
        pytest.fail(f"CI must test the pages. {sentence}")
    pytest.skip(sentence)


class Counted:
    """The application, which can say when nobody waits for an answer any more."""

    def __init__(self, app: Flask) -> None:
        self.app, self.under_way, self.change = app, 0, threading.Condition()

    def __call__(self, environ: Any, start_response: Any) -> Any:
        with self.change:
            self.under_way += 1
        try:
            return self.app(environ, start_response)
        finally:
            with self.change:
                self.under_way -= 1
                self.change.notify_all()

    def quiet(self) -> None:
        """Wait for the last answer: the next test begins with another database under the same application."""
        with self.change:
            assert self.change.wait_for(lambda: self.under_way == 0, timeout=20), "a request never ended"


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve on a free port, beside the test; gives the address."""
    counted = Counted(app)
    server = create_server(counted, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, name="pages", daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    counted.quiet()
    server.trigger.pull_trigger(
        server.close
    )  # in its own thread: closed from here, its select() may meet a dead number
    thread.join(timeout=20)


class Desk:
    """One person at one screen."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def open(self, path: str) -> Desk:
        self.page.goto(self.address + path)
        return self

    def sign_in(self, user: Any, password: str = PASSWORD) -> Desk:
        self.open("/sign-in")
        self.field("用户名").fill(user.username)
        self.field("密码").fill(password)
        self.press("登录")
        return self

    def sign_out(self) -> Desk:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name="退出").click()
        return self

    def press(self, name: str) -> None:
        """Press the button of that name in the page's main part; one that sends a form brings the next page."""
        button = self.page.get_by_role("main").get_by_role("button", name=name, exact=True)
        if button.get_attribute("type") != "submit":
            button.click()
            return
        with self.page.expect_navigation():
            button.click()

    def field(self, label: str) -> Locator:
        """The field whose label begins so; 必填 may follow."""
        return self.page.get_by_role("main").get_by_label(re.compile(f"^{label}"))

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()

    def says(self, text: str) -> bool:
        """Wait until the page shows that text."""
        self.page.get_by_text(text).first.wait_for(timeout=PATIENCE)
        return True

    def find_child(self, number: str, name: str) -> None:
        """The first step of a transfer."""
        self.follow("发起转学")
        self.field("学籍主号").fill(number)
        self.field("学生姓名").fill(name)
        self.press("查找")

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def violations(self) -> str:
        """What axe finds wrong on the page, as one text; empty when nothing."""
        found = Axe().run(
            self.page, options={"runOnly": {"type": "tag", "values": LAWS}, "resultTypes": ["violations"]}
        )
        return "\n".join(
            f"{each['id']}: {each['help']}: {[node['html'][:160] for node in each['nodes']]}"
            for each in found.response["violations"]
        )


def cookies_of(app: Flask, user: Any, address: str) -> Any:
    """What the browser of somebody keeps who has signed in by the page."""
    jar = Client(app).sign_in(user).browser
    kept = filter(None, map(jar.get_cookie, (app.config["SESSION_COOKIE_NAME"], MARK)))
    return [{"name": each.key, "value": each.value, "url": address, "httpOnly": True} for each in kept]


@contextmanager
def desks(browser: Browser, app: Flask, address: str) -> Iterator[Callable[..., Desk]]:
    """A way to seat people, each with cookies of their own; a script that fails fails the test.

    Whoever is seated is signed in without typing, and no page is open yet: to sign in is what `Desk.sign_in` shows.
    """
    seated, broken = [], []

    def seat(user: Any = None, **screen: Any) -> Desk:
        context = browser.new_context(**{"viewport": SCREEN, "locale": "zh-CN", **screen})
        context.set_default_timeout(PATIENCE)
        seated.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.append(said.text) if "Content Security Policy" in said.text else None)
        if user:
            context.add_cookies(cookies_of(app, user, address))
        return Desk(page, address)

    yield seat
    for context in seated:
        context.close()
    assert not broken, broken
