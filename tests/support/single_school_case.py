"""A school, its bureau, a child: cases of one school, from the application to the changed record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.database import db
from app.schools.models import School
from app.students.models import Enrolment, Standing, Student
from tests.support import factories
from tests.support.client import Answer, Client, Program
from tests.support.kept import kept
from tests.support.papers import a_pdf, sent
from tests.support.transfer_case import Office, staff

GUARDIAN = {"name": "陈建国", "relation": "1", "phone": "13800000000"}


def tell_guardian(program: Program, number: str) -> None:
    """Let the operator record that the guardian was told and consents in writing, if the case waits for that."""
    while waiting := [
        each
        for each in program.get(f"/cases/{number}").json["waiting"]
        if each["key"] in ("guardian_notice", "objection_period")
    ]:
        form: dict[str, Any] = {}
        if waiting[0]["key"] == "guardian_notice":
            hand_in(program, number, "guardian_consent")
            form = {"served_on": clock.today().isoformat(), "means": "signed", "consented": True}
        body = {"outcome": "agree", "form": form}
        answer = program.post(f"/tasks/{waiting[0]['id']}/decision", body)
        assert answer.status == 200, answer.text


def hand_in(program: Program, number: str, kind: str) -> None:
    """Attach a paper of that kind to the case."""
    data = {"kind": kind, "attachments": sent((f"{kind}.pdf", a_pdf()))}
    answer = program.post_form(f"/cases/{number}/attachments", data)
    assert answer.status == 201, answer.text


@dataclass
class Matter:
    """One school under one bureau, and a child there."""

    client: Client
    school: School
    child: Student
    people: dict[str, Office]
    number: str = ""

    def program(self, who: str, duty: str = "operator") -> Program:
        """A program of the school's or the bureau's person."""
        return self.client.api(getattr(self.people[who], duty))

    def application(self, process: str, **more: Any) -> dict[str, Any]:
        """An acceptable application of that process, dated on the house's clock."""
        today = clock.today().isoformat()
        signed = {"guardian": GUARDIAN, "signed_on": today}
        own: dict[str, dict[str, Any]] = {
            "suspension": {
                "kind": "illness", "hospital": "浙江大学医学院附属儿童医院", "diagnosed_on": today, "rest_months": 6,
                "starts_on": today, "ends_on": f"{clock.today().year + 1}-06-30", "explanation": "须住院治疗", **signed,
            },
            "suspension_renewal": {
                "hospital": "浙江大学医学院附属儿童医院", "diagnosed_on": today, "rest_months": 6,
                "ends_on": f"{clock.today().year + 1}-09-30", "explanation": "仍须治疗", **signed,
            },
            "resumption": {"resumes_on": today, "grade": self.enrolment.grade, "proof": "康复证明", **signed},
            "withdrawal": {"leaves_on": today, "reason": "自愿退学", **signed},
            "skip": {"test_result": "各科优秀", "reason": "学业优异", **signed},
            "repeat": {"reason": "身体原因缺课较多", **signed},
            "death": {"died_on": today, "proof": "死亡医学证明"},
            "abroad": {"country": "新加坡", "leaves_on": today, "document": "录取通知", **signed},
            "drop_out": {"left_on": today, "efforts": "三次家访"},
            "return_to_school": {"returned_on": today, "explanation": "经劝返"},
            "reinstatement": {"starts_on": today, "grade": self.enrolment.grade, "experience": "在境外就读", **signed},
            "key_correction": {"name": "陈思源", "proof": "户口簿", "reason": "更名", **signed},
            "locked_correction": {"household_division": "330108", "proof": "户口簿首页", "reason": "录入错误"},
            "correction": {"address": "文三路 1 号", "reason": "搬家"},
            "class_change": {"school_class": 2, "reason": "分班调整"},
        }[process]  # fmt: skip
        return {"student": self.child.id, **own, **more}

    @property
    def enrolment(self) -> Enrolment:
        """The child's last enrolment as the database has it now."""
        db.session.rollback()
        db.session.expire_all()
        child = db.session.get_one(Student, self.child.id)
        found = child.open_enrolment or child.last_enrolment
        assert found is not None
        return found

    def submit(
        self, process: str, application: dict[str, Any] | None = None, *, told: bool = True, **more: Any
    ) -> Answer:
        """Submit it; where the guardian is told before the decision, with their consent at once."""
        body = application if application is not None else self.application(process, **more)
        answer = self.program("school").apply(process, body)
        if answer.status == 201:
            self.number = answer.json["number"]
            if told:
                tell_guardian(self.program("school"), self.number)
        return answer

    def case(self) -> dict[str, Any]:
        return self.program("school").get(f"/cases/{self.number}").json

    def waiting(self) -> dict[str, Any]:
        tasks = self.case()["waiting"]
        assert len(tasks) == 1, tasks
        return tasks[0]

    def decide(self, outcome: str | None = None, **more: Any) -> Answer:
        """Let the right person decide whatever waits; agreeing or acknowledging unless told otherwise."""
        task = self.waiting()
        who = "school" if task["office"]["code"] == self.school.office.code else "bureau"
        program = self.program(who, task["duty"])
        outcomes = program.get(f"/tasks/{task['id']}").json["outcomes"]
        body: dict[str, Any] = {"outcome": outcome or outcomes[0], **more}
        if outcome in ("refuse", "send_back"):
            body = {"reason_code": "incomplete_papers", "opinion": "缺证明", **body}
        return program.post(f"/tasks/{task['id']}/decision", body)

    def walk(self, process: str, **more: Any) -> dict[str, Any]:
        """Submit and let everybody agree; the closed case."""
        answer = self.submit(process, **more)
        assert answer.status == 201, answer.text
        return self.finish()

    def finish(self) -> dict[str, Any]:
        """Let everybody agree who is still asked; the closed case."""
        while self.case()["status"] != "closed":
            answer = self.decide()
            assert answer.status == 200, answer.text
        return self.case()


@kept
def a_matter(
    client: Client, *, grade: str = "13", standing: Standing = Standing.ACTIVE, superior: str = "330106", **school: Any
) -> Matter:
    """A child in that grade and standing, with everybody who may act."""
    stages = {"1": "primary", "2": "junior", "3": "senior"}[grade[0]]
    place = factories.a_school(superior, stages=stages, **school)
    child = factories.a_student(place, grade=grade, standing=standing)
    return Matter(client, place, child, {"school": staff(place), "bureau": staff(place.office.superior)})


@pytest.fixture
def matter(app: Flask, client: Client) -> Matter:
    """A third-grader in attendance."""
    return a_matter(client)
