"""What ends a case from outside its diagram, and what does not: a death, a newer version of its process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.cases.models import Notice
from app.database import db, transaction
from app.definitions.models import Process, ProcessVersion
from app.definitions.operations import SOURCES, publish_folder
from app.students.models import Directive, Enrolment, Student
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story


def a_death(story: Story) -> Matter:
    """The child of a story as its own school sees it."""
    people = {"school": story.people["releasing_school"], "bureau": story.people["releasing_bureau"]}
    return Matter(story.client, story.releasing, story.child, people)


@pytest.mark.parametrize("key", ["receiving_school", "releasing_school", "pull"])
def test_scenario_29_death_ends_an_open_transfer(submitted: Story, key: str) -> None:
    submitted.agree_until(key)
    task = submitted.waiting()
    death = a_death(submitted)

    case = death.walk("death")

    assert (case["outcome"], death.enrolment.standing.value) == ("agreed", "deceased")
    ended = submitted.case()
    assert (ended["status"], ended["outcome"], ended["waiting"]) == ("closed", "terminated", [])
    assert ended["ended_because"] == f"学生死亡，学籍已注销（办件 {case['number']}）"
    assert {each.status for each in db.session.scalars(sa.select(Directive))} <= {"revoked"}
    assert len(db.session.scalars(sa.select(Directive)).all()) == (key == "pull")
    told = db.session.scalars(sa.select(Notice.office_id).where(Notice.text.contains("已终止"))).all()
    assert submitted.receiving.id in told
    assert len(told) == len(set(told))
    late = submitted.program(submitted.role_of(key)).post(f"/tasks/{task['id']}/decision", {"outcome": "agree"})
    assert (late.status, late.code) == (422, "E-ENDED")
    assert "学生死亡" in late.json["detail"]
    page = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)
    assert "终止办理" in page.get(f"/cases/{submitted.number}").text
    assert list(audit.verify()) == []


def test_a_refused_report_of_death_ends_nothing(submitted: Story) -> None:
    death = a_death(submitted)
    assert death.submit("death").status == 201
    death.decide()

    assert death.decide("refuse").json["outcome"] == "refused"

    assert submitted.waiting()["key"] == "receiving_school"


def test_a_death_is_reported_once(submitted: Story) -> None:
    death = a_death(submitted)
    assert death.submit("death").status == 201

    again = death.submit("death")

    assert (again.status, again.codes) == (422, {"E-CASE-01"})


def test_while_a_death_is_reported_nothing_else_is_begun(matter: Matter) -> None:
    assert matter.submit("death").status == 201

    assert matter.submit("suspension").codes == {"E-CASE-01"}


def test_a_child_that_has_left_meanwhile_is_reported_by_its_new_school(submitted: Story) -> None:
    submitted.agree_until("pull")
    death = a_death(submitted)
    death.submit("death")
    death.decide()
    assert submitted.decide().json["outcome"] == "agreed"

    with nothing_changes():
        answer = death.decide()

    assert (answer.status, answer.code) == (422, "E-OFFICE")
    assert submitted.receiving.office.name in answer.json["detail"]


def test_a_death_beside_a_transfer_may_be_recalled_on_its_page(submitted: Story) -> None:
    death = a_death(submitted)
    death.submit("death")
    clerk = Client(submitted.client.app).sign_in(death.people["school"].operator)

    page = clerk.get(f"/cases/{death.number}")

    assert f"/cases/{death.number}/recall" in page.text


@pytest.fixture
def newer_transfer(app: Flask, tmp_path: Path) -> Iterator[Any]:
    """Publish a version of the transfer that names one task otherwise."""

    def publish() -> ProcessVersion:
        folder = tmp_path / "transfer"
        folder.mkdir()
        for source in (SOURCES / "bpmn" / "transfer").iterdir():
            text = source.read_text("utf-8").replace("转出学校核办", "转出学校再核办")
            (folder / source.name).write_text(text, "utf-8")
        with transaction():
            assert publish_folder(folder, "发布员", lambda _compiled_version: [])
        process = db.session.get_one(Process, "transfer")
        return db.session.get_one(ProcessVersion, process.current_id)

    before = db.session.get_one(Process, "transfer").current_id
    yield publish
    db.session.rollback()
    # versions outlive the test on PostgreSQL: the shipped one is current again
    db.session.execute(sa.update(Process).where(Process.key == "transfer").values(current_id=before))
    db.session.commit()


def test_scenario_28_a_running_case_ends_on_the_version_it_began_on(submitted: Story, newer_transfer: Any) -> None:
    submitted.agree_until("receiving_bureau")
    old = submitted.case()["version"]

    newer = newer_transfer()
    later = Story(
        submitted.client,
        factories.a_student(submitted.releasing, name="周予安"),
        submitted.receiving,
        submitted.releasing,
        submitted.people,
    )
    assert later.submit().status == 201

    assert (submitted.case()["version"], later.case()["version"]) == (old, newer.number)
    names = []
    for story in (submitted, later):
        story.agree_until("releasing_school")
        names.append(story.waiting()["name"])
        while story.case()["status"] == "open":
            assert story.decide().status == 200
        assert (story.case()["outcome"], story.case()["version"] == newer.number) == ("agreed", story is later)
    assert names == ["转出学校核办", "转出学校再核办"]
    children = db.session.scalars(sa.select(Enrolment.student_id).where(Enrolment.school_id == submitted.receiving.id))
    assert sorted(children) == sorted(db.session.scalars(sa.select(Student.id)))
