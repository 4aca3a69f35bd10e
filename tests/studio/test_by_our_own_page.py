"""The modeler runs in the browser: the programming interface knows its session where our own page calls, only there."""

from __future__ import annotations

from typing import Any

from tests.studio.conftest import Studio
from tests.support.client import Client, apart
from tests.support.databases import on_sqlite

PATH = "/api/v1/drafts"


def signed_in(studio: Studio, who: str = "analyst") -> tuple[Client, str]:
    client = Client(studio.client.app).sign_in(studio.people[who])
    client.get("/me")
    return client, client.page.xpath("string(//input[@name='csrf_token']/@value)")


def call(client: Client, method: str, path: str, **more: Any) -> Any:
    return apart(getattr(client.browser, method), path, **more)


@on_sqlite
def test_a_page_of_ours_reads_and_saves_with_its_token(studio: Studio) -> None:
    draft = studio.draft()
    client, token = signed_in(studio)
    path = f"{PATH}/{draft}/files/reasons.json"

    read = call(client, "get", path, headers={"X-CSRFToken": token})
    assert read.status_code == 200
    saved = call(client, "put", path, data=b"[]", headers={"X-CSRFToken": token, "If-Match": read.headers["ETag"]})

    assert saved.status_code == 200, saved.get_data(as_text=True)
    assert studio.text(draft, "reasons.json") == "[]"


@on_sqlite
def test_a_page_of_another_site_is_nobody(studio: Studio) -> None:
    draft = studio.draft()
    client, _token = signed_in(studio)
    path = f"{PATH}/{draft}/files/reasons.json"

    assert call(client, "get", PATH).status_code == 401
    assert call(client, "put", path, data=b"[]").status_code == 401
    assert call(client, "put", path, data=b"[]", headers={"X-CSRFToken": "forged"}).status_code == 400
    assert call(client, "delete", f"{PATH}/{draft}", headers={"X-CSRFToken": "forged"}).status_code == 400
    assert studio.text(draft, "reasons.json") != "[]"


@on_sqlite
def test_a_token_of_ones_own_says_who_calls_even_beside_a_session(studio: Studio) -> None:
    client, token = signed_in(studio)

    answer = call(client, "get", PATH, headers={"X-CSRFToken": token, "Authorization": "Bearer nothing"})

    assert answer.status_code == 401


@on_sqlite
def test_an_editor_asks_for_the_token_of_the_session_that_was_begun_meanwhile(studio: Studio) -> None:
    draft = studio.draft()
    client, old = signed_in(studio)
    client.sign_in(studio.people["analyst"])  # in another window
    path = f"{PATH}/{draft}/files/reasons.json"
    read = call(client, "get", path, headers={"X-CSRFToken": old})
    saving = {"If-Match": read.headers["ETag"]}
    assert call(client, "put", path, data=b"[]", headers={"X-CSRFToken": old, **saving}).json["code"] == "E-CSRF"

    fresh = call(client, "get", "/studio/token")

    assert (fresh.headers["Cache-Control"], fresh.json["user"]) == ("no-store", studio.people["analyst"].id)
    assert "Access-Control-Allow-Origin" not in fresh.headers
    answer = call(client, "put", path, data=b"[]", headers={"X-CSRFToken": fresh.json["token"], **saving})
    assert answer.status_code == 200
    assert call(client, "get", "/studio/token", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert Client(studio.client.app).get("/studio/token").status == 302
