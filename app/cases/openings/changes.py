"""Precheck of a change of one child's enrolment: the applicant is the school that keeps the child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.openings.opening import Opening, open_case_of, opens
from app.database import db
from app.errors import Missing, NotAllowed, Objected
from app.processes.queries import Edition
from app.schools.models import Quota
from app.sealing import keyed_hash, seal_text
from app.students.models import Enrolment, Student, Suspension, masked
from app.students.queries import locked_since, student_for
from app.students.rules import changes as rules
from app.students.rules.asked import Asked


class NotYourChild(NotAllowed):
    code = "E-OFFICE"
    text = "该生不在本校就读，也不由本校保管学籍档案，不能由本校提出。"


@opens(*rules.OF_PROCESS)
def open_change(edition: Edition, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """Raises Missing (no such child here), NotYourChild, or Objected with everything against it."""
    student = student_for(actor, application["student"])
    asked = asked_of(edition, student, application, profile=profile, actor=actor)
    objections = rules.objections_to(asked)
    if objections:
        raise Objected(objections)
    facts = edition.decide(f"{edition.key}_rules", profile=profile, stage=asked.enrolment.stage.value) or {}
    facts = {name: value for name, value in facts.items() if isinstance(value, bool)}
    # a death may be reported while another case holds the child: it stands beside that case, and ends it when agreed
    beside = asked.open_case is not None and edition.key in rules.BESIDE
    return Opening(facts, student=student, holds_student=not beside, application=without_number(application))


def without_number(application: Mapping[str, Any]) -> dict[str, Any]:
    """The application as it is kept: a new main number sealed, shown by its ends only."""
    kept = dict(application)
    if number := kept.pop("main_number", None):
        kept |= {"main_number_sealed": seal_text(number.upper()), "main_number_masked": masked(number)}
    return kept


def asked_of(
    edition: Edition, student: Student, application: Mapping[str, Any], *, profile: str, actor: Actor
) -> Asked:
    """The change as it is asked for. Raises Missing for a child without any enrolment, NotYourChild."""
    enrolment = student.open_enrolment or student.last_enrolment
    if enrolment is None:
        raise Missing()
    if enrolment.school_id != actor.office_id and edition.key != "reinstatement":
        raise NotYourChild(field="student")
    return Asked(
        edition.key,
        profile,
        application,
        student,
        enrolment,
        clock.today(),
        open_case=open_case_of(student.id),
        school_id=actor.office_id,
        suspensions=tuple(db.session.scalars(sa.select(Suspension).where(Suspension.enrolment_id == enrolment.id))),
        policy=edition.decide(f"{edition.key}_rules", profile=profile, stage=enrolment.stage.value) or {},
        number_is_taken=lambda number: number_is_taken(number, student.id),
        quota_of=lambda entry_year: _quota(actor.office_id, enrolment, entry_year),
        locked_since=locked_since,
    )


def number_is_taken(number: str, student_id: int) -> bool:
    known = sa.select(Student.id).where(
        Student.main_number_hash == keyed_hash(number.upper()), Student.id != student_id
    )
    return bool(number) and db.session.scalar(known) is not None


def _quota(school_id: int, enrolment: Enrolment, entry_year: int) -> Quota | None:
    return db.session.scalar(
        sa.select(Quota).where(
            Quota.school_id == school_id, Quota.stage == enrolment.stage, Quota.entry_year == entry_year
        )
    )
