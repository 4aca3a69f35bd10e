"""在办 holds the running cases in which one took part oneself, not all of the office's."""

from __future__ import annotations

import importlib

import sqlalchemy as sa

from app.cases.models import CasePerson
from app.database import db
from app.identity.models import User
from tests.support.invariants import cases_and_their_people
from tests.support.transfer_case import Story

REVISION = importlib.import_module("app.schema.versions.20261128_b04_people_of_cases")


def running(story: Story, who: User) -> list[str]:
    return [each["number"] for each in story.client.api(who).get("/cases?box=running").json["items"]]


def test_who_took_part_has_it_until_it_closes(submitted: Story) -> None:
    office, bureau = submitted.people["receiving_school"], submitted.people["receiving_bureau"]
    assert running(submitted, office.operator) == [submitted.number], "who handed it in"
    assert running(submitted, office.approver) == []
    submitted.agree_until("receiving_bureau")
    assert running(submitted, office.approver) == [submitted.number]
    assert running(submitted, office.approver2) == [], "a colleague of the same desk"
    assert running(submitted, bureau.approver) == [], "whose turn has come, and who has done nothing"
    submitted.decide("send_back")
    assert running(submitted, bureau.approver) == [submitted.number]
    assert not list(cases_and_their_people())

    recall = submitted.program("receiving_school", "operator").post(
        f"/cases/{submitted.number}/recall", {"reason": "不再转学"}
    )
    assert recall.status == 200, recall.text
    assert running(submitted, office.operator) == []
    assert db.session.scalars(sa.select(CasePerson.case_id)).all() == []
    assert not list(cases_and_their_people())


def test_the_last_decision_leaves_nobody_beside_a_closed_case(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    assert submitted.decide("refuse").status == 200
    assert submitted.case()["status"] == "closed"
    db.session.rollback()
    assert db.session.scalars(sa.select(CasePerson.case_id)).all() == []


def test_cases_from_before_the_revision_have_their_people(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    before = set(db.session.execute(sa.select(CasePerson.user_id, CasePerson.case_id)).all())
    db.session.execute(sa.delete(CasePerson))
    db.session.execute(sa.text(REVISION.FILL))

    assert set(db.session.execute(sa.select(CasePerson.user_id, CasePerson.case_id)).all()) == before
    db.session.rollback()
