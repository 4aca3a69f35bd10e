"""What graduation, promotion and their reversal share: the children of a school, its season, one act at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import ask_at_commit, execute, table
from app.schools.models import School
from app.students.models import Change, Enrolment, Standing
from app.students.operations.context import CaseContext
from app.students.rules.changes import LAST_GRADES
from app.students.rules.promotion import NEW_YEAR
from app.students.rules.seasons import objections_to_season

ENROLMENT, CHANGE = table(Enrolment), table(Change)
E = ENROLMENT.c
Condition = sa.ColumnElement[bool]
#: the condition that an open case of status holds a student
Held = Callable[[Any], Condition]
PROMOTED, REPEATS = "Z6", "02"  # 学籍异动类别码
GRADUATION = (Standing.GRADUATED, Standing.COMPLETED, Standing.LEFT_EARLY)


def hold_school(school_id: int) -> None:
    """One act about a whole school at a time: another one of the same school waits for this one's commit."""
    execute(sa.select(table(School).c.id).where(table(School).c.id == school_id).with_for_update())


def check_season(context: CaseContext, act: str, *, goes_on: bool = False) -> None:
    """Raise OutOfSeason (E-SEASON) now, and again at the commit: a transaction may begin in season and end after it.

    goes_on -- the school completes what it began in season.
    """

    def ask() -> None:
        for objection in objections_to_season(act, context.windows(), clock.today(), goes_on=goes_on):
            raise objection

    ask()
    ask_at_commit(ask)


def here(school_id: int) -> tuple[Condition, ...]:
    """The open enrolments of a school."""
    return E.school_id == school_id, E.ends_on.is_(None)


def reached() -> Any:
    """The grade as a number inside its stage."""
    return sa.cast(sa.func.substr(E.grade, 2, 1), sa.Integer)


def grade_moved(step: int) -> Any:
    """The grade code so many grades further, inside its stage."""
    return sa.cast(sa.cast(E.grade, sa.Integer) + step, sa.String(2))


def still_holds() -> Condition:
    """A change that nothing has taken back."""
    reversal = CHANGE.alias("reversal")
    return ~sa.exists().where(reversal.c.reverses_id == CHANGE.c.id)


def has_repeated(since: dt.date = dt.date.min) -> Condition:
    """A repeat of that enrolment was approved, and nothing has taken it back."""
    repeat = sa.select(CHANGE.c.id).where(
        CHANGE.c.student_id == E.student_id, CHANGE.c.epoch == E.epoch, CHANGE.c.code == REPEATS, still_holds()
    )
    return repeat.where(CHANGE.c.effective_on >= since).exists()


def has_promoted(school_id: int, year: int) -> bool:
    """The school has promoted into that school year, and that has not been taken back."""
    first = (
        sa.select(CHANGE.c.id)
        .join(ENROLMENT, E.student_id == CHANGE.c.student_id)
        .where(E.school_id == school_id, CHANGE.c.school_id == school_id, CHANGE.c.code == PROMOTED)
        .where(CHANGE.c.effective_on >= dt.date(year, *NEW_YEAR), still_holds())
        .limit(1)
    )
    return execute(first).first() is not None


def ungraduated(school_id: int, year: int) -> dict[str, int]:
    """Last grades whose graduation is still to come before the school year that begins in `year`: how many children.

    A child who was left over when its grade graduated holds nobody up.
    """
    over = ENROLMENT.alias("over")
    graduated = sa.exists().where(
        over.c.school_id == school_id,
        over.c.grade == E.grade,
        over.c.standing.in_(GRADUATION),
        over.c.ends_on >= dt.date(year - 1, 8, 1),  # in the school year that ends now
    )
    rows = execute(
        sa.select(E.grade, sa.func.count())
        .where(*here(school_id), E.grade.in_(LAST_GRADES), E.standing == Standing.ACTIVE)
        .where(reached() <= year - E.entry_year, ~graduated)
        .group_by(E.grade)
        .order_by(E.grade)
    )
    return dict(tuple(row) for row in rows)
