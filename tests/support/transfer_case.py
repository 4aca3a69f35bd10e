"""The cast, and a transfer in which they meet: from a school of 宁波鄞州 to one of 杭州西湖."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app.database import db
from app.identity.models import User
from app.schools.models import School
from app.students.models import Student
from tests.support import factories
from tests.support.client import Answer, Client, Program
from tests.support.kept import kept


@dataclass
class Office:
    """An office's people."""

    operator: User
    approver: User
    approver2: User


def staff(place: Any) -> Office:
    """Three people of that office, committed."""
    people = [factories.a_person(place, duty) for duty in ("operator", "approver", "approver")]
    db.session.commit()
    return Office(*people)


@dataclass
class Story:
    """A child, two schools, four offices."""

    client: Client
    child: Student
    receiving: School
    releasing: School
    people: dict[str, Office]
    number: str = ""

    def program(self, role: str, duty: str = "approver") -> Program:
        """A program of that office's person."""
        return self.client.api(getattr(self.people[role], duty))

    def submit(self, **more: Any) -> Answer:
        answer = self.program("receiving_school", "operator").post(
            "/cases",
            {"process": "transfer", "application": factories.an_application(self.child, self.receiving, **more)},
        )
        if answer.status == 201:
            self.number = answer.json["number"]
        return answer

    def case(self) -> dict[str, Any]:
        return self.program("receiving_school", "operator").get(f"/cases/{self.number}").json

    def waiting(self) -> dict[str, Any]:
        """The one task at which the case waits."""
        tasks = self.case()["waiting"]
        assert len(tasks) == 1, tasks
        return tasks[0]

    def role_of(self, key: str) -> str:
        """Whose task that is."""
        return {"pull": "receiving_school", "repair": "receiving_school", "await_seat": "receiving_school"}.get(
            key, key
        )

    def decide(self, outcome: str = "agree", duty: str | None = None, **more: Any) -> Answer:
        """Let the right person decide whatever waits."""
        task = self.waiting()
        role = self.role_of(task["key"])
        body: dict[str, Any] = {"outcome": outcome, **more}
        if outcome in ("refuse", "send_back"):
            body.setdefault("reason_code", "incomplete_papers")
            body.setdefault("opinion", "缺居住证明")
        if task["key"] == "pull" and outcome == "agree":
            body.setdefault("form", {"directive": self.case()["directive"]["number"]})
        program = self.program(role, duty or task["duty"])
        return program.post(f"/tasks/{task['id']}/decision", body)

    def agree_until(self, key: str) -> Story:
        """Everybody agrees until the case waits at that task."""
        for _ in range(10):
            if self.waiting()["key"] == key:
                return self
            answer = self.decide()
            assert answer.status == 200, answer.text
        raise AssertionError(f"the case never came to {key}")


@pytest.fixture
def story(request: pytest.FixtureRequest, app: Flask, client: Client) -> Story:
    """Before anything is submitted, unless the test asks for `submitted` too."""
    return a_submitted_story(client) if "submitted" in request.fixturenames else a_story(client)


@kept
def a_story(
    client: Client, *, receiving: Any = "330106", releasing: Any = "330212", stages: str = "primary", grade: str = "13"
) -> Story:
    """A child at a school under `releasing`, wanted by a school under `receiving`."""
    to_school = factories.a_school(receiving, stages=stages)
    from_school = factories.a_school(releasing, stages=stages)
    people = {"receiving_school": staff(to_school), "releasing_school": staff(from_school)}
    bureaus = {"receiving_bureau": to_school.office.superior, "releasing_bureau": from_school.office.superior}
    known: dict[int, Office] = {}
    for role, bureau in bureaus.items():
        people[role] = known.setdefault(bureau.id, staff(bureau) if bureau.id not in known else known[bureau.id])
    return Story(client, factories.a_student(from_school, grade=grade), to_school, from_school, people)


@kept
def a_submitted_story(client: Client) -> Story:
    """Its case is open and waits at the receiving school."""
    return _submitted(a_story(client))


def _submitted(story: Story) -> Story:
    answer = story.submit()
    assert answer.status == 201, answer.text
    return story


@pytest.fixture
def submitted(story: Story) -> Story:
    """The case is open and waits at the receiving school."""
    return story if story.number else _submitted(story)


@pytest.fixture
def neighbour(story: Story) -> User:
    """The next county's approver: must always be refused."""
    return factories.a_user(factories.a_bureau("330108"), "approver")
