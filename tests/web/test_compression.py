"""Pages go out compressed where no other site can have asked for them; files are kept for good under their hash."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from flask import Flask

from app.identity.models import User
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.databases import on_sqlite

pytestmark = on_sqlite
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def person(app: Flask) -> User:
    return factories.a_user(factories.a_bureau("330106"), "approver")


def answer(client: Client, path: str, headers: dict[str, str]) -> tuple[Any, bytes]:
    with apart(client.browser.get, path, headers=headers) as given:
        return given.headers, given.get_data()


OWN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Referer": "http://localhost/cases?q=1"},
]
FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Referer": "http://localhost/"},
    {"Referer": "http://localhost.evil.example/"},
    {"Referer": "http://evil.example/?http://localhost/"},
    {"Referer": "http://[::1"},
    {},
]


@pytest.mark.parametrize("said", OWN)
def test_a_page_that_the_site_itself_asked_for_is_compressed(
    client: Client, person: User, said: dict[str, str]
) -> None:
    client.sign_in(person)
    _, plain = answer(client, "/inbox", said)

    headers, packed = answer(client, "/inbox", GZIP | said)

    assert headers["Content-Encoding"] == "gzip"
    assert int(headers["Content-Length"]) == len(packed) < len(plain) / 2
    assert without_token(gzip.decompress(packed)) == without_token(plain)
    assert "Accept-Encoding" in headers["Vary"]
    assert headers["Cache-Control"] == "no-store"


def without_token(page: bytes) -> bytes:
    return re.sub(rb'name="csrf_token" value="[^"]*"', b"", re.sub(rb"\d\d:\d\d(:\d\d)?", b"", page))


@pytest.mark.parametrize("said", FOREIGN)
def test_a_page_that_another_site_may_have_asked_for_is_not(client: Client, person: User, said: dict[str, str]) -> None:
    """Its length would tell, letter by letter, what stands on it."""
    client.sign_in(person)

    headers, page = answer(client, "/inbox", GZIP | said)

    assert "Content-Encoding" not in headers
    assert page.startswith(b"<!doctype html>")


def test_answers_to_programs_stay_as_they_are(client: Client) -> None:
    headers, _ = answer(client, "/api/v1/openapi.json", GZIP | OWN[0])

    assert "Content-Encoding" not in headers


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip; q=0.0", "identity"])
def test_who_takes_no_gzip_gets_none(client: Client, accepted: str) -> None:
    headers, _ = answer(client, "/static/css/app.css", {"Accept-Encoding": accepted})

    assert "Content-Encoding" not in headers
    assert "Accept-Encoding" in headers["Vary"], "whoever keeps it must know"


def address_of(client: Client, file: str) -> str:
    _, page = answer(client, "/sign-in", {})
    found = re.search(rb'"(/static/' + file.encode() + rb'\?v=[0-9a-f]+)"', page)
    assert found
    return found[1].decode()


def test_a_style_sheet_is_compressed_for_everybody_and_kept_for_good_under_its_hash(client: Client) -> None:
    address = address_of(client, "css/app.css")

    headers, packed = answer(client, address, GZIP | {"Sec-Fetch-Site": "cross-site"})
    _, plain = answer(client, address, {})

    assert gzip.decompress(packed) == plain
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["ETag"].startswith("W/")
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789", "?v=%s&v=1"])
def test_under_another_hash_a_file_is_kept_for_a_day(client: Client, query: str) -> None:
    """An old page, right after an upgrade, asks for what its own version had: it must not keep the new one as that."""
    own = address_of(client, "css/app.css").partition("v=")[2]

    headers, _ = answer(client, "/static/css/app.css" + query.replace("%s", own), {})

    assert "max-age=86400" in headers["Cache-Control"]
    assert "immutable" not in headers["Cache-Control"]


def test_a_file_that_is_there_unchanged_is_not_sent_again(client: Client) -> None:
    address = address_of(client, "css/app.css")
    headers, _ = answer(client, address, GZIP)
    with apart(client.browser.get, address, headers=GZIP | {"If-None-Match": headers["ETag"]}) as again:
        assert again.status_code == 304
