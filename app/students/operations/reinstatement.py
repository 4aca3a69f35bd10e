"""学籍恢复: a child who had left is enrolled again at the school that kept the archive."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db
from app.divisions.models import Office
from app.errors import Stale
from app.schools.models import entry_year_of, stage_of
from app.schools.operations import take_seat
from app.students.models import Enrolment, Standing
from app.students.operations.changes import move_archive, write_change
from app.students.operations.context import CaseContext
from app.students.operations.effective_days import effective_day
from app.students.operations.locking import prove_first

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


def reinstate(context: CaseContext) -> None:
    """学籍恢复 (code 17): a new enrolment at the applying school, the archive with it. Raises NoSeat, Stale."""
    context.claim()
    last = last_enrolment(context.child)
    if last is None or last.ends_on is None:
        raise Stale()
    grade, on = context.application["grade"], effective_day(context, "starts_on", last)
    enrol(
        context,
        "17",
        last,
        school_id=context.applicant_office_id,
        entry_year=entry_year_of(grade, clock.school_year(clock.today())),
        grade=grade,
        on=on,
    )
    move_archive(context, context.applicant_office_id)


def last_enrolment(student_id: int) -> Row | None:
    """The child's last enrolment, locked."""
    return db.session.execute(
        sa.select(*Enrolment.__table__.columns)
        .where(Enrolment.student_id == student_id)
        .order_by(Enrolment.epoch.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()


def enrol(
    context: CaseContext, code: str, last: Row, *, school_id: int, entry_year: int, grade: str, on: dt.date
) -> None:
    """Open the enrolment that follows the last one, its seat taken (the number of the cohort holds). Raises NoSeat."""
    stage = stage_of(grade)
    prove_first(entry_year, school_id)
    take_seat(school_id, stage, entry_year)
    division = db.session.scalar(sa.select(Office.division_code).where(Office.id == school_id)) or ""
    db.session.execute(
        sa.insert(Enrolment).values(
            student_id=last.student_id,
            epoch=last.epoch + 1,
            school_id=school_id,
            owner_division=division,
            stage=stage,
            entry_year=entry_year,
            grade=grade,
            standing=Standing.ACTIVE,
            starts_on=on,
            case_id=context.case_id,
        )
    )
    after = {"school": school_id, "grade": grade, "entry_year": entry_year, "standing": Standing.ACTIVE.value}
    write_change(context, last.epoch + 1, school_id, division, code, on, {}, after)
