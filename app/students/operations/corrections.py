"""Corrections of the person's own data: key fields with the superior's approval, the number's history kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db
from app.errors import Stale
from app.sealing import keyed_hash, unseal_text
from app.students.models import NumberKind, Sex, Student, StudentNumber, masked
from app.students.operations.changes import write_change
from app.students.operations.proceeding import Proceeding
from app.students.rules.changes import KEY_FIELDS, PARTICULARS, Locked, NumberTaken


def correct_key(proceeding: Proceeding) -> None:
    """关键信息变更 (code ZE): only the named fields; an earlier main number stays as its keyed hash.

    Raises NumberTaken (E-DUP-01) when the province knows the new number already.
    """
    proceeding.claim()
    student = db.session.get_one(Student, proceeding.student_id, with_for_update=True, populate_existing=True)
    enrolment = student.open_enrolment or student.last_enrolment
    if enrolment is None:
        raise Stale()
    asked = {name: proceeding.application[name] for name in KEY_FIELDS if name in proceeding.application}
    if sealed := proceeding.application.get("main_number_sealed"):
        asked["main_number"] = unseal_text(sealed)
    before, after = _shown(student, asked), {}
    for name, value in asked.items():
        if name == "main_number":
            _renumber(proceeding, student, value)
        else:
            setattr(student, name, {"sex": Sex, "born_on": dt.date.fromisoformat}.get(name, str)(value))
    db.session.flush()
    after = _shown(student, asked)
    write_change(
        proceeding, enrolment.epoch, enrolment.school_id, enrolment.owner_division, "ZE", clock.today(), before, after
    )


def correct(proceeding: Proceeding) -> None:
    """一般信息变更 (code ZK): address, phone and the like; a locked cohort's basic data are refused (E-LOCK-01)."""
    proceeding.claim()
    student = db.session.get_one(Student, proceeding.student_id, with_for_update=True, populate_existing=True)
    enrolment = student.open_enrolment or student.last_enrolment
    if enrolment is None:
        raise Stale()
    asked, present = proceeding.application, dict(student.particulars or {})
    given = {name: asked[name] for name in PARTICULARS if name in asked}
    before = {name: present.get(name) for name in given}
    if "household_division" in asked:
        locked_at = clock.locked_since(enrolment.entry_year)
        if locked_at <= clock.now():
            raise Locked(date=f"{clock.local(locked_at):%Y-%m-%d}", field="household_division")
        before["household_division"] = student.household_division
        student.household_division = asked["household_division"]
    student.particulars = present | given
    after = {name: asked[name] for name in before}
    db.session.flush()
    write_change(
        proceeding, enrolment.epoch, enrolment.school_id, enrolment.owner_division, "ZK", clock.today(), before, after
    )


def _shown(student: Student, names: Any) -> dict[str, Any]:
    """The fields as change entries keep them: a number only masked."""
    values = {name: getattr(student, name) for name in names}
    if "main_number" in values:
        values["main_number"] = student.main_number_masked
    return {name: value.isoformat() if isinstance(value, dt.date) else str(value) for name, value in values.items()}


def _renumber(proceeding: Proceeding, student: Student, number: str) -> None:
    number = number.upper()
    taken = db.session.scalar(sa.select(Student.id).where(Student.main_number_hash == keyed_hash(number)))
    if taken is not None and taken != student.id:
        raise NumberTaken(field="main_number")
    today = clock.today()
    db.session.add(
        StudentNumber(
            student_id=student.id,
            kind=NumberKind.FORMER_MAIN,
            value=student.main_number_hash,
            valid_from=student.enrolments[0].starts_on if student.enrolments else today,
            valid_until=today,
            reason="关键信息变更",
            case_id=proceeding.case_id,
        )
    )
    student.main_number, student.main_number_hash = number, keyed_hash(number)
    student.main_number_masked = masked(number)
