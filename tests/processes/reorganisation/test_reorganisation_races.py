"""A merger moves a whole school at once: all of it or nothing, whoever decides or dies in that moment."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from app import audit
from app.database import db
from app.divisions.models import Office
from app.schools.models import Quota
from app.students.models import Archive, Enrolment
from tests.cases.test_killed import kill_at_every_step
from tests.cases.test_races import at_once, count, decide
from tests.processes.reorganisation.test_reorganisation import Plan
from tests.support import factories
from tests.support.transfer_case import Story, staff


def last_signature(plan: Plan, **more: str) -> Plan:
    """Everybody but the next tier has agreed."""
    assert plan.submit("merger", **more).status == 201
    assert plan.decide().status == 200
    return plan


def nobody_is_lost(closed: int, successor: int) -> None:
    """Every child and every archive of the closed school is at its successor, and every seat is counted."""
    db.session.rollback()
    db.session.expire_all()
    assert count(Enrolment, Enrolment.school_id == closed, Enrolment.ends_on.is_(None)) == 0
    assert count(Archive, Archive.custodian_id == closed) == 0
    for school in (closed, successor):
        used = db.session.scalar(sa.select(sa.func.sum(Quota.used)).where(Quota.school_id == school))
        assert used == count(Enrolment, Enrolment.school_id == school, Enrolment.ends_on.is_(None))
    assert list(audit.verify()) == []


def test_killed_at_any_write_a_merger_is_whole_or_nothing(app: Flask, submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    school = submitted.releasing
    factories.a_student(school, name="另一人", grade="14")
    successor = factories.a_school(school.office.superior)
    staff(successor)  # who goes on with the transfer
    plan = last_signature(
        Plan(submitted.client, school, bureau=submitted.people["releasing_bureau"]), successor=successor.office.code
    )
    (task,) = plan.case()["waiting"]
    assert plan.above is not None
    program = submitted.client.api(plan.above.approver)

    points = kill_at_every_step(app, lambda: program.post(f"/tasks/{task['id']}/decision", {"outcome": "agree"}))

    assert points >= 20
    nobody_is_lost(school.id, successor.id)


def test_a_child_is_pulled_into_a_school_in_the_moment_of_its_merger(submitted: Story) -> None:
    submitted.agree_until("pull")
    school = submitted.receiving
    successor = factories.a_school(school.office.superior)
    plan = last_signature(
        Plan(submitted.client, school, bureau=submitted.people["receiving_bureau"]), successor=successor.office.code
    )
    (merger,) = plan.case()["waiting"]
    assert plan.above is not None
    above = submitted.client.api(plan.above.approver)
    directive = submitted.case()["directive"]["number"]
    pull = decide(
        submitted,
        submitted.people["receiving_school"].approver,
        submitted.waiting()["id"],
        form={"directive": directive},
    )

    pulled, merged = at_once(pull, lambda: above.post(f"/tasks/{merger['id']}/decision", {"outcome": "agree"}))

    if merged.status != 200:  # the pull was faster in the moment of the merger's own claim
        assert (merged.status, merged.code, pulled.status) == (409, "E-STALE", 200)
        assert above.post(f"/tasks/{merger['id']}/decision", {"outcome": "agree"}).status == 200
    nobody_is_lost(school.id, successor.id)
    db.session.expire_all()
    assert db.session.get_one(Office, school.id).closed_on is not None
    enrolled = db.session.scalars(sa.select(Enrolment.school_id).where(Enrolment.ends_on.is_(None))).one()
    assert enrolled == (successor.id if pulled.status == 200 else submitted.releasing.id)
    if pulled.status != 200:
        submitted.receiving, submitted.people["receiving_school"] = successor, staff(successor)
        submitted.agree_until("pull")
        assert submitted.decide().json["outcome"] == "agreed"
