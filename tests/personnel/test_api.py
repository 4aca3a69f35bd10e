"""People and posts for programs: the verbs of the pages, never one alone, nothing of the neighbour's."""

from __future__ import annotations

from flask import Flask

from tests.support import factories
from tests.support.client import Client, Program

NEW = {
    "office": "330106", "name": "王小明", "username": "wang.xm", "duty": "operator", "starts_on": "2026-11-23",
    "ends_on": "2027-07-31", "reason": "新任经办",
}  # fmt: skip


def program(app: Flask, duty: str, code: str = "330106") -> Program:
    return Client(app).api(factories.a_user(factories.a_bureau(code), duty))


def test_a_post_is_proposed_granted_and_ended(app: Flask) -> None:
    leader, admin = program(app, "approver"), program(app, "secadmin")

    proposed = leader.post("/people/proposals", NEW)

    assert (proposed.status, proposed.json["status"], proposed.json["new_account"]) == (201, "open", True)
    assert leader.post("/people/proposals", NEW).codes == {"E-APPOINT"}, "the same once"
    path = f"/people/proposals/{proposed.json['id']}"
    assert [each["id"] for each in admin.get("/people/proposals").json["items"]] == [proposed.json["id"]]
    assert leader.post(f"{path}/decision", {"outcome": "agree"}).code == "E-ALLOW"
    granted = admin.post(f"{path}/decision", {"outcome": "agree"})
    assert (granted.status, granted.json["proposal"]["status"]) == (200, "granted"), granted.text
    first = granted.json["first_password"]
    assert admin.post(f"{path}/decision", {"outcome": "agree"}).code == "E-APPOINT-03"
    assert first not in leader.get("/people/proposals").text
    session = app.test_client().post("/api/v1/session", json={"username": "wang.xm", "password": first})
    assert session.status_code == 201
    [post] = [each for each in leader.get("/people/posts").json["items"] if each["person"]["username"] == "wang.xm"]
    assert (post["duty"], post["ends_on"]) == ("operator", "2027-07-31")
    colleague = factories.a_user(factories.a_bureau("330106"), "operator")
    handed = leader.post(f"/people/posts/{post['id']}/hand-on", {"to": colleague.id, "reason": "出差"})
    assert handed.json == {"handed_on": 0, "returned": 0}
    end = {"ends_on": "2026-12-31", "to": colleague.id, "reason": "调离"}
    ending = leader.post(f"/people/posts/{post['id']}/end", end)
    assert (ending.status, ending.json["kind"]) == (201, "relieve"), ending.text
    assert leader.post(f"/people/proposals/{ending.json['id']}/withdraw").json["status"] == "withdrawn"


def test_a_refusal_says_why_and_faults_come_all_at_once(app: Flask) -> None:
    leader, admin = program(app, "approver"), program(app, "secadmin")
    path = f"/people/proposals/{leader.post('/people/proposals', NEW).json['id']}/decision"
    assert admin.post(path, {"outcome": "refuse"}).code == "E-INPUT"
    refused = admin.post(path, {"outcome": "refuse", "opinion": "无编制"})
    assert (refused.json["proposal"]["opinion"], refused.json["first_password"]) == ("无编制", None)
    wrong = leader.post("/people/proposals", {**NEW, "username": "王", "starts_on": "2020-01-01"})
    assert {each["field"] for each in wrong.json["objections"]} == {"username", "starts_on"}


def test_the_neighbour_proposes_and_grants_nothing_here(app: Flask) -> None:
    leader, neighbour = program(app, "approver"), program(app, "approver", "330108")
    proposal = leader.post("/people/proposals", NEW).json["id"]
    post = leader.get("/people/posts").json["items"][0]["id"]
    other = program(app, "secadmin", "330108")
    assert other.get("/people/proposals").json["items"] == []
    for answer in (
        neighbour.post("/people/proposals", NEW), neighbour.get("/people/posts?office=330106"),
        neighbour.get("/people/proposals?office=330106"), neighbour.post(f"/people/proposals/{proposal}/withdraw"),
        neighbour.post(f"/people/posts/{post}/end", {"ends_on": "2026-12-31", "reason": "调离"}),
        neighbour.post(f"/people/posts/{post}/hand-on", {"to": 1, "reason": "出差"}),
        other.post(f"/people/proposals/{proposal}/decision", {"outcome": "agree"}),
    ):  # fmt: skip
        assert answer.status == 404, answer.text
