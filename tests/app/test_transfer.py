"""A child moves from a school in one county to a school in another."""

from __future__ import annotations

from app.database import db
from app.students.models import Student
from tests.factories import the_quota
from tests.people import Story


def test_four_offices_agree_and_the_pull_moves_the_record(submitted: Story) -> None:
    submitted.agree_until("pull")
    directive = submitted.case()["directive"]

    answer = submitted.decide()

    assert answer.status == 200, answer.text
    assert (answer.json["status"], answer.json["outcome"]) == ("closed", "agreed")
    assert directive["status"] == "issued"
    db.session.expire_all()
    child = db.session.get_one(Student, submitted.child.id)
    assert [(each.epoch, each.school_id, each.standing) for each in child.enrolments] == [
        (1, submitted.releasing.id, "transferred"),
        (2, submitted.receiving.id, "active"),
    ]
    assert child.archive is not None
    assert child.archive.custodian_id == submitted.receiving.id
    assert the_quota(submitted.receiving, "13").used == 1
    assert the_quota(submitted.releasing, "13").used == 0
