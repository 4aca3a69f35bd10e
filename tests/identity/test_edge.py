"""What every answer carries and every change must bring: headers, cookies, proof that the form is ours."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from app.identity.models import User
from tests.support import factories
from tests.support.client import PASSWORD, Client, apart

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
PLACES = ("/sign-in", "/inbox", "/me", "/nowhere", "/api/v1/me", "/api/v1/", "/api/v1/openapi.json", "/healthz")


@pytest.fixture
def person(app: Flask) -> User:
    return factories.a_user(factories.a_bureau("330106"), "approver")


def headers_of(client: Client, path: str, **more: Any) -> Any:
    with apart(client.browser.get, path, **more) as answer:
        return answer.headers


@pytest.mark.parametrize("path", PLACES)
def test_every_answer_carries_the_headers_that_protect(client: Client, person: User, path: str) -> None:
    client.sign_in(person)
    headers = headers_of(client, path)

    assert {name: headers.get(name) for name in ALWAYS} == ALWAYS
    assert headers["Cache-Control"] == "no-store"
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_files_are_taken_for_what_they_are_and_kept(client: Client) -> None:
    headers = headers_of(client, "/static/css/app.css")

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age=86400" in headers["Cache-Control"]


def test_over_tls_browsers_are_told_to_stay_there(client: Client) -> None:
    assert "Strict-Transport-Security" not in headers_of(client, "/sign-in")
    assert "Strict-Transport-Security" in headers_of(client, "/sign-in", base_url="https://localhost")


@pytest.mark.parametrize(("address", "secure"), [("http://localhost", False), ("https://localhost", True)])
def test_the_sessions_cookie_is_for_this_site_and_no_script(client: Client, address: str, secure: bool) -> None:
    cookie = headers_of(client, "/sign-in", base_url=address)["Set-Cookie"]

    assert cookie.startswith("xueji=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == secure
    assert "Expires" not in cookie, "it ends with the browser"


def test_a_cookie_that_we_did_not_sign_is_nothing(client: Client, person: User) -> None:
    client.browser.set_cookie("xueji", "eyJzZWNyZXQiOiJ4In0.aaaa.bbbb")

    assert client.get("/inbox").status == 302


def test_every_form_must_be_our_own(client: Client, person: User) -> None:
    """Each address that changes something, with a session and without the token of a form."""
    client.sign_in(person)
    asked = 0
    for rule in client.app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.rule.startswith("/api/"):
            continue
        address = re.sub(r"<\w+>", "x", re.sub(r"<int:\w+>", "1", rule.rule))
        for token in (None, "", "forged"):
            asked += 1
            form = {} if token is None else {"csrf_token": token}
            answer = apart(client.browser.post, address, data=form)
            assert (answer.status_code, "E-CSRF" in answer.get_data(as_text=True)) == (400, True), rule.rule

    assert asked > 20


def test_the_token_of_one_session_is_worthless_in_another(client: Client, person: User) -> None:
    mine = Client(client.app)
    mine.get("/sign-in")
    token = mine.page.xpath("string(//input[@name='csrf_token']/@value)")
    client.get("/sign-in")

    answer = client.post("/sign-in", username=person.username, password=PASSWORD, csrf_token=token)

    assert answer.status == 400


def test_the_sign_in_form_itself_is_protected(client: Client, person: User) -> None:
    answer = apart(client.browser.post, "/sign-in", data={"username": person.username, "password": PASSWORD})

    assert answer.status_code == 400


def test_what_no_database_can_hold_is_refused_politely(client: Client, person: User) -> None:
    client.sign_in(person)

    for path in ("/students?q=%00", "/cases?q=a%00", "/inbox?process=%00", "/students/1%00", "/cases/%00"):
        assert client.get(path).status in (400, 404, 422), path
    client.get("/me")
    assert client.post("/me/post", post="1\x00").status == 422
    client.get("/me")
    assert client.post("/sign-in", username="a\x00", password=PASSWORD).status == 422


def test_the_page_of_a_stranger_says_nothing_of_the_inside(client: Client) -> None:
    page = client.get("/sign-in")

    assert apart(client.browser.get, "/sign-in").headers.get("Server") is None
    assert not client.page.xpath("//nav[@class='side']")
    assert "Traceback" not in page.text
