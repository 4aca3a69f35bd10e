"""Database down or disk full: 503 with Retry-After, and what was typed is still there."""

from __future__ import annotations

import errno
import io
import logging
import shutil
import sqlite3
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from app import file_store
from app.database import db
from tests.conftest import make_app
from tests.support import papers
from tests.support.client import Client, apart
from tests.support.databases import on_postgres
from tests.support.transfer_case import Story

TEXT = "一段写了很久的意见"
DOWN = {
    "sqlite": "sqlite:////nowhere/at/all/xueji.db",
    "postgresql": "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2",
}


@pytest.fixture(params=sorted(DOWN))
def house(request: pytest.FixtureRequest) -> Flask:
    """An application whose database does not answer."""
    return make_app(DOWN[request.param])


def test_without_its_database_it_says_so_and_when_to_come_back(house: Flask) -> None:
    http = house.test_client()
    for path in ("/sign-in", "/check/aaaa-bbbb", "/readyz"):
        answer = apart(http.get, path)
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True), path
    assert apart(http.get, "/readyz").get_json()["faults"][0] == "database"
    assert apart(http.get, "/healthz").status_code == 200
    page = apart(http.get, "/sign-in").get_data(as_text=True)
    assert "E-UNAVAILABLE" in page
    answer = apart(http.post, "/api/v1/session", json={"username": "a", "password": "b"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "E-UNAVAILABLE")
    assert answer.headers["Retry-After"]


def no_room(connection: sa.Connection, cursor: Any, statement: str, *_more: Any) -> None:
    """What each engine says when it can write no more."""
    if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "WITH", "DELETE")):
        said = "could not extend file: No space left on device"
        full = sqlite3.OperationalError("database or disk is full")
        raise sa.exc.OperationalError(
            statement, {}, full if connection.dialect.name == "sqlite" else psycopg.errors.DiskFull(said)
        )


def test_a_full_disk_keeps_what_was_typed_and_the_same_form_can_be_sent_again(
    submitted: Story,
) -> None:
    client = submitted.client.sign_in(submitted.people["receiving_school"].approver)
    client.get(f"/cases/{submitted.number}")
    action = client.page.xpath("string(//form[contains(@action, '/decision')]/@action)")
    key = client.page.xpath("string(//form[contains(@action, '/decision')]//input[@name='key']/@value)")
    form = {"outcome": "agree", "opinion": TEXT * 60, "key": key}
    sa.event.listen(db.engine, "before_cursor_execute", no_room)
    try:
        answer = client.post(action, **form)
        refused = client.post("/me/post", post="nonsense")
        client.post(action, **form)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", no_room)

    assert refused.status == 503, "a refusal that cannot be written down is none"
    assert answer.status == 503
    assert TEXT in client.page.xpath("string(//textarea[@name='opinion'])")
    assert client.page.xpath("string(//form/@action)") == action
    token = client.page.xpath("string(//input[@name='csrf_token']/@value)")
    assert client.post(action, **form, csrf_token=token).status == 302


def ask(app: Flask, call: Callable[[], Any], at: int) -> tuple[Any, int]:
    """Make the request and let PostgreSQL end its connection right before its statement or commit of that number.

    Gives the answer and the number of statements seen; nothing is ended when there were fewer.
    """
    seen = 0

    def end(connection: sa.Connection, *_statement: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == at:
            server = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
            with psycopg.connect(**_database(connection)) as other:
                other.execute("SELECT pg_terminate_backend(%s, 5000)", [server])

    db.session.rollback()
    for name in ("before_cursor_execute", "commit"):
        sa.event.listen(db.engine, name, end)
    try:
        return call(), seen
    finally:
        for name in ("before_cursor_execute", "commit"):
            sa.event.remove(db.engine, name, end)


def _database(connection: sa.Connection) -> dict[str, Any]:
    url = connection.engine.url
    return {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "dbname": url.database}


WAYS = ["page", "no page", "refusal", "dead token", "decision", "program", "anonymous"]


@on_postgres
@pytest.mark.parametrize("what", WAYS)
def test_a_connection_that_ends_at_any_statement_is_told_as_such(submitted: Story, app: Flask, what: str) -> None:
    approver = submitted.people["receiving_school"].approver
    task = submitted.waiting()["id"]
    client, program = submitted.client.sign_in(approver), submitted.client.api(approver)
    client.get(f"/cases/{submitted.number}")
    token = client.page.xpath("string(//input[@name='csrf_token']/@value)")
    form = {"outcome": "agree", "opinion": TEXT, "csrf_token": token}
    calls = {
        "page": lambda: client.browser.get(f"/cases/{submitted.number}"),
        "no page": lambda: client.browser.get("/no/such/page"),
        "refusal": lambda: client.browser.post("/me/post", data={"post": "nonsense", "csrf_token": token}),
        "dead token": lambda: client.browser.post(f"/tasks/{task}/decision", data={**form, "csrf_token": "dead"}),
        "decision": lambda: client.browser.post(f"/tasks/{task}/decision", data=form),
        "program": lambda: program.http.get(f"/api/v1/cases/{submitted.number}", headers=program.headers),
        "anonymous": lambda: app.test_client().post("/api/v1/session", json={"username": "a", "password": "b"}),
    }
    at, answers = 1, []
    while True:
        answer, seen = ask(app, lambda: apart(calls[what]), at)
        if seen < at:
            break
        answers.append((at, answer.status_code, answer.headers.get("Retry-After")))
        at += 1

    assert {status for _at, status, _after in answers} == {503}, answers
    assert all(after for _at, _status, after in answers)
    fewest = {"program": 2, "no page": 2}  # a case, and what an empty page counts, are one statement after who asks
    assert len(answers) >= fewest.get(what, 3)
    assert answer.status_code < 500


def test_no_room_for_a_paper(submitted: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    client = submitted.client.sign_in(submitted.people["receiving_school"].approver)
    client.get(f"/cases/{submitted.number}")
    token = client.page.xpath("string(//input[@name='csrf_token']/@value)")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(file_store.os, "fsync", full)
    content = papers.a_pdf(b" % no room for this one")
    files = {"csrf_token": token, "attachments": (io.BytesIO(content), "证明.pdf")}

    answer = apart(client.browser.post, f"/cases/{submitted.number}/attachments", data=files)

    assert answer.status_code == 503
    assert "证明.pdf" in answer.get_data(as_text=True)


def test_readiness_asks_for_room(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert apart(client.browser.get, "/readyz").status_code == 200
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9, 1000))

    answer = apart(client.browser.get, "/readyz")

    assert (answer.status_code, answer.get_json()["faults"]) == (503, ["disk"])


def test_no_value_of_a_row_stands_in_a_log_or_a_message(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    secret = "330106201705200017"
    statement = sa.text("INSERT INTO app_user (id, username, name) VALUES (-1, :number, NULL)")
    with caplog.at_level(logging.INFO, logger="sqlalchemy.engine"), pytest.raises(sa.exc.IntegrityError) as raised:
        db.session.execute(statement, {"number": secret})
    db.session.rollback()

    assert secret not in str(raised.value) + str(raised.value.orig) + repr(raised.value)
    assert secret not in caplog.text
