"""Corrections of the person's own data: key fields with the superior's approval, the number's history kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db
from app.errors import Stale
from app.sealing import keyed_hash, unseal_text
from app.students.models import Change, Enrolment, NumberKind, Sex, Student, StudentNumber, masked
from app.students.operations.changes import write_change
from app.students.operations.locking import digest_of, record_correction
from app.students.operations.proceeding import Proceeding
from app.students.queries import locked_since
from app.students.rules.corrections import BASIC_FIELDS, KEY_FIELDS, PARTICULARS, NumberTaken
from app.students.rules.locks import objections_to_edit


def correct_key(proceeding: Proceeding) -> None:
    """关键信息变更 (code ZE): only the named fields; an earlier main number stays as its keyed hash.

    Raises NumberTaken (E-DUP-01) when the province knows the new number already.
    """
    student, enrolment = _person(proceeding)
    before, after = _set_named(proceeding, student, KEY_FIELDS)
    write_change(
        proceeding, enrolment.epoch, enrolment.school_id, enrolment.owner_division, "ZE", clock.today(), before, after
    )


def correct_locked(proceeding: Proceeding) -> None:
    """锁后修改 (code ZF): only the named fields, proved by the digest of all the others of the school's cohort.

    Raises NumberTaken (E-DUP-01); Stale when another field of the cohort moved in the same moment.
    """
    student, enrolment = _person(proceeding)
    named = list(_asked(proceeding, BASIC_FIELDS))
    rest = digest_of(enrolment.entry_year, enrolment.school_id, without=(student.id, named))
    before, after = _set_named(proceeding, student, BASIC_FIELDS)
    if digest_of(enrolment.entry_year, enrolment.school_id, without=(student.id, named)) != rest:
        raise Stale()
    record_correction(proceeding, enrolment.entry_year, enrolment.school_id, rest)
    write_change(
        proceeding, enrolment.epoch, enrolment.school_id, enrolment.owner_division, "ZF", clock.today(), before, after
    )


def _person(proceeding: Proceeding) -> tuple[Student, Enrolment]:
    """The child, locked, with the open enrolment or the last one. Raises Stale."""
    proceeding.claim()
    student = db.session.get_one(Student, proceeding.student_id, with_for_update=True, populate_existing=True)
    enrolment = student.open_enrolment or student.last_enrolment
    if enrolment is None:
        raise Stale()
    return student, enrolment


def _asked(proceeding: Proceeding, names: tuple[str, ...]) -> dict[str, Any]:
    """Those of the fields that the application names, with their new values."""
    asked = {name: proceeding.application[name] for name in names if name in proceeding.application}
    if sealed := proceeding.application.get("main_number_sealed"):
        asked["main_number"] = unseal_text(sealed)
    return asked


def _set_named(
    proceeding: Proceeding, student: Student, names: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write what the application names and nothing else; the fields as they were and as they are."""
    asked = _asked(proceeding, names)
    before = _shown(student, asked)
    for name, value in asked.items():
        if name == "main_number":
            _renumber(proceeding, student, value, "关键信息变更")
        else:
            _set_field(student, name, value)
    db.session.flush()
    return before, _shown(student, asked)


def correct(proceeding: Proceeding) -> None:
    """一般信息变更 (code ZK): address, phone and the like; a locked cohort's basic data are refused (E-LOCK-01)."""
    student, enrolment = _person(proceeding)
    asked, present = proceeding.application, dict(student.particulars or {})
    given = {name: asked[name] for name in PARTICULARS if name in asked}
    before = {name: present.get(name) for name in given}
    if "household_division" in asked:
        for refusal in objections_to_edit(locked_since(enrolment.entry_year), clock.now(), "household_division"):
            raise refusal
        before["household_division"] = student.household_division
        student.household_division = asked["household_division"]
    student.particulars = present | given
    after = {name: asked[name] for name in before}
    db.session.flush()
    write_change(
        proceeding, enrolment.epoch, enrolment.school_id, enrolment.owner_division, "ZK", clock.today(), before, after
    )


def restore(proceeding: Proceeding, student: Student, change: Change, number: str | None) -> None:
    """Put back the person's fields that a correction altered (反向更正).

    number -- the former main number, which is not kept in clear. Raises NumberTaken; Stale when the fields are not as
    the correction left them.
    """
    particular = [name for name in change.before if name in PARTICULARS]
    if {**_shown(student, set(change.after) - set(particular)), **_kept(student, particular)} != change.after:
        raise Stale()
    for name, value in change.before.items():
        if name == "main_number":
            _renumber(proceeding, student, number or "", "反向更正")
        elif name not in particular:
            _set_field(student, name, value)
    former = {name: change.before[name] for name in particular}
    untouched = {name: value for name, value in (student.particulars or {}).items() if name not in former}
    student.particulars = untouched | {name: value for name, value in former.items() if value is not None}
    db.session.flush()


def _kept(student: Student, names: list[str]) -> dict[str, Any]:
    return {name: (student.particulars or {}).get(name) for name in names}


def _set_field(student: Student, name: str, value: str) -> None:
    setattr(student, name, {"sex": Sex, "born_on": dt.date.fromisoformat}.get(name, str)(value))


def _shown(student: Student, names: Any) -> dict[str, Any]:
    """The fields as change entries keep them: a number only masked."""
    values = {name: getattr(student, name) for name in names}
    if "main_number" in values:
        values["main_number"] = student.main_number_masked
    return {name: value.isoformat() if isinstance(value, dt.date) else str(value) for name, value in values.items()}


def _renumber(proceeding: Proceeding, student: Student, number: str, reason: str) -> None:
    number = number.upper()
    taken = db.session.scalar(sa.select(Student.id).where(Student.main_number_hash == keyed_hash(number)))
    if taken is not None and taken != student.id:
        raise NumberTaken(field="main_number")
    today = clock.today()
    former = sa.select(StudentNumber).where(
        StudentNumber.kind == NumberKind.FORMER_MAIN, StudentNumber.value == student.main_number_hash
    )
    if known := db.session.scalar(former):  # it was given up before, and taken back since
        known.valid_until, known.reason, known.case_id = today, reason, proceeding.case_id
    else:
        db.session.add(
            StudentNumber(
                student_id=student.id,
                kind=NumberKind.FORMER_MAIN,
                value=student.main_number_hash,
                valid_from=student.enrolments[0].starts_on if student.enrolments else today,
                valid_until=today,
                reason=reason,
                case_id=proceeding.case_id,
            )
        )
    student.main_number, student.main_number_hash = number, keyed_hash(number)
    student.main_number_masked = masked(number)
