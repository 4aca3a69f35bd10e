"""A child who had left comes back by a transfer: whoever kept the archive has released it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import execute, table
from app.schools.models import entry_year_of, stage_of
from app.schools.operations import take_seat
from app.students.models import Archive, Change, Enrolment, Standing
from app.students.operations.changes import class_given
from app.students.operations.context import CaseContext
from app.students.operations.locking import prove_first

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


def reopen(context: CaseContext, last: Row, division: str, today: dt.date) -> None:
    """Enrol the child again, in the grade that was applied for (code 22). Raises NoSeat, nothing written then.

    last -- the enrolment that ended; division -- that of the receiving school.
    """
    grade = context.application["grade"]
    stage, year = stage_of(grade), entry_year_of(grade, clock.school_year(today))
    prove_first(year, context.target)
    take_seat(context.target, stage, year)
    common = {
        "case_id": context.case_id,
        "student_id": last.student_id,
        "epoch": last.epoch + 1,
        "school_id": context.target,
        "owner_division": division,
    }
    opened = {
        "stage": stage,
        "entry_year": year,
        "grade": grade,
        "school_class_id": class_given(context, stage, year),
        "standing": Standing.ACTIVE,
        "starts_on": today,
    }
    execute(sa.insert(table(Enrolment)).values(**common, **opened))
    entry = {
        "code": "22",
        "effective_on": today,
        "recorded_at": clock.now(),
        "before": {"school": last.school_id, "grade": last.grade, "standing": str(last.standing)},
        "after": {"school": context.target, "grade": grade, "standing": Standing.ACTIVE.value},
    }
    execute(sa.insert(table(Change)).values(**common, **entry))
    execute(sa.update(table(Archive)).where(table(Archive).c.student_id == last.student_id).values(left_to=""))
