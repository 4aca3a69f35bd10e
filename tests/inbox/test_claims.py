"""签收: colleagues of a post see who reads what; it hinders nobody from deciding, and two at once have one winner."""

from __future__ import annotations

import re

import pytest

from app.audit import AuditEvent
from app.cases.models import TaskClaim
from app.database import db
from tests.cases.test_races import at_once, count
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]


def colleague(desk: Desk) -> Program:
    return desk.client.api(desk.people["school"].approver2)


def test_it_is_taken_shown_and_given_back(desk: Desk) -> None:
    task = desk.correct(1)[0]
    name = desk.people["school"].approver.name

    taken = desk.program().post(f"/tasks/{task}/claim")
    assert (taken.status, taken.json["claimed"]["name"]) == (200, name)
    assert desk.program().post(f"/tasks/{task}/claim").status == 200, "again"
    assert colleague(desk).get("/tasks").json["items"][0]["claimed"]["name"] == name
    assert desk.program().post(f"/tasks/{task}/release").json["claimed"] is None
    assert colleague(desk).post(f"/tasks/{task}/claim").status == 200

    assert count(AuditEvent, AuditEvent.verb == "tasks/claim") == 2
    assert count(AuditEvent, AuditEvent.verb == "tasks/release") == 1


def test_a_colleague_reads_when_it_was_taken(desk: Desk) -> None:
    task = desk.correct(1)[0]
    name = desk.people["school"].approver.name
    at("2026-11-23 10:00")
    desk.program().post(f"/tasks/{task}/claim")
    at("2026-11-23 10:03")
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver2)

    since = re.compile(f"{name} [2-4] 分钟前签收")  # the clock goes on while the test does
    assert since.search(browser.get("/inbox").text)
    assert since.search(browser.get(f"/cases/{desk.numbers[0]}").text)
    refused = colleague(desk).post(f"/tasks/{task}/claim")
    assert (refused.status, refused.code) == (409, "E-CLAIM")
    assert re.search(f"由{name}于[2-4] 分钟前签收", refused.json["detail"])
    assert colleague(desk).post(f"/tasks/{task}/release").code == "E-CLAIM-02"


def test_whoever_has_not_taken_it_may_still_decide_but_not_among_others(desk: Desk) -> None:
    task = desk.correct(1)[0]
    desk.program().post(f"/tasks/{task}/claim")

    bulk = colleague(desk).post("/tasks/bulk", {"tasks": [task], "outcome": "agree"})
    assert bulk.json["results"][0]["code"] == "E-BULK"
    assert "已签收" in bulk.json["results"][0]["detail"]
    assert colleague(desk).post(f"/tasks/{task}/decision", {"outcome": "agree"}).status == 200


def test_of_two_who_take_it_at_once_one_has_it(desk: Desk) -> None:
    task = desk.correct(1)[0]
    programs = [desk.program(), colleague(desk)]

    answers = at_once(*(lambda each=each: each.post(f"/tasks/{task}/claim") for each in programs))  # type: ignore[misc]

    assert sorted(each.status for each in answers) == [200, 409]
    assert count(TaskClaim) == 1


def test_a_claim_against_a_decision_leaves_one_decision(desk: Desk) -> None:
    task = desk.correct(1)[0]
    one, other = desk.program(), colleague(desk)

    decided, claimed = at_once(
        lambda: one.post(f"/tasks/{task}/decision", {"outcome": "agree"}), lambda: other.post(f"/tasks/{task}/claim")
    )

    assert decided.status == 200
    assert claimed.status in (200, 409)


def test_nobody_else_takes_it(desk: Desk) -> None:
    task = desk.correct(1)[0]
    neighbour = desk.client.api(factories.a_user(factories.a_school("330106"), "approver"))
    above = desk.client.api(factories.a_user(factories.a_bureau("330106"), "approver"))

    assert neighbour.post(f"/tasks/{task}/claim").status == 404
    assert neighbour.post(f"/tasks/{task}/release").status == 404
    assert above.post(f"/tasks/{task}/claim").status == 403
    assert desk.program(duty="operator").post(f"/tasks/{task}/claim").status == 403
    assert desk.program().post("/tasks/99999/claim").status == 404
    assert count(TaskClaim) == 0


def test_who_drafted_it_does_not_take_it(desk: Desk) -> None:
    task = desk.correct(1)[0]
    factories.a_post(desk.people["school"].operator, desk.school, "approver")
    db.session.commit()
    both = desk.client.api(desk.people["school"].operator)
    approving = next(each["id"] for each in both.get("/me").json["posts"] if each["duty"] == "approver")

    assert both.post(f"/tasks/{task}/claim", X_Post=str(approving)).code == "E-SOD-01"


@pytest.mark.parametrize("page", ["/inbox", "/cases/{number}"])
def test_from_the_page(desk: Desk, page: str) -> None:
    task = desk.correct(1)[0]
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    page = page.format(number=desk.numbers[0])
    browser.get(f"/cases/{desk.numbers[0]}")

    assert browser.post(f"/tasks/{task}/claim", next=page).location == page
    assert "已签收" in browser.get(page).text
    assert browser.post(f"/tasks/{task}/release", next="//elsewhere.example/").location == "/"
    assert count(TaskClaim) == 0
