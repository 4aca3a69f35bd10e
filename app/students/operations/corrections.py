"""Corrections of the person's own data, each asked by the lock at its commit; the number's history is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db
from app.encryption import keyed_hash, unseal_text
from app.errors import Stale
from app.students.models import Change, Enrolment, NumberKind, Sex, Student, StudentNumber, masked
from app.students.operations.changes import write_change
from app.students.operations.context import CaseContext
from app.students.operations.family import shown_family, write_family
from app.students.operations.locking import check_fields, proved
from app.students.queries.same_numbers import number_is_taken
from app.students.rules.corrections import GENERAL_FIELDS, KEY_FIELDS, LOCKED_FIELDS, NumberTaken
from app.students.rules.family import FAMILY, flat
from app.students.rules.particulars import PARTICULARS, SEALED_NUMBERS
from app.students.rules.sealed_numbers import sealed_number
from app.web import canonical


def correct_key(context: CaseContext) -> None:
    """关键信息变更 (code ZE): only the named fields; an earlier main number stays, sealed.

    Raises NumberTaken (E-DUP-01) when the province knows the new number already; Stale as below.
    """
    _correct(context, "ZE", KEY_FIELDS)


def correct_locked(context: CaseContext) -> None:
    """锁后修改 (code ZF): only the named fields of a child of a closed cohort. Raises NumberTaken (E-DUP-01), Stale."""
    _correct(context, "ZF", LOCKED_FIELDS)


def correct(context: CaseContext) -> None:
    """一般信息变更 (code ZK): address, phone, family; of a closed cohort what the policy leaves to the school.

    Raises Locked (E-LOCK-01), also when the cohort closes in this very moment; Stale.
    """
    _correct(context, "ZK", GENERAL_FIELDS)


def _correct(context: CaseContext, code: str, names: tuple[str, ...]) -> None:
    """Write what the application names of these fields and nothing else, with its entry.

    In a closed cohort proved by the digest of all the others of the school. Raises Stale when another field of the
    cohort moved in the same moment.
    """
    student, enrolment = _person(context)
    asked = _asked(context, names)
    check_fields(context, enrolment, asked)
    with _proved(context, enrolment, student, asked):
        before, after = _set_named(context, student, asked)
    write_change(
        context, enrolment.epoch, enrolment.school_id, enrolment.owner_division, code, clock.today(), before, after
    )


def _proved(
    context: CaseContext, enrolment: Enrolment, student: Student, fields: Collection[str]
) -> AbstractContextManager[None]:
    """The proof that a closed cohort wants; particulars and the family stand in no digest."""
    if set(fields) <= {*PARTICULARS, *FAMILY}:
        return nullcontext()
    return proved(context, enrolment.entry_year, enrolment.school_id, {student.id: list(fields)})


def _person(context: CaseContext) -> tuple[Student, Enrolment]:
    """The child, locked, with the open enrolment or the last one. Raises Stale."""
    context.claim()
    student = db.session.get_one(Student, context.student_id, with_for_update=True, populate_existing=True)
    enrolment = student.open_enrolment or student.last_enrolment
    if enrolment is None:
        raise Stale()
    return student, enrolment


def _asked(context: CaseContext, names: tuple[str, ...]) -> dict[str, Any]:
    """Those of the fields that the application names, with their new values."""
    asked = {name: value for name, value in flat(context.application).items() if name in names}
    for name in ("main_number", *SEALED_NUMBERS):
        if name in names and (sealed := context.application.get(f"{name}_sealed")):
            asked[name] = unseal_text(sealed)
    return asked


def _set_named(
    context: CaseContext, student: Student, asked: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write these values; the fields as they were and as they are."""
    before = _shown(student, asked)
    for name, value in asked.items():
        if name == "main_number":
            _renumber(context, student, value, "关键信息变更")
        elif name in PARTICULARS:
            student.particulars = {**(student.particulars or {}), name: value}
        elif name not in FAMILY:
            _set_field(student, name, value)
    write_family(student, {name: value for name, value in asked.items() if name in FAMILY})
    try:
        db.session.flush()
    except sa.exc.IntegrityError as error:  # the guards of the lock count its proofs, which come with the next tick
        raise Stale() from error
    return before, _shown(student, asked)


def restore(context: CaseContext, student: Student, change: Change, number: str | None) -> None:
    """Put back the person's fields that a correction altered (反向更正).

    number -- the former main number, which is not kept in clear. Raises NumberTaken; Stale when the fields are not as
    the correction left them.
    """
    if _shown(student, change.after) != change.after:
        raise Stale()
    present = student.open_enrolment or student.enrolments[-1]
    check_fields(context, present, change.before)
    with _proved(context, present, student, change.before):
        for name, value in change.before.items():
            if name == "main_number":
                _renumber(context, student, number or "", "反向更正")
            elif name in PARTICULARS:
                untouched = {kept: known for kept, known in (student.particulars or {}).items() if kept != name}
                student.particulars = untouched if value is None else {**untouched, name: value}
            elif name not in FAMILY:
                _set_field(student, name, value)
        write_family(student, {name: value for name, value in change.before.items() if name in FAMILY})
        db.session.flush()


def _set_field(student: Student, name: str, value: str) -> None:
    as_kept = {"name": canonical.name, "sex": Sex, "born_on": dt.date.fromisoformat}
    setattr(student, name, as_kept.get(name, str)(value))


def _shown(student: Student, names: Collection[str]) -> dict[str, Any]:
    """The fields as change entries keep them: a number only masked, None for a particular that is not known."""
    kept = student.particulars or {}
    shown: dict[str, Any] = shown_family(student, [name for name in names if name in FAMILY])
    for name in names:
        if name in FAMILY:
            continue
        if name in PARTICULARS:
            shown[name] = kept.get(name)
        else:
            value = getattr(student, "main_number_masked" if name == "main_number" else name)
            shown[name] = value.isoformat() if isinstance(value, dt.date) else str(value)
    return shown


def _renumber(context: CaseContext, student: Student, number: str, reason: str) -> None:
    number = number.upper()
    if number_is_taken(number, student.id):
        raise NumberTaken(field="main_number")
    today = clock.today()
    former = sa.select(StudentNumber).where(
        StudentNumber.kind == NumberKind.FORMER_MAIN, StudentNumber.number_hash == student.main_number_hash
    )
    if known := db.session.scalar(former):  # it was given up before, and taken back since
        known.valid_until, known.reason, known.case_id = today, reason, context.case_id
    else:
        db.session.add(
            StudentNumber(
                student_id=student.id,
                kind=NumberKind.FORMER_MAIN,
                **sealed_number(student.main_number),
                valid_from=student.enrolments[0].starts_on if student.enrolments else today,
                valid_until=today,
                reason=reason,
                case_id=context.case_id,
            )
        )
    student.main_number, student.main_number_hash = number, keyed_hash(number)
    student.main_number_masked = masked(number)
