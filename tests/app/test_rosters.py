"""外招名单与转入: a school's roster under a filed plan, confirmed by two bureaus, directed, registered child by child."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases import commands
from app.cases.rosters import RosterChild
from app.database import db
from app.schools.models import Quota, School
from app.schools.plans import Filing
from app.students.models import Change, Directive, Student
from tests import factories
from tests.app.test_registration import SEPTEMBER, a_graduate, named
from tests.client import Answer, Client, Program
from tests.people import Office, staff

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
        assert (child.open_enrolment.school_id, child.open_enrolment.grade) == (recruiting.school.id, "21")
        assert child.archive.custodian_id == recruiting.school.id
        assert any(number.kind.value == "stage" for number in child.numbers)
        changes = db.session.scalars(sa.select(Change.code).where(Change.student_id == child.id)).all()
        assert changes == ["Z5"]
    assert set(db.session.scalars(sa.select(Directive.status))) == {"consumed"}
