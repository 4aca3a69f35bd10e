"""Sessions: how long they live, what ends them, and in which post one acts."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.identity.models import Post, SignIn, User
from tests.identity.test_sign_in import MINUTE, attempt, later, verbs
from tests.support import factories
from tests.support.client import PASSWORD, Client, Program, apart

NEW = "Another-pass-2027"


@pytest.fixture
def person(app: Flask) -> User:
    return factories.a_user(factories.a_bureau("330106"), "approver")


def test_a_quarter_of_an_hour_without_a_word_ends_a_session(client: Client, person: User) -> None:
    program = client.api(person)
    client.sign_in(person)
    later(14 * MINUTE)
    assert program.get("/me").status == 200
    assert client.get("/inbox").status == 200
    later(28 * MINUTE)
    assert program.get("/me").status == 200, "each use begins the quarter anew"
    assert client.get("/inbox").status == 200

    later(44 * MINUTE)

    assert (program.get("/me").status, program.get("/me").code) == (401, "E-SIGN-IN")
    assert client.get("/inbox").location == "/sign-in?next=/inbox?"


def test_after_eight_hours_one_signs_in_again_however_busy(client: Client, person: User) -> None:
    program = client.api(person)
    client.sign_in(person)
    for quarter in range(1, 48):
        later(quarter * 10 * MINUTE)
        assert program.get("/me").status == 200
        assert client.get("/me").status == 200

    later(8 * 60 * MINUTE + dt.timedelta(seconds=5))

    assert program.get("/me").status == 401
    assert client.get("/me").status == 302


def test_a_token_says_when_it_ends_and_ends_when_it_is_given_back(client: Client, person: User) -> None:
    answer = attempt(client, person.username, PASSWORD)
    until = dt.datetime.fromisoformat(answer.json["expires_at"])
    assert abs(until - clock.now() - dt.timedelta(hours=8)) < MINUTE
    one, other = Program(client.app, person.username), Program(client.app, person.username)

    assert one.delete("/session").status == 204

    assert one.get("/me").status == 401
    assert one.delete("/session").status == 401
    assert other.get("/me").status == 200, "several sessions live side by side"


@pytest.mark.parametrize("token", ["", "x", "Bearer", "é", "a" * 5000])
def test_made_up_tokens_open_nothing(client: Client, person: User, token: str) -> None:
    http = client.app.test_client()

    answer = apart(http.get, "/api/v1/me", headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")})

    assert answer.status_code == 401


def test_the_browsers_cookie_does_not_open_the_programming_interface(client: Client, person: User) -> None:
    client.sign_in(person)

    assert client.get("/api/v1/me").status == 401
    assert apart(client.browser.post, "/api/v1/cases", json={}).status_code == 401


def test_signing_in_makes_a_new_session_and_ends_the_one_before(client: Client, person: User) -> None:
    client.sign_in(person)
    with client.browser.session_transaction() as cookie:
        first, cookie["planted"] = cookie["secret"], "by somebody before"
    client.get("/me")

    client.post("/sign-in", username=person.username, password=PASSWORD)

    with client.browser.session_transaction() as cookie:
        assert cookie["secret"] != first
        assert "planted" not in cookie
    sessions = db.session.scalars(sa.select(SignIn).order_by(SignIn.id)).all()
    assert [session.ended_at is None for session in sessions] == [False, True]
    assert first not in {session.secret_hash for session in sessions}, "only its hash is kept"


def test_signing_out_ends_the_session_for_good(client: Client, person: User) -> None:
    client.sign_in(person)
    with client.browser.session_transaction() as cookie:
        secret = cookie["secret"]
    client.get("/me")
    client.post("/sign-out")

    with client.browser.session_transaction() as cookie:
        cookie["secret"] = secret

    assert client.get("/me").status == 302
    assert "identity/sign_out" in verbs()


# ── posts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def both(person: User) -> User:
    """Approver at a bureau, operator at a school."""
    return factories.a_post(person, factories.a_school("330106"), "operator")


def test_a_person_with_two_posts_acts_in_the_one_chosen(client: Client, both: User) -> None:
    school = both.posts[1]
    client.sign_in(both)
    assert client.get("/apply/").status == 403
    client.get("/me")

    assert client.post("/me/post", post=school.id).status == 302

    assert client.get("/apply/").status == 200
    program = client.api(both)
    assert [post["duty"] for post in program.get("/me").json["posts"]] == ["approver", "operator"]
    found = {"main_number": factories.a_number(), "name": "无此人"}
    assert program.post("/cases", {}, X_Post=str(school.id)).status == 422, "allowed, and the application is wrong"
    assert program.post("/cases", {}).status == 403
    assert program.post("/students/search", found, X_Post=str(both.posts[0].id)).status != 403


@pytest.mark.parametrize("wanted", ["0", "-1", "x", "1e9", "999999"])
def test_nobody_acts_in_a_post_that_is_not_theirs(client: Client, both: User, wanted: str) -> None:
    client.sign_in(both)
    client.get("/me")

    assert client.post("/me/post", post=wanted).status == 403
    assert client.api(both).get("/me", **{"X-Post": wanted}).code == "E-POST"


def test_somebody_elses_post_is_as_good_as_none(client: Client, both: User) -> None:
    other = factories.a_user(factories.a_bureau("330108"), "approver").posts[0]
    client.sign_in(both)
    client.get("/me")

    assert client.post("/me/post", post=other.id).status == 403
    assert client.api(both).get("/tasks", **{"X-Post": str(other.id)}).code == "E-POST"


def end(post: Post, *, days: int) -> None:
    post.ends_on = clock.today() + dt.timedelta(days=days)
    db.session.commit()


def test_a_post_that_has_ended_has_no_power_from_the_next_day_on(client: Client, both: User) -> None:
    bureau = both.posts[0]
    client.sign_in(both)
    program = client.api(both)
    end(bureau, days=0)
    assert program.get("/tasks", **{"X-Post": str(bureau.id)}).status == 200, "the last day still counts"
    end(bureau, days=-1)

    assert program.get("/tasks", **{"X-Post": str(bureau.id)}).code == "E-POST"
    assert [post["duty"] for post in program.get("/me").json["posts"]] == ["operator"]
    assert client.get("/apply/").status == 200, "what is left is the school's post"


def test_who_holds_no_post_any_more_is_out_and_told_so(client: Client, person: User) -> None:
    client.sign_in(person)
    program = client.api(person)
    end(person.posts[0], days=-1)

    assert client.get("/inbox").status == 302
    assert program.get("/me").status == 401
    client.get("/sign-in")
    page = client.post("/sign-in", username=person.username, password=PASSWORD)
    assert (page.status, "岗位不在有效期内" in page.text) == (422, True)
    assert attempt(client, person.username, PASSWORD).code == "E-POST"
    assert attempt(client, person.username).code == "E-PASSWORD", "said only to who knows the password"


def test_a_post_that_begins_tomorrow_has_no_power_today(client: Client) -> None:
    person = factories.a_user(factories.a_bureau("330106"), "operator", starts_on=clock.today() + dt.timedelta(days=1))

    assert attempt(client, person.username, PASSWORD).code == "E-POST"
    later(dt.timedelta(days=1))
    assert attempt(client, person.username, PASSWORD).status == 201


# ── password ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> tuple[int, str]:
    client.get("/me/password")
    answer = client.post("/me/password", old_password=old, new_password=new, again=new if again is None else again)
    return answer.status, answer.text


def test_a_changed_password_ends_every_other_session(client: Client, person: User) -> None:
    program, elsewhere = client.api(person), Client(client.app).sign_in(person)
    client.sign_in(person)
    person.is_demo = True
    db.session.commit()

    assert change(client)[0] == 302

    assert client.get("/me").status == 200
    assert program.get("/me").status == 401
    assert elsewhere.get("/me").status == 302
    assert attempt(client, person.username, PASSWORD).code == "E-PASSWORD"
    assert attempt(client, person.username, NEW).status == 201
    assert "演示账号" not in Client(client.app).get("/sign-in").text, "its password is no longer known to everybody"


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("Short-1", "10 到 128 个字符"), ("alllowercase", "三类"), (PASSWORD, "不能与原密码相同"),
        ("My-330106.approver.0", "不能包含用户名"), ("A1-" + "x" * 200, "10 到 128 个字符"), ("", "10 到 128 个字符"),
    ],
)  # fmt: skip
def test_poor_passwords_are_refused_with_the_reason(client: Client, person: User, new: str, told: str) -> None:
    client.sign_in(person)
    status, text = change(client, new=new.replace("330106.approver.0", person.username))

    assert (status, told in text) == (422, True)
    assert attempt(client, person.username, PASSWORD).status == 201


def test_two_different_new_passwords_are_refused(client: Client, person: User) -> None:
    client.sign_in(person)

    assert "不一致" in change(client, again="Something-else-1")[1]


def test_whoever_finds_an_open_screen_may_not_guess_the_old_password_for_long(client: Client, person: User) -> None:
    client.sign_in(person)
    for _ in range(4):
        assert "用户名或密码不正确" in change(client, old="a guess")[1]

    status, text = change(client, old="a guess")

    assert (status, "账号已锁定" in text) == (422, True)
    assert client.get("/me").status == 302
    assert attempt(client, person.username, PASSWORD).code == "E-LOCKED"
