"""What an office has marked or struck off stands until it says otherwise, by page and by program."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.models import Decision
from app.database import db
from app.processes.recruitment.models import RosterChild
from app.students.models import Directive, Student
from tests.cases.test_races import at_once, count
from tests.processes.recruitment.test_roster_pages import browser
from tests.processes.recruitment.test_rosters import NOT_LOCAL, Recruiting, a_recruiting
from tests.processes.registration.test_registration import Entry, a_row, an_entry
from tests.support import invariants
from tests.support.client import Answer, Client

SIDES = [("source", "confirm_source"), ("here", "confirm_here")]


@pytest.fixture
def recruiting(app: Flask, client: Client) -> Recruiting:
    """A list of three that waits at both bureaus."""
    recruiting = a_recruiting(client)
    recruiting.wants(3)
    assert recruiting.submit().status == 201
    recruiting.agree("school_approval")
    return recruiting


def mark(recruiting: Recruiting, who: str, *rows: dict[str, Any]) -> Answer:
    return recruiting.program(who, "operator").post(f"/cases/{recruiting.number}/rows/marks", {"rows": list(rows)})


@pytest.mark.parametrize(("who", "key"), SIDES)
def test_an_agreement_without_a_form_confirms_nobody_who_was_marked(recruiting: Recruiting, who: str, key: str) -> None:
    assert mark(recruiting, who, {"position": 2, **NOT_LOCAL}).json == {"marked": 1}

    recruiting.agree(key, *(other for _who, other in SIDES if other != key), "directives")

    assert recruiting.statuses() == ["directed", "refused", "directed"]
    assert count(Directive) == 2
    [refused] = [row for row in recruiting.rows() if row["state"] == "refused"]
    assert "户籍与学籍均不在本区" in str(refused)
    assert invariants.broken() == []


@pytest.mark.parametrize("form", [{}, {"refused": []}, {"refused": [{"position": 3, "reason_code": "no_seat"}]}])
def test_a_decision_names_further_children_and_drops_no_mark(recruiting: Recruiting, form: dict[str, Any]) -> None:
    mark(recruiting, "source", {"position": 1, **NOT_LOCAL})

    assert recruiting.decide("confirm_source", form=form).status == 200
    recruiting.agree("confirm_here")

    named = 3 if form.get("refused") else None
    wanted = ["refused" if place in (1, named) else "confirmed" for place in (1, 2, 3)]
    assert recruiting.statuses() == wanted


def test_a_mark_taken_away_stands_no_more(recruiting: Recruiting) -> None:
    mark(recruiting, "source", {"position": 1, **NOT_LOCAL}, {"position": 2, **NOT_LOCAL})
    assert mark(recruiting, "source", {"position": 1, "reason_code": ""}).json == {"marked": 1}
    page = browser(recruiting, "source", "operator")
    page.get(f"/cases/{recruiting.number}/roster")
    page.post(f"/cases/{recruiting.number}/roster", **{"reason_code.2": "", "reason.2": "", "reason_code.3": "other"})

    recruiting.agree("confirm_source", "confirm_here")

    assert recruiting.statuses() == ["confirmed", "confirmed", "refused"]


def test_a_page_without_its_hidden_rows_confirms_nobody_who_was_marked(recruiting: Recruiting) -> None:
    """The office opens the case, a colleague marks a child, the office presses the button."""
    approver = browser(recruiting, "source")
    approver.get(f"/cases/{recruiting.number}")
    task = next(each for each in recruiting.case()["waiting"] if each["key"] == "confirm_source")
    mark(recruiting, "source", {"position": 3, **NOT_LOCAL})

    assert approver.post(f"/tasks/{task['id']}/decision", outcome="agree").status == 302
    recruiting.agree("confirm_here")

    assert recruiting.statuses() == ["confirmed", "confirmed", "refused"]


def test_marks_outlive_a_list_that_was_sent_back(recruiting: Recruiting) -> None:
    mark(recruiting, "source", {"position": 1, **NOT_LOCAL})
    named = {"refused": [{"position": 2, "reason_code": "other", "reason": "证件待核"}]}
    assert recruiting.decide("confirm_source", "send_back", form=named).status == 200
    recruiting.agree("confirm_here", "repair", "school_approval", "confirm_source")

    assert recruiting.statuses() == ["refused", "refused", "confirmed"]


def test_a_list_refused_as_a_whole_keeps_each_childs_own_reason(recruiting: Recruiting) -> None:
    mark(recruiting, "source", {"position": 1, **NOT_LOCAL})
    recruiting.decide("confirm_source", "refuse")
    db.session.rollback()
    codes = db.session.scalars(sa.select(RosterChild.source_code).order_by(RosterChild.position)).all()
    assert codes == ["not_local", "other", "other"]


def test_a_mark_at_the_moment_of_the_decision_counts_or_is_refused(recruiting: Recruiting) -> None:
    task = next(each for each in recruiting.case()["waiting"] if each["key"] == "confirm_source")
    operator, approver = recruiting.program("source", "operator"), recruiting.program("source", "approver")
    body = {"rows": [{"position": 2, **NOT_LOCAL}]}

    marked, decided = at_once(
        lambda: operator.post(f"/cases/{recruiting.number}/rows/marks", body),
        lambda: approver.post(f"/tasks/{task['id']}/decision", {"outcome": "agree"}),
    )

    assert decided.status == 200
    assert marked.status in (200, 403, 409)
    db.session.rollback()
    said = db.session.scalars(sa.select(RosterChild.source).where(RosterChild.position == 2)).one()
    assert said == ("refused" if marked.status == 200 else "agreed")


@pytest.fixture
def entry(app: Flask, client: Client) -> Entry:
    """A list of three that waits at the bureau."""
    entry = an_entry(client)
    assert entry.submit([a_row(), a_row(), a_row()]).status == 201
    entry.decide()
    return entry


def statuses(entry: Entry) -> list[str]:
    return [row.status.value for row in entry.rows()]


def test_who_was_struck_off_with_a_list_sent_back_is_struck_off_still(entry: Entry) -> None:
    assert entry.decide("send_back", form={"struck_off": "2"}).status == 200
    entry.decide()  # the repair
    entry.decide()  # the school
    [task] = entry.case()["waiting"]
    shown = entry.program("bureau", "approver").get(f"/tasks/{task['id']}").json["values"]
    assert shown == {"struck_off": "2"}

    entry.agree()

    assert statuses(entry) == ["accepted", "refused", "accepted"]
    assert count(Student) == 2


def test_an_office_that_strikes_anew_has_said_so(entry: Entry) -> None:
    entry.decide("send_back", form={"struck_off": "2"})
    entry.decide()
    entry.decide()

    assert entry.decide(form={"struck_off": "3"}).status == 200

    entry.agree()
    assert statuses(entry) == ["accepted", "accepted", "refused"]


def test_the_bureau_and_the_school_strike_side_by_side(entry: Entry) -> None:
    entry.decide("send_back")
    entry.decide(form={"struck_off": "1"})
    entry.decide()
    entry.decide(form={"struck_off": "3"})

    entry.agree()

    assert statuses(entry) == ["refused", "accepted", "refused"]


@pytest.mark.parametrize("step", ["bureau", "repair"])
def test_a_place_that_is_not_on_the_list_is_a_slip(entry: Entry, step: str) -> None:
    if step == "repair":
        entry.decide("send_back")
    before = count(Decision)

    answer = entry.decide(form={"struck_off": "1、33"})

    assert (answer.status, answer.codes) == (422, {"E-INPUT"})
    assert answer.json["objections"][0]["field"] == "form.struck_off"
    assert answer.json["objections"][0]["detail"] == "名单上没有第 33 号。"
    assert count(Decision) == before
