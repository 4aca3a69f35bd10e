"""Signing in: who is let in, who is locked out, and what a stranger learns from trying."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit import AuditEvent
from app.database import db
from app.encryption import keyed_hash
from app.identity import operations
from app.identity.models import User
from tests.conftest import MONDAY
from tests.support import factories
from tests.support.client import PASSWORD, Answer, Client, apart

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def person(app: Flask) -> User:
    return factories.a_user(factories.a_bureau("330106"), "approver", "330106.approver")


def later(time: dt.timedelta) -> None:
    """The clock shows that long after Monday morning."""
    clock.set_to(MONDAY + time)


def attempt(client: Client, username: str, password: str = "wrong") -> Answer:
    """By program; the page is the same verb."""
    http = client.app.test_client()
    response = apart(http.post, "/api/v1/session", json={"username": username, "password": password})
    return Answer(response.status_code, response.get_data(as_text=True), response.get_json(), None)


def verbs() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditEvent.verb).order_by(AuditEvent.place)))


def test_five_wrong_passwords_in_a_quarter_of_an_hour_lock_for_half_an_hour(client: Client, person: User) -> None:
    answers = [attempt(client, person.username) for _ in range(5)]

    assert [(answer.status, answer.code) for answer in answers] == [(401, "E-PASSWORD")] * 4 + [(423, "E-LOCKED")]
    assert "30 分钟" in answers[-1].json["detail"]
    assert attempt(client, person.username, PASSWORD).code == "E-LOCKED", "not even with the right one"
    later(29.5 * MINUTE)
    assert "1 分钟" in attempt(client, person.username, PASSWORD).json["detail"]
    later(31 * MINUTE)
    assert attempt(client, person.username, PASSWORD).status == 201
    assert verbs().count("identity/wrong_password") == 5
    assert verbs().count("identity/lock") == 1


def test_four_wrong_ones_are_forgotten_by_a_right_one_or_by_time(client: Client, person: User) -> None:
    for _ in range(4):
        attempt(client, person.username)
    assert attempt(client, person.username, PASSWORD).status == 201
    for _ in range(4):
        assert attempt(client, person.username).code == "E-PASSWORD"
    later(16 * MINUTE)
    for _ in range(4):
        assert attempt(client, person.username).code == "E-PASSWORD"


def test_a_lock_holds_on_the_page_too(client: Client, person: User) -> None:
    for _ in range(5):
        client.get("/sign-in")
        page = client.post("/sign-in", username=person.username, password="wrong")
    assert (page.status, "账号已锁定" in page.text) == (422, True)

    page = client.post("/sign-in", username=person.username, password=PASSWORD)

    assert "账号已锁定" in page.text
    assert client.get("/inbox").status == 302


def test_a_name_that_nobody_has_is_answered_like_any_other(client: Client, person: User) -> None:
    """The same sentences in the same order, the lock and its end included."""
    for name in (person.username, "330106.nobody"):
        told = []
        later(dt.timedelta())
        for _ in range(6):
            told.append(attempt(client, name).text)
        later(29.5 * MINUTE)
        told.append(attempt(client, name).text)
        later(31 * MINUTE)
        told.extend(attempt(client, name).text for _ in range(5))
        if name == person.username:
            expected = told

    assert told == expected
    assert expected.count(expected[0]) == 8


def test_a_name_that_nobody_has_costs_as_much_work(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []
    hasher = operations.hasher()
    monkeypatch.setattr(type(hasher), "verify", lambda self, stored, typed: verified.append(stored) or False)

    for name in (person.username, "330106.nobody"):
        attempt(client, name)

    assert len(verified) == 2
    assert verified[0].rsplit("$", 2)[0] == verified[1].rsplit("$", 2)[0], "the same cost"


def test_what_a_stranger_typed_as_a_name_is_not_kept(client: Client, person: User) -> None:
    attempt(client, "My-real-Passw0rd")

    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.verb == "identity/wrong_password")).one()

    assert "Passw0rd" not in event.subject + event.content
    assert event.subject == "user:?"
    assert keyed_hash("My-real-Passw0rd")[:8] not in event.content


@pytest.mark.parametrize("name", ["", "\u200b", "x" * 500, "' OR 1=1 --", "330106.approver\u202e"])
def test_names_that_are_none_are_just_wrong(client: Client, person: User, name: str) -> None:
    client.get("/sign-in")

    page = client.post("/sign-in", username=name, password=PASSWORD)

    assert (page.status, "用户名或密码不正确" in page.text) == (422, True)


def test_who_was_disabled_is_refused_in_the_same_words_and_at_once(client: Client, person: User) -> None:
    program = client.api(person)
    result = client.app.test_cli_runner().invoke(args=["user", "disable", person.username])

    assert result.exit_code == 0
    assert program.get("/me").status == 401
    assert attempt(client, person.username, PASSWORD).code == "E-PASSWORD"
    assert "identity/disable" in verbs()


def test_demo_accounts_are_listed_only_where_there_are_any(client: Client, person: User) -> None:
    page = client.get("/sign-in")
    assert "演示账号" not in page.text
    assert person.username not in page.text
    assert "Xueji-demo-2026" not in page.text
    person.is_demo = True
    db.session.commit()

    page = client.get("/sign-in")

    assert "演示账号" in page.text
    assert person.username in page.text
    assert client.get("/sign-in?as=330106.approver").text.count('value="330106.approver"') == 1


def test_after_signing_in_one_goes_on_to_where_one_wanted_but_never_elsewhere(client: Client, person: User) -> None:
    assert client.get("/students?grade=13").location == "/sign-in?next=/students?grade%3D13"
    for wanted, reached in {
        "/students?grade=13": "/students?grade=13",
        "https://example.com/": "/",
        "//example.com": "/",
        "/\\example.com": "/",
        "javascript:alert(1)": "/",
    }.items():
        browser = Client(client.app)
        browser.get("/sign-in")
        answer = browser.post("/sign-in", username=person.username, password=PASSWORD, next=wanted)
        assert answer.location == reached, wanted
