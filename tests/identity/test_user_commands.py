"""`flask user …`: what an administrator does at the command line, with its exit codes."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from app import clock
from app.database import db
from app.identity.models import User
from tests.conftest import MONDAY
from tests.identity.test_sign_in import attempt as attempt_with
from tests.identity.test_sign_in import verbs
from tests.support import factories
from tests.support.client import PASSWORD, Answer, Client

NEW = "Another-pass-2027"


@pytest.fixture
def person(app: Flask) -> User:
    return factories.a_user(factories.a_bureau("330106"), "approver", "330106.approver")


def attempt(app: Flask, username: str, password: str) -> Answer:
    return attempt_with(Client(app), username, password)


def command(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["user", *args])
    db.session.rollback()
    return result.exit_code, result.output


def test_a_password_is_reset_and_every_session_ends(app: Flask, person: User) -> None:
    program = Client(app).api(person)

    assert command(app, "reset-password", person.username, "--password", "short")[0] == 1
    code, said = command(app, "reset-password", person.username, "--password", NEW)

    assert (code, "已重置" in said) == (0, True)
    assert program.get("/me").status == 401
    assert attempt(app, person.username, PASSWORD).code == "E-PASSWORD"
    assert attempt(app, person.username, NEW).status == 201
    assert "identity/reset_password" in verbs()


def test_an_account_is_sealed_and_reopened(app: Flask, person: User) -> None:
    program = Client(app).api(person)

    assert command(app, "seal", person.username)[0] == 0
    assert command(app, "seal", person.username)[0] == 1, "it is already"
    assert program.get("/me").status == 401
    assert attempt(app, person.username, PASSWORD).code == "E-PASSWORD"
    assert command(app, "reopen", person.username)[0] == 0
    assert program.get("/me").status == 401, "a session that ended stays ended"
    assert attempt(app, person.username, PASSWORD).status == 201
    assert command(app, "reopen", person.username)[0] == 1
    assert {"identity/disable", "identity/reopen"} <= set(verbs())


def test_one_post_ends_and_the_others_stay(app: Flask, person: User) -> None:
    school = factories.a_school("330106")
    command(app, "post", person.username, "--office", school.office.code, "--duty", "operator")
    clock.set_to(MONDAY + dt.timedelta(days=1))

    code, said = command(app, "end-post", person.username, "--office", "330106", "--duty", "approver")

    assert (code, "2026-11-23" in said) == (0, True)
    posts = Client(app).api(person).get("/me").json["posts"]
    assert [(each["office"]["code"], each["duty"]) for each in posts] == [(school.office.code, "operator")]
    assert command(app, "end-post", person.username, "--office", "330106", "--duty", "approver")[0] == 1
    assert "identity/end_post" in verbs()


@pytest.mark.parametrize("verb", ["unlock", "seal", "disable", "reopen"])
def test_a_name_that_nobody_has_is_said_and_exits_with_one(app: Flask, person: User, verb: str) -> None:
    code, said = command(app, verb, "nobody")

    assert (code, "没有用户 nobody" in said) == (1, True)
    assert command(app, verb)[0] == 2, "without a name"
