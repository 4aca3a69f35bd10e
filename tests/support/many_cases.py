"""Many cases of one school that wait for one step: what an inbox is tried with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.database import db
from app.schools.models import School
from app.students.models import Student
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.kept import kept
from tests.support.transfer_case import Office, staff


@dataclass
class Desk:
    """A school, its people and its bureau's, and cases that wait there."""

    client: Client
    school: School
    people: dict[str, Office]
    numbers: list[str] = field(default_factory=list)

    def program(self, who: str = "school", duty: str = "approver") -> Program:
        return self.client.api(getattr(self.people[who], duty))

    def apply(self, process: str, child: Student, **application: Any) -> str:
        """An application of the school's operator; its number."""
        answer = self.program(duty="operator").apply(process, {"student": child.id, **application})
        assert answer.status == 201, answer.text
        self.numbers.append(answer.json["number"])
        return self.numbers[-1]

    def correct(self, count: int, grade: str = "13") -> list[int]:
        """So many corrections of an address, each of a child of its own, that wait for the school's approver."""
        children = [factories.a_student(self.school, grade=grade) for _ in range(count)]
        db.session.commit()
        return [
            self.task_of(self.apply("correction", child, address="文三路 1 号", reason="搬家")) for child in children
        ]

    def drop_out(self, count: int, grade: str = "12") -> list[int]:
        """So many drop-outs that wait for the school's approver, then for the bureau to take note of them."""
        children = [factories.a_student(self.school, grade=grade) for _ in range(count)]
        db.session.commit()
        asked = {"left_on": clock.today().isoformat(), "efforts": "三次家访"}
        return [self.task_of(self.apply("drop_out", each, **asked)) for each in children]

    def task_of(self, number: str) -> int:
        """The one task at which that case waits."""
        waiting = self.program(duty="operator").get(f"/cases/{number}").json["waiting"]
        assert len(waiting) == 1, waiting
        return int(waiting[0]["id"])

    def in_bulk(self, tasks: list[int], outcome: str = "agree", **headers: str) -> Any:
        """Decide them together; the answer."""
        body = {"tasks": tasks, "outcome": outcome}
        return self.program().post("/tasks/bulk", body, **headers)


@pytest.fixture
def desk(app: Flask, client: Client) -> Desk:
    """Nothing waits yet."""
    return a_desk(client)


@kept
def a_desk(client: Client) -> Desk:
    school = factories.a_school("330106", seats=200)
    return Desk(client, school, {"school": staff(school), "bureau": staff(school.office.superior)})
