"""反向更正: a finished change is taken back by the opposite entry; nothing is deleted, both entries know each other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db
from app.encryption import unseal_text
from app.errors import Stale
from app.schools.operations import free_seat, take_seat
from app.students.models import Change, Enrolment, Standing, Student, Suspension
from app.students.operations.changes import move_archive, plain, write_change
from app.students.operations.context import CaseContext
from app.students.operations.corrections import restore
from app.students.operations.locking import prove_first
from app.students.queries import changes_after
from app.students.rules.reversal import OF_THE_PERSON, objections_to_reversal

CODE = "ZL"  # 反向更正
Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


def reverse(context: CaseContext) -> None:
    """Write the opposite of the change that the application names (code ZL), and put back what it altered.

    Raises what stands against it by now (E-REV-01…03), NoSeat, Stale when the record is not as that change left it.
    """
    context.claim()
    student = db.session.get_one(Student, context.child, with_for_update=True, populate_existing=True)
    change = db.session.get_one(Change, context.application["change_id"])
    for objection in objections_to_reversal(change, changes_after(change)):
        raise objection
    enrolment = db.session.execute(
        sa.select(*Enrolment.__table__.columns)
        .where(Enrolment.student_id == student.id, Enrolment.epoch == change.epoch)
        .with_for_update()
    ).one()
    if change.code in OF_THE_PERSON:
        sealed = context.application.get("main_number_sealed")
        restore(context, student, change, unseal_text(sealed) if sealed else None)
    else:
        _restore_enrolment(context, enrolment, change)
    write_change(
        context,
        change.epoch,
        enrolment.school_id,
        enrolment.owner_division,
        CODE,
        clock.today(),
        change.after,
        change.before,
        reverses_id=change.id,
    )


def _restore_enrolment(context: CaseContext, enrolment: Row, change: Change) -> None:
    if any(plain(getattr(enrolment, name)) != value for name, value in change.after.items()):
        raise Stale()
    values = {name: _value(name, value) for name, value in change.before.items()}
    for entry_year in {enrolment.entry_year, values.get("entry_year", enrolment.entry_year)}:
        prove_first(entry_year, enrolment.school_id)
    _move_seat(enrolment, values)
    db.session.execute(
        sa.update(Enrolment).where(Enrolment.id == enrolment.id).values(**values, case_id=context.case_id)
    )
    _restore_suspensions(enrolment.id, change)
    if change.code == "ZC":
        move_archive(context, enrolment.school_id)


def _value(name: str, kept: Any) -> Any:
    """A value as the column holds it, from what the entry keeps."""
    if kept is None:
        return None
    return {"standing": Standing, "ends_on": dt.date.fromisoformat}.get(name, lambda value: value)(kept)


def _move_seat(enrolment: Row, values: dict[str, Any]) -> None:
    """A child that is back takes a seat; one that returns to its former cohort takes it there. Raises NoSeat."""
    entry_year = values.get("entry_year", enrolment.entry_year)
    back = enrolment.ends_on is not None and values.get("ends_on", enrolment.ends_on) is None
    if back or entry_year != enrolment.entry_year:
        take_seat(enrolment.school_id, enrolment.stage, entry_year)
    if not back and entry_year != enrolment.entry_year:
        free_seat(enrolment.school_id, enrolment.stage, enrolment.entry_year)


def _restore_suspensions(enrolment_id: int, change: Change) -> None:
    """Certified intervals that the change opened are over; those it ended run again."""
    of_enrolment = sa.update(Suspension).where(Suspension.enrolment_id == enrolment_id)
    if change.code in ("11", "ZH"):
        opened = of_enrolment.where(Suspension.case_id == change.case_id)
        db.session.execute(opened.values(ended_on=clock.today()))
    elif change.before.get("standing") == Standing.SUSPENDED:
        ended = of_enrolment.where(Suspension.ended_on == change.effective_on)
        db.session.execute(ended.values(ended_on=None))
