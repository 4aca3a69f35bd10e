"""Precheck of taking back a finished change: the applicant is the school that keeps the enrolment it altered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.cases.queries.open_cases import open_case_of
from app.cases.queries.standard_precheck import NotKeptHere, with_sealed_number
from app.cases.rules import next_tier
from app.database import db
from app.definitions.queries import CompiledVersion
from app.encryption import keyed_hash
from app.errors import Missing, Objected, Refused
from app.schools.queries import quota_of
from app.schools.rules import NoSeat
from app.students.models import Change, Enrolment, NumberKind, Student, StudentNumber
from app.students.queries import changes_after, changes_of, student_for
from app.students.queries.same_numbers import number_is_taken
from app.students.rules.children import ContestedRecord, OpenCase
from app.students.rules.corrections import NumberTaken
from app.students.rules.reversal import (
    OF_ONE_DESK,
    FormerNumberWrong,
    named,
    objections_to_reversal,
)


@hooks.precheck("reversal")
def open_reversal(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P34. Raises Missing (no such child or change here), NotKeptHere, or Objected with everything against it."""
    student = student_for(actor, application["student"])
    change = db.session.get(Change, application["change"])
    if change is None or change.student_id != student.id:
        raise Missing()
    enrolment = next(each for each in student.enrolments if each.epoch == change.epoch)
    if enrolment.school_id != actor.office_id:
        raise NotKeptHere(field="change")
    objections = [
        *_about_the_child(student),
        *objections_to_reversal(change, changes_after(change)),
        *_about_the_number(student, change, application),
        *_about_the_seat(enrolment, change),
    ]
    if objections:
        raise Objected(objections)
    superior = enrolment.school.office.superior
    further = superior is not None and next_tier(superior) is not None and change.code not in OF_ONE_DESK
    kept = {**with_sealed_number(application), "change": named(change), "change_id": change.id}
    return Opening({"next_tier": further}, student=student, application=kept)


@hooks.against_child("reversal")
def against_child(version: CompiledVersion, student: Student, profile: str, actor: Actor) -> list[Refused]:
    """What the opening would say of the child alone; Missing when there is nothing to take back here."""
    return _about_the_child(student) or ([] if changes_to_choose(student, actor) else [Missing()])


@hooks.choices("reversal", "change")
def changes_to_choose(student: Student | None, actor: Actor) -> list[tuple[int, str]]:
    """What of the child's history this school may ask to take back, the newest first."""
    if student is None:
        return []
    here = {each.epoch for each in student.enrolments if each.school_id == actor.office_id}
    return [
        (each.id, named(each))
        for each in reversed(changes_of(student.id))
        if each.epoch in here and not list(objections_to_reversal(each, changes_after(each)))
    ]


def _about_the_child(student: Student) -> list[Refused]:
    held = open_case_of(student.id)
    objections: list[Refused] = [OpenCase(process=held[0], step=held[1])] if held else []
    return [*objections, ContestedRecord()] if student.contested else objections


def _about_the_number(student: Student, change: Change, application: Mapping[str, Any]) -> list[Refused]:
    """Whoever takes the change of a main number back must know the former one."""
    if change.code != "ZE" or "main_number" not in change.before:
        return []
    number = application.get("main_number", "").upper()
    known = sa.select(StudentNumber.id).where(
        StudentNumber.student_id == student.id,
        StudentNumber.kind == NumberKind.FORMER_MAIN,
        StudentNumber.number_hash == keyed_hash(number),
    )
    if db.session.scalar(known) is None:
        return [FormerNumberWrong(field="main_number")]
    return [NumberTaken(field="main_number")] if number_is_taken(number, student.id) else []


def _about_the_seat(enrolment: Enrolment, change: Change) -> list[Refused]:
    back = "ends_on" in change.before and enrolment.ends_on is not None
    entry_year = change.before.get("entry_year", enrolment.entry_year)
    if not back and entry_year == enrolment.entry_year:
        return []
    quota = quota_of(enrolment.school_id, enrolment.stage, entry_year)
    if quota is not None and quota.free > 0:
        return []
    return [NoSeat(total=quota.total if quota else 0, used=quota.used + quota.reserved if quota else 0)]
