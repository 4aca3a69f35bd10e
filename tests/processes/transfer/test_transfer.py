"""A child moves from a school in one county to a school in another."""

from __future__ import annotations

from app.database import db
from app.students.models import Student
from tests.support.client import Client
from tests.support.factories import the_quota
from tests.support.transfer_case import Story, a_story


def test_four_offices_agree_and_the_pull_moves_the_record(submitted: Story) -> None:
    submitted.agree_until("pull")
    directive = submitted.case()["directive"]

    answer = submitted.decide()

    assert answer.status == 200, answer.text
    assert (answer.json["status"], answer.json["outcome"]) == ("closed", "agreed")
    assert (directive["status"], answer.json["directive"]["status"]) == ("issued", "consumed")
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


def test_scenario_14_under_one_superior_there_is_one_bureau_desk(client: Client) -> None:
    story = a_story(client, receiving="330106", releasing="330106")
    assert story.submit().status == 201
    walked = []

    while story.case()["status"] == "open":
        walked.append(story.waiting()["key"])
        assert story.decide().status == 200

    assert walked == ["receiving_school", "releasing_school", "releasing_bureau", "pull"]
    skipped = next(step for step in story.case()["route"] if step["key"] == "receiving_bureau")
    assert (skipped["state"], "由其一并核办" in skipped["reason"]) == ("skipped", True)
