"""Nobody locks another out, nobody tries for ever, and the owner hears of it."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit import AuditEvent
from app.database import db
from app.identity import operations, rules
from app.identity.models import FailedSignIn, User
from app.identity.operations import passwords
from app.web.sign_in_places import network_of
from tests.conftest import MONDAY
from tests.identity.test_user_commands import NEW, command
from tests.support import factories
from tests.support.client import PASSWORD, Answer, Client, apart

HOME, ELSEWHERE, FAR = "192.0.2.10", "203.0.113.9", "198.51.100.7"


@pytest.fixture
def person(app: Flask) -> User:
    return factories.a_user(factories.a_bureau("330106"), "approver", "330106.approver")


def attempt(app: Flask, username: str, password: str = "wrong", *, address: str = ELSEWHERE) -> Answer:
    """By program, from that address."""
    http = app.test_client()
    body = {"username": username, "password": password}
    response = apart(http.post, "/api/v1/session", json=body, environ_base={"REMOTE_ADDR": address})
    answer = Answer(response.status_code, response.get_data(as_text=True), response.get_json(), None)
    if answer.status in (429, 503):
        assert int(response.headers["Retry-After"]) > 0
    return answer


def browser(app: Flask, address: str) -> Client:
    client = Client(app)
    client.browser.environ_base["REMOTE_ADDR"] = address
    return client


def sign_in(client: Client, username: str, password: str = PASSWORD) -> Answer:
    if client.get("/sign-in").status == 302:
        client.get("/me")
        client.post("/sign-out")
        client.get("/sign-in")
    return client.post("/sign-in", username=username, password=password)


def reach_the_ceiling(app: Flask, username: str) -> None:
    """From many addresses, each below its lock, until the ceiling over all of them is reached."""
    for number in range(rules.CEILING):
        attempt(app, username, address=f"198.18.{number // 4}.1")


def verbs() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditEvent.verb).order_by(AuditEvent.place)))


# ── the pair of account and address ──────────────────────────────────────────────────────────────────────────────────


def test_five_wrong_ones_lock_the_address_from_which_they_came_and_no_other(app: Flask, person: User) -> None:
    answers = [attempt(app, person.username) for _ in range(5)]

    assert [answer.code for answer in answers] == ["E-PASSWORD"] * 4 + ["E-LOCKED"]
    assert attempt(app, person.username, PASSWORD).code == "E-LOCKED", "from there, not even with the right one"
    assert attempt(app, person.username, PASSWORD, address=HOME).status == 201, "the owner comes in"
    clock.set_to(MONDAY + dt.timedelta(minutes=31))
    assert attempt(app, person.username, PASSWORD).status == 201


def test_a_colleague_behind_the_same_address_does_not_lock_the_owners_browser(app: Flask, person: User) -> None:
    owner = browser(app, HOME)
    assert sign_in(owner, person.username).status == 302
    owner.get("/me")
    owner.post("/sign-out")
    for _ in range(5):
        attempt(app, person.username, address=HOME)

    assert attempt(app, person.username, PASSWORD, address=HOME).code == "E-LOCKED"
    assert sign_in(owner, person.username).status == 302

    for _ in range(5):
        answer = sign_in(owner2 := browser(app, HOME), person.username, "wrong")
    assert answer.status == 422
    assert "账号已锁定" in sign_in(owner2, person.username).text


def test_the_owners_browser_locks_too_when_the_wrong_ones_come_from_it(app: Flask, person: User) -> None:
    owner = browser(app, HOME)
    sign_in(owner, person.username)
    owner.get("/me")
    owner.post("/sign-out")

    for _ in range(5):
        page = sign_in(owner, person.username, "wrong")

    assert "账号已锁定" in page.text
    assert "账号已锁定" in sign_in(owner, person.username).text


def test_of_guesses_made_at_the_same_time_none_is_told_right_once_five_were_wrong(app: Flask, person: User) -> None:
    """All pass the first question before any of them is counted; the second is asked when they are."""
    place = operations_place()
    guesses = [operations.try_password(person.username, guess, place) for guess in [*"abcde", PASSWORD]]

    results = []
    for guess in guesses:
        results.append(operations.sign_in(guess, place, for_program=True))
        db.session.commit()

    assert [getattr(result, "code", "in") for result in results] == ["E-PASSWORD"] * 4 + ["E-LOCKED"] * 2


def operations_place(address: str = ELSEWHERE):  # type: ignore[no-untyped-def]
    from app.web.sign_in_places import place

    return place(address, None)


def test_a_network_of_the_new_protocol_counts_as_one_address() -> None:
    assert network_of("2001:db8:1:2:3::1") == network_of("2001:db8:1:2:ffff::2") == "2001:db8:1:2::/64"
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"


# ── the ceiling over all addresses ───────────────────────────────────────────────────────────────────────────────────


def test_the_ceiling_asks_for_a_known_place_and_keeps_nobody_out_who_has_one(app: Flask, person: User) -> None:
    owner = browser(app, HOME)
    sign_in(owner, person.username)
    reach_the_ceiling(app, person.username)

    refused = attempt(app, person.username, PASSWORD, address=FAR)
    assert (refused.status, refused.code) == (423, "E-RESTRICTED")
    assert attempt(app, person.username, address=FAR).text == refused.text, "right or wrong is not told"
    assert attempt(app, person.username, PASSWORD, address=HOME).status == 201, "the address is known"
    owner.browser.environ_base["REMOTE_ADDR"] = FAR
    assert sign_in(owner, person.username).status == 302, "the browser is known"
    assert "identity/ceiling" in verbs()


def test_a_name_that_nobody_has_meets_the_same_ceiling(app: Flask, person: User) -> None:
    told = []
    for name in (person.username, "330106.nobody"):
        reach_the_ceiling(app, name)
        told.append(attempt(app, name, PASSWORD, address=FAR).text)

    assert told[0] == told[1]


def test_an_administrator_releases_it(app: Flask, person: User) -> None:
    reach_the_ceiling(app, person.username)
    assert attempt(app, person.username, PASSWORD, address=FAR).code == "E-RESTRICTED"

    code, said = command(app, "unlock", person.username)

    assert (code, str(rules.CEILING) in said) == (0, True)
    assert attempt(app, person.username, PASSWORD, address=FAR).status == 201
    assert "identity/unlock" in verbs()


def test_it_ends_by_itself_a_day_after(app: Flask, person: User) -> None:
    reach_the_ceiling(app, person.username)
    clock.set_to(MONDAY + dt.timedelta(hours=25))

    assert attempt(app, person.username, PASSWORD, address=FAR).status == 201


# ── one address, many accounts ───────────────────────────────────────────────────────────────────────────────────────


def test_one_password_is_not_tried_on_every_account_from_one_address(app: Flask, person: User) -> None:
    owner = browser(app, ELSEWHERE)
    sign_in(owner, person.username)
    codes = [attempt(app, f"3301{number:02}.approver").code for number in range(rules.MOST_NAMES + 3)]

    assert codes == ["E-PASSWORD"] * rules.MOST_NAMES + ["E-MANY"] * 3
    answer = attempt(app, person.username, PASSWORD)
    assert (answer.status, answer.code) == (429, "E-MANY")
    assert attempt(app, person.username, PASSWORD, address=HOME).status == 201, "elsewhere nothing is bounded"
    assert sign_in(owner, person.username).status == 302, "nor in a browser that is known there"
    clock.set_to(MONDAY + rules.NAMES_WINDOW + dt.timedelta(minutes=1))
    assert attempt(app, person.username, PASSWORD).status == 201


def test_a_program_that_has_signed_in_there_before_is_not_kept_out_by_what_others_type(
    app: Flask, person: User
) -> None:
    assert attempt(app, person.username, PASSWORD).status == 201
    other = factories.a_user(factories.a_bureau("330106"), "operator")
    for number in range(rules.MOST_NAMES + 1):
        attempt(app, f"3301{number:02}.approver")

    assert attempt(app, other.username, PASSWORD).code == "E-MANY", "it has never signed in from there"
    assert attempt(app, person.username, PASSWORD).status == 201
    codes = [attempt(app, person.username).code for _ in range(rules.LOCK_AFTER)]
    assert codes == ["E-PASSWORD"] * (rules.LOCK_AFTER - 1) + ["E-LOCKED"], "nor may it try for ever"
    assert attempt(app, person.username, PASSWORD).code == "E-LOCKED"


def test_a_bureau_whose_people_mistype_in_the_morning_is_not_bounded(app: Flask) -> None:
    bureau = factories.a_bureau("330106")
    people = [factories.a_user(bureau, "approver", f"330106.a{number}") for number in range(rules.MOST_NAMES + 2)]
    for each in people:
        assert attempt(app, each.username).code == "E-PASSWORD"
        assert attempt(app, each.username, PASSWORD).status == 201


# ── what the owner hears ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_owner_is_told_how_many_from_where_and_when(app: Flask, person: User) -> None:
    for _ in range(5):
        attempt(app, person.username)
    attempt(app, person.username, address=FAR)
    owner = browser(app, HOME)

    sign_in(owner, person.username)
    page = owner.get("/inbox").text

    assert "6 次登录失败" in page
    assert FAR in page
    assert "其间账号曾被锁定" in page
    assert "11-23 10:00" in page
    kept = owner.get("/me").text
    assert kept.count(ELSEWHERE) == 5
    sign_in(again := browser(app, HOME), person.username)
    assert "次登录失败" not in again.get("/inbox").text, "told once"


def test_the_address_is_not_kept_in_the_clear(app: Flask, person: User) -> None:
    attempt(app, person.username)

    raw = db.session.execute(sa.text("SELECT * FROM failed_sign_in")).mappings().one()

    assert ELSEWHERE not in str({name: bytes(each) if name == "address" else each for name, each in raw.items()})
    assert db.session.scalars(sa.select(FailedSignIn)).one().address == ELSEWHERE


# ── hashing ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_password_is_hashed_while_a_transaction_is_open(
    app: Flask, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor while a connection is held: SQLite has one writer, PostgreSQL a pool."""
    held: list[tuple[bool, str]] = []
    engine, hasher = db.engine, operations.hasher()
    for name in ("verify", "hash"):
        true = getattr(type(hasher), name)

        def watched(self, *args, true=true, name=name):  # type: ignore[no-untyped-def]
            held.append((db.session.in_transaction(), name))
            return true(self, *args)

        monkeypatch.setattr(type(hasher), name, watched)
    attempt(app, person.username)
    attempt(app, "330106.nobody")
    client = browser(app, HOME)
    sign_in(client, person.username)
    client.get("/me/password")
    assert client.post("/me/password", old_password=PASSWORD, new_password=NEW, again=NEW).status == 302
    command(app, "reset-password", person.username, "--password", PASSWORD)
    command(app, "add", "330106.late", "--name", "新人", "--office", "330106", "--duty", "operator", "--password", NEW)

    assert engine is db.engine
    assert [name for open_, name in held if open_] == []
    assert {name for _open, name in held} == {"verify", "hash"}


def test_a_crowd_at_the_door_is_told_to_come_back_and_holds_nobody_up(
    app: Flask, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_admitted", threading.BoundedSemaphore(1))
    assert attempt(app, person.username, PASSWORD).status == 201
    with passwords._admitted:
        answer = attempt(app, person.username, PASSWORD)
        page = sign_in(browser(app, HOME), person.username)

    assert (answer.status, answer.code) == (503, "E-BUSY")
    assert (page.status, "登录的人过多" in page.text) == (503, True)
    assert attempt(app, person.username, PASSWORD).status == 201, "and nothing was counted"


def test_no_more_than_a_few_are_hashed_at_the_same_time(
    app: Flask, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = passwords.AT_ONCE
    for _ in range(running):
        passwords._running.acquire()
    monkeypatch.setattr(passwords, "LONGEST_WAIT", 0.01)
    try:
        answer = attempt(app, person.username, PASSWORD)
    finally:
        for _ in range(running):
            passwords._running.release()

    assert (answer.status, answer.code) == (503, "E-BUSY")
