"""A client that checks every page it opens, and speaks to the programming interface with a token."""

from __future__ import annotations

import contextvars
import datetime as dt
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Flask
from lxml import html

from app import clock
from app.database import db
from app.identity.models import SignIn
from app.identity.queries import digest
from app.identity.rules import LONGEST
from tests.support.papers import proofs

PASSWORD = "Xueji-test-2026"


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    json: Any
    location: str | None
    etag: str | None = None

    @property
    def code(self) -> str | None:
        """The refusal's code."""
        return (self.json or {}).get("code")

    @property
    def codes(self) -> set[str]:
        """Every objection's code."""
        return {each["code"] for each in (self.json or {}).get("objections", ())}


def apart(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Make a request outside the test's own application context: it gets a session and a `g` of its own."""
    return contextvars.Context().run(call, *args, **kwargs)


class Client:
    """One browser, or one program with `api`."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.browser = app.test_client()
        self.page: Any = None
        self.programs: dict[str, Program] = {}

    def sign_in(self, user: Any) -> Client:
        """Sign in through the page, as a person does."""
        self.get("/sign-in")
        answer = self.post("/sign-in", username=user.username, password=PASSWORD)
        assert answer.status == 302, answer.text
        return self

    def get(self, url: str) -> Answer:
        return self._answer(apart(self.browser.get, url))

    def post(self, url: str, **form: Any) -> Answer:
        """Post a form with the token of the page opened last."""
        if self.page is not None:
            token = self.page.xpath("string(//input[@name='csrf_token']/@value)")
            form.setdefault("csrf_token", token)
        return self._answer(apart(self.browser.post, url, data=form))

    def _answer(self, response: Any) -> Answer:
        text = response.get_data(as_text=True)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            self.page = html.fromstring(text)
            check_page(text, self.page)
        return Answer(response.status_code, text, response.get_json(silent=True), response.headers.get("Location"))

    def api(self, user: Any) -> Program:
        """A program signed in as that user: the one that did so some minutes ago, as real programs keep their token.

        Its session is written as signing in would, without asking for the password: to ask took a fifth of the
        suite's time. Whoever tests signing in makes a `Program`, or uses `sign_in`.
        """
        program = self.programs.get(user.username)
        if program is None or not program.lives():
            token = apart(a_session, self.app, user.id)
            program = self.programs[user.username] = Program(self.app, user.username, token=token)
        return program


def a_session(app: Flask, user_id: int) -> str:
    """A program's session of that user; its token."""
    with app.app_context():
        now, secret = clock.now(), secrets.token_urlsafe(32)
        instants = {"started_at": now, "seen_at": now, "expires_at": now + LONGEST}
        row = {"secret_hash": digest(secret), "user_id": user_id, "for_program": True, **instants}
        db.session.execute(sa.insert(SignIn).values(**row))
        db.session.commit()
        return secret


class Program:
    """A program with a bearer token."""

    def __init__(self, app: Flask, username: str, password: str = PASSWORD, token: str | None = None) -> None:
        self.http = app.test_client()
        self.headers = {"Authorization": f"Bearer {token or self._sign_in(username, password)}"}
        self.since = clock.now()

    def _sign_in(self, username: str, password: str) -> str:
        answer = apart(self.http.post, "/api/v1/session", json={"username": username, "password": password})
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.get_json()["token"])

    def lives(self) -> bool:
        """True while the token is in force: fewer minutes have passed than a program may be idle."""
        return dt.timedelta(0) <= clock.now() - self.since < dt.timedelta(minutes=10)

    def get(self, path: str, **headers: str) -> Answer:
        return self._answer(apart(self.http.get, f"/api/v1{path}", headers={**self.headers, **headers}))

    def post(self, path: str, json: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._answer(apart(self.http.post, f"/api/v1{path}", json=json, headers={**self.headers, **named}))

    def apply(self, process: str, application: Any, *, papers: Any = None, **headers: str) -> Answer:
        """Submit an application with the papers that its process requires, or with others (fields of a form)."""
        body = {"process": process, "application": application}
        files = proofs(process, application) if papers is None else papers
        if not files:
            return self.post("/cases", body, **headers)
        data = {"case": json.dumps(body), **files}
        return self._answer(apart(self.http.post, "/api/v1/cases", data=data, headers={**self.headers, **headers}))

    def post_form(self, path: str, data: dict[str, Any]) -> Answer:
        """Post a form with files."""
        return self._answer(apart(self.http.post, f"/api/v1{path}", data=data, headers=self.headers))

    def upload(self, path: str, content: bytes, **headers: str) -> Answer:
        """Post a file as it is."""
        return self._answer(apart(self.http.post, f"/api/v1{path}", data=content, headers={**self.headers, **headers}))

    def put(self, path: str, content: bytes, **headers: str) -> Answer:
        """Put a file as it is."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._answer(apart(self.http.put, f"/api/v1{path}", data=content, headers={**self.headers, **named}))

    def delete(self, path: str, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._answer(apart(self.http.delete, f"/api/v1{path}", headers={**self.headers, **named}))

    def _answer(self, response: Any) -> Answer:
        text = response.get_data().decode(errors="replace")  # a file is none
        etag = response.headers.get("ETag")
        return Answer(response.status_code, text, response.get_json(silent=True), None, etag)


def check_page(text: str, page: Any) -> None:
    """What every page of the house owes its reader."""
    headings = page.xpath("//h1")
    assert len(headings) == 1, f"{len(headings)} h1"
    heading = re.sub(r"\s+", " ", headings[0].text_content()).strip()
    title = page.xpath("string(//title)").strip()
    assert title.startswith(heading), (title, heading)
    twice = [name for name, count in Counter(page.xpath("//@id")).items() if count > 1]
    assert not twice, f"ids used twice: {twice}"
    for field in page.xpath("//input[not(@type='hidden') and not(@type='submit')]|//select|//textarea"):
        name = field.get("id")
        labelled = field.get("aria-label") or field.xpath("ancestor::label") or page.xpath(f"//label[@for='{name}']")
        assert labelled, f"no label: {html.tostring(field)[:120]!r}"
    for form in page.xpath("//form"):
        assert form.get("action"), "a form without an action"
        if (form.get("method") or "").lower() == "post":
            assert form.xpath(".//input[@name='csrf_token']"), f"no token in the form to {form.get('action')}"
    assert "undefined" not in text
    assert not page.xpath("//script[not(@src)]"), "inline script"
    assert not page.xpath("//*[@style]|//style"), "inline style"
    assert not [each for each in page.iter() for name in getattr(each, "attrib", ()) if name.startswith("on")]
