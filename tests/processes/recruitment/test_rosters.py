"""外招名单与转入: under a filed plan two bureaus confirm, the source signs, the school registers child by child."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases import commands
from app.database import db
from app.processes.recruitment.models import Filing, RosterChild
from app.schools.models import Quota, School
from app.students.models import Change, Directive, Student
from tests.processes.registration.test_registration import SEPTEMBER, a_graduate, named
from tests.support import factories
from tests.support.client import Answer, Client, Program
from tests.support.kept import kept
from tests.support.transfer_case import Office, staff

NOT_LOCAL = {"reason_code": "not_local", "reason": "户籍与学籍均不在本区"}


@dataclass
class Recruiting:
    """A junior high school of 杭州西湖 that recruits in 宁波鄞州, and everybody who decides."""

    client: Client
    school: School
    origin: School
    filing: Filing
    people: dict[str, Office]
    children: list[Student] = field(default_factory=list)
    number: str = ""

    def program(self, who: str, duty: str = "operator") -> Program:
        return self.client.api(getattr(self.people[who], duty))

    def wants(self, count: int) -> list[Student]:
        self.children = [a_graduate(self.origin) for _ in range(count)]
        return self.children

    def submit(self, rows: list[dict[str, Any]] | None = None, **asked: Any) -> Answer:
        application = {"filing": self.filing.number, **asked}
        body = {
            "process": "recruitment_roster",
            "application": application,
            "rows": rows if rows is not None else [named(child) for child in self.children],
        }
        answer = self.program("school").post("/cases", body)
        if answer.status == 201:
            self.number = answer.json["number"]
        return answer

    def case(self) -> dict[str, Any]:
        return self.program("school").get(f"/cases/{self.number}").json

    def waits(self) -> set[str]:
        return {task["key"] for task in self.case()["waiting"]}

    def decide(self, key: str, outcome: str = "agree", **more: Any) -> Answer:
        task = next(each for each in self.case()["waiting"] if each["key"] == key)
        who = {"confirm_here": "here", "more_seats": "here", "confirm_source": "source", "directives": "source"}
        body: dict[str, Any] = {"outcome": outcome, **more}
        if outcome in ("refuse", "send_back"):
            body = {"reason_code": "other", "opinion": "材料不符", **body}
        return self.program(who.get(key, "school"), task["duty"]).post(f"/tasks/{task['id']}/decision", body)

    def agree(self, *keys: str) -> None:
        for key in keys:
            answer = self.decide(key)
            assert answer.status == 200, answer.text

    def until_directives(self, count: int = 3) -> None:
        self.wants(count)
        answer = self.submit()
        assert answer.status == 201, answer.text
        self.agree("school_approval", "confirm_here", "confirm_source")

    def until_pull(self, count: int = 3) -> None:
        self.until_directives(count)
        self.agree("directives")

    def rows(self) -> list[dict[str, Any]]:
        return self.program("school").get(f"/cases/{self.number}/rows?limit=200").json["items"]

    def statuses(self) -> list[str]:
        db.session.rollback()
        db.session.expire_all()
        return [
            each.status.value
            for each in db.session.scalars(sa.select(RosterChild).order_by(RosterChild.case_id, RosterChild.position))
        ]

    def quota(self) -> tuple[int, int]:
        db.session.rollback()
        found = sa.select(Quota.used, Quota.reserved).where(Quota.school_id == self.school.id, Quota.entry_year == 2026)
        return tuple(db.session.execute(found).one())  # type: ignore[return-value]


@kept
def a_recruiting(client: Client, *, cap: int = 30, seats: int = 40, source: str = "330212") -> Recruiting:
    clock.set_to(SEPTEMBER)
    school = factories.a_school("330106", stages="junior", seats=seats, ownership="private")
    origin = factories.a_school(source)
    filing = factories.a_filed_plan(school, source, cap=cap)
    people = {
        "school": staff(school),
        "here": staff(school.office.superior),
        "source": staff(origin.office.superior),
    }
    return Recruiting(client, school, origin, filing, people)


@pytest.fixture
def recruiting(app: Flask, client: Client) -> Recruiting:
    return a_recruiting(client)


def test_a_roster_goes_the_whole_way(recruiting: Recruiting) -> None:
    recruiting.wants(3)
    answer = recruiting.submit()
    assert answer.status == 201, answer.text
    recruiting.agree("school_approval")
    assert recruiting.waits() == {"confirm_here", "confirm_source"}
    recruiting.agree("confirm_source", "confirm_here")
    assert recruiting.statuses() == ["confirmed"] * 3
    assert recruiting.quota() == (0, 3)
    recruiting.agree("directives")
    assert recruiting.statuses() == ["directed"] * 3
    issued = db.session.scalars(sa.select(Directive)).all()
    assert {each.kind.value for each in issued} == {"allow_outside"}
    assert [each.number[:13] for each in issued] == ["W2026-330212-"] * 3
    assert {clock.local(each.expires_at).date() for each in issued} == {dt.date(2026, 9, 30)}

    recruiting.agree("pull")
    commands.tick()

    case = recruiting.case()
    assert (case["status"], case["outcome"]) == ("closed", "agreed")
    assert case["list"]["accepted"] == 3
    assert recruiting.statuses() == ["registered"] * 3
    assert recruiting.quota() == (3, 0)
    for child in recruiting.children:
        child = db.session.get_one(Student, child.id, populate_existing=True)
        assert child.open_enrolment
        assert child.archive
        assert (child.open_enrolment.school_id, child.open_enrolment.grade) == (recruiting.school.id, "21")
        assert child.archive.custodian_id == recruiting.school.id
        assert any(number.kind.value == "stage" for number in child.numbers)
        changes = db.session.scalars(sa.select(Change.code).where(Change.student_id == child.id)).all()
        assert changes == ["Z5"]
    assert set(db.session.scalars(sa.select(Directive.status))) == {"consumed"}


# ── confirming ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_scenario_13_of_thirty_children_twenty_eight_are_confirmed(recruiting: Recruiting) -> None:
    recruiting.wants(30)
    recruiting.submit()
    recruiting.agree("school_approval", "confirm_here")
    named_ones = [{"position": 3, **NOT_LOCAL}, {"position": 17, "reason_code": "data_differ"}]

    answer = recruiting.decide("confirm_source", form={"refused": named_ones})
    assert answer.status == 200, answer.text
    assert recruiting.quota() == (0, 28)
    recruiting.agree("directives", "pull")
    commands.tick()

    assert len(db.session.scalars(sa.select(Directive)).all()) == 28
    assert recruiting.case()["outcome"] == "agreed"
    assert recruiting.case()["list"] == {"total": 30, "accepted": 28, "refused": 2, "waiting": 0, "finished": True}
    refused = [row for row in recruiting.rows() if row["status"] == "refused"]
    assert [(row["position"], row["detail"]) for row in refused] == [
        (3, "生源地不予确认：不是本地生源，户籍与学籍均不在本区。"),
        (17, "生源地不予确认：学生信息不一致。"),
    ]
    assert recruiting.quota() == (28, 0)


def test_both_refuse_others_and_neither_goes_on(recruiting: Recruiting) -> None:
    recruiting.wants(4)
    recruiting.submit()
    recruiting.agree("school_approval")

    recruiting.decide("confirm_here", form={"refused": [{"position": 1, "reason_code": "no_seat"}]})
    recruiting.decide("confirm_source", form={"refused": [{"position": 2, **NOT_LOCAL}]})

    assert recruiting.statuses() == ["refused", "refused", "confirmed", "confirmed"]
    assert recruiting.quota() == (0, 2)


def test_who_is_not_on_the_list_cannot_be_refused(recruiting: Recruiting) -> None:
    recruiting.wants(2)
    recruiting.submit()
    recruiting.agree("school_approval")

    answer = recruiting.decide("confirm_here", form={"refused": [{"position": 9, **NOT_LOCAL}]})

    assert (answer.status, answer.json["objections"][0]["field"]) == (422, "form.refused.0.position")
    assert recruiting.statuses() == ["listed", "listed"]


@pytest.mark.parametrize("side", ["confirm_here", "confirm_source"])
def test_a_list_sent_back_comes_again_and_who_had_confirmed_is_not_asked_twice(
    recruiting: Recruiting, side: str
) -> None:
    recruiting.wants(3)
    recruiting.submit()
    recruiting.agree("school_approval")
    other = "confirm_source" if side == "confirm_here" else "confirm_here"
    recruiting.decide(side, "send_back")
    recruiting.decide(other, form={"refused": [{"position": 1, **NOT_LOCAL}]})
    assert recruiting.case()["status"] == "repairing"

    answer = recruiting.decide("repair", form={"struck_off": "2"})
    recruiting.agree("school_approval")

    assert answer.status == 200, answer.text
    assert recruiting.waits() == {side}
    recruiting.agree(side)
    assert recruiting.statuses() == ["refused", "refused", "confirmed"]
    assert [row["detail"] for row in recruiting.rows()][1] == "学校不再办理。"


@pytest.mark.parametrize("side", ["confirm_here", "confirm_source"])
def test_a_bureau_may_refuse_the_whole_list(recruiting: Recruiting, side: str) -> None:
    recruiting.wants(2)
    recruiting.submit()
    recruiting.agree("school_approval")

    for key in ("confirm_source", "confirm_here"):
        recruiting.decide(key, "refuse" if key == side else "agree")

    assert recruiting.case()["outcome"] == "refused"
    assert recruiting.statuses() == ["refused", "refused"]
    assert {"材料不符" in row["detail"] for row in recruiting.rows()} == {True}
    assert recruiting.quota() == (0, 0)


def test_the_school_refuses_its_own_list(recruiting: Recruiting) -> None:
    recruiting.wants(1)
    recruiting.submit()

    recruiting.decide("school_approval", "refuse")

    assert (recruiting.case()["outcome"], recruiting.statuses()) == ("refused", ["refused"])
    again = recruiting.submit()
    assert again.status == 201, again.text


@pytest.mark.parametrize("after", [(), ("school_approval",), ("school_approval", "confirm_here", "confirm_source")])
def test_a_recall_before_the_directives_gives_everything_back(recruiting: Recruiting, after: tuple[str, ...]) -> None:
    recruiting.wants(2)
    recruiting.submit()
    recruiting.agree(*after)

    answer = recruiting.program("school").post(f"/cases/{recruiting.number}/recall", {"reason": "名单有误"})

    assert answer.status == 200, answer.text
    assert recruiting.statuses() == ["refused", "refused"]
    assert recruiting.quota() == (0, 0)
    assert recruiting.submit().status == 201


def test_once_directed_a_list_cannot_be_recalled(recruiting: Recruiting) -> None:
    recruiting.until_pull(1)

    answer = recruiting.program("school").post(f"/cases/{recruiting.number}/recall", {"reason": "名单有误"})

    assert (answer.status, answer.code) == (422, "E-RECALL")


def test_without_seats_the_superior_strikes_some_off(client: Client, app: Flask) -> None:
    recruiting = a_recruiting(client, seats=2)
    recruiting.wants(3)
    first = recruiting.submit()
    assert first.json["waiting"][0]["code"] == "E-QUOTA-01"
    recruiting.agree("school_approval", "confirm_here", "confirm_source")
    [task] = recruiting.case()["waiting"]
    assert (task["key"], task["code"]) == ("more_seats", "E-QUOTA-01")
    assert recruiting.quota() == (0, 0)

    recruiting.decide("more_seats", form={"struck_off": "2"})

    assert recruiting.statuses() == ["confirmed", "refused", "confirmed"]
    assert recruiting.quota() == (0, 2)


def test_the_source_signs_nothing(recruiting: Recruiting) -> None:
    recruiting.until_directives(2)

    recruiting.decide("directives", "refuse")

    assert recruiting.case()["outcome"] == "refused"
    assert recruiting.statuses() == ["refused", "refused"]
    assert recruiting.quota() == (0, 0)


def test_the_school_gives_up_what_it_has_not_used(recruiting: Recruiting) -> None:
    recruiting.until_pull(2)

    recruiting.decide("pull", "refuse")

    assert recruiting.case()["outcome"] == "refused"
    assert set(db.session.scalars(sa.select(Directive.status))) == {"revoked"}
    assert recruiting.quota() == (0, 0)
