"""账号: the security administrator reads who can sign in, within the jurisdiction, and lifts a lock."""

from __future__ import annotations

import pytest
from flask import Flask

from app.identity.rules import LOCK_AFTER
from tests.support import factories
from tests.support.client import PASSWORD, Client


@pytest.fixture
def locked(app: Flask):
    """An account of 西湖 that is locked where its password was tried."""
    user = factories.a_user(factories.a_bureau("330106"), "approver")
    stranger = Client(app)
    stranger.get("/sign-in")
    for _ in range(LOCK_AFTER):
        stranger.post("/sign-in", username=user.username, password="not the password")
    return user


def a_secadmin(code: str):
    return factories.a_user(factories.a_bureau(code), "secadmin")


def test_a_locked_account_is_found_and_unlocked(client: Client, locked) -> None:
    client.sign_in(a_secadmin("330106"))
    page = client.get("/accounts/?locked=yes")
    assert locked.username in page.text

    assert client.post(f"/accounts/{locked.id}/unlock", next="/accounts/?locked=yes").status == 302

    assert "没有登录锁定中的账号" in client.get("/accounts/?locked=yes").text
    owner = Client(client.app)
    owner.get("/sign-in")
    assert owner.post("/sign-in", username=locked.username, password=PASSWORD).status == 302


def test_the_neighbour_finds_neither_the_account_nor_its_lock(client: Client, locked) -> None:
    neighbour = client.api(a_secadmin("330108"))

    assert locked.username not in neighbour.get("/accounts").text
    assert neighbour.get("/accounts?locked=true").json["items"] == []
    assert neighbour.post(f"/accounts/{locked.id}/unlock").status == 404
    figures = {each["key"]: each["figure"] for each in neighbour.get("/today").json["tiles"]}
    assert figures["locked"] == 0


def test_the_bureau_above_reads_it_too_and_unlocks_by_program(client: Client, locked) -> None:
    city = client.api(a_secadmin("330100"))
    [item] = city.get(f"/accounts?q={locked.username}").json["items"]
    assert item["locked_until"] is not None
    assert [post["office"]["code"] for post in item["posts"]] == ["330106"]

    assert city.post(f"/accounts/{locked.id}/unlock").status == 204

    [item] = city.get(f"/accounts?q={locked.username}").json["items"]
    assert item["locked_until"] is None


def test_an_account_is_found_by_the_whole_name_and_by_the_beginning_of_its_sign_in_name(client: Client) -> None:
    user = factories.a_user(factories.a_bureau("330106"), "operator", username="xihu.wang")
    admin = client.api(a_secadmin("330106"))

    for asked, finds in (("xihu", True), (user.name, True), ("ihu", False), ("100%", False)):
        found = [each["username"] for each in admin.get(f"/accounts?q={asked.replace('%', '%25')}").json["items"]]
        assert (user.username in found) is finds, asked


@pytest.mark.parametrize("duty", ["approver", "sysadmin", "auditor"])
def test_nobody_else_opens_the_page(client: Client, duty: str) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330106"), duty))

    assert client.get("/accounts/").status == 403
