"""升级: a whole school at once, in a handful of set-based statements; who stays behind is listed by name.

Class names roll forward by themselves: a class belongs to a cohort (its entry year), its name begins with the grade.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.database import db, execute, table
from app.students.cohorts import LeftOut, LeftOutBecause
from app.students.models import Change, Enrolment, Standing, Student
from app.students.operations.proceeding import Proceeding
from app.students.operations.rehearsing import Moved, PassedOver, Rehearsal
from app.students.rules.changes import LAST_GRADES
from app.students.rules.promotion import NEW_YEAR, NobodyToPromote

ENROLMENT, CHANGE, LEFT_OUT = table(Enrolment), table(Change), table(LeftOut)
E = ENROLMENT.c
Condition = sa.ColumnElement[bool]
Held = Callable[[Any], Condition]
PROMOTED, REPEATS = "Z6", "02"  # 学籍异动类别码


def promote(proceeding: Proceeding, held: Held) -> None:
    """升级 (code Z6): everybody of the applying school one grade up, those left out written down with the reason.

    held -- the condition that an open case of status holds a student. Raises NobodyToPromote (E-PROM-01).
    """
    proceeding.claim()
    school, year = proceeding.applicant_office_id, proceeding.application["year"]
    going = execute(
        sa.update(ENROLMENT)
        .where(*_here(school), *_goes_up(year, held))
        .values(grade=_grade(1), case_id=proceeding.case_id)
    )
    if not going.rowcount:
        raise NobodyToPromote()
    execute(_change_entries(proceeding))
    left_out = execute(_left_out_rows(proceeding, year))
    audit.record(
        "enrolments/promotion",
        f"school:{school}",
        actor=proceeding.actor,
        after={
            "year": year,
            "children": going.rowcount,
            "left_out": left_out.rowcount,
            "code": PROMOTED,
            "case": proceeding.number,
        },
    )


def rehearse(school_id: int, year: int, held: Held) -> Rehearsal:
    """What `promote` would do now."""
    moved = execute(
        sa.select(E.grade, _grade(1), sa.func.count())
        .where(*_here(school_id), *_goes_up(year, held))
        .group_by(E.grade)
        .order_by(E.grade)
    )
    because = _because(year)
    left_out = db.session.execute(
        sa.select(E.student_id, Student.name, E.grade, because)
        .join(Student, Student.id == E.student_id)
        .where(*_here(school_id), sa.or_(sa.and_(_behind(year), _waits(held)), _repeats(year)))
        .order_by(E.grade, because, E.student_id)
    )
    return Rehearsal(
        tuple(Moved(*row) for row in moved),
        tuple(PassedOver(row[0], row[1], row[2], LeftOutBecause(row[3])) for row in left_out),
    )


# ── the conditions, for the rehearsal and for the act ────────────────────────────────────────────────────────────────


def _here(school_id: int) -> tuple[Condition, ...]:
    return E.school_id == school_id, E.ends_on.is_(None)


def _grade(step: int) -> Any:
    """The grade code so many grades further, inside its stage."""
    return sa.cast(sa.cast(E.grade, sa.Integer) + step, sa.String(2))


def _behind(year: int) -> Condition:
    """Not yet in the grade that the cohort reaches in that school year, and not promoted into it already."""
    promoted = (
        sa.select(CHANGE.c.id)
        .where(CHANGE.c.student_id == E.student_id, CHANGE.c.code == PROMOTED)
        .where(CHANGE.c.effective_on >= dt.date(year, *NEW_YEAR))
    )
    return sa.and_(_reached() <= year - E.entry_year, ~promoted.exists())


def _reached() -> Any:
    return sa.cast(sa.func.substr(E.grade, 2, 1), sa.Integer)


def _goes_up(year: int, held: Held) -> tuple[Condition, ...]:
    return (
        E.standing == Standing.ACTIVE,
        E.grade.not_in(LAST_GRADES),
        _behind(year),
        ~held(E.student_id),
    )


def _repeats(year: int) -> Condition:
    """A repeat approved in the school year that ends: the child has joined the cohort after and keeps its grade."""
    approved = (
        sa.select(CHANGE.c.id)
        .where(CHANGE.c.student_id == E.student_id, CHANGE.c.epoch == E.epoch, CHANGE.c.code == REPEATS)
        .where(CHANGE.c.effective_on >= dt.date(year - 1, *NEW_YEAR))
    )
    return sa.and_(_reached() == year - E.entry_year + 1, approved.exists())


def _waits(held: Held) -> Condition:
    """Not now, though it is behind."""
    return sa.or_(E.standing != Standing.ACTIVE, E.grade.in_(LAST_GRADES), held(E.student_id))


def _because(year: int) -> Any:
    return sa.case(
        (E.standing == Standing.SUSPENDED, LeftOutBecause.SUSPENDED.value),
        (E.standing == Standing.DROPPED_OUT, LeftOutBecause.DROPPED_OUT.value),
        (_repeats(year), LeftOutBecause.REPEAT.value),
        (E.grade.in_(LAST_GRADES), LeftOutBecause.FINAL_GRADE.value),
        else_=LeftOutBecause.OPEN_CASE.value,
    )


# ── what is written ──────────────────────────────────────────────────────────────────────────────────────────────────


def _change_entries(proceeding: Proceeding) -> Any:
    """One change entry for each child who went up under this case."""
    quoted = ('{"grade":"', '"}')
    columns = {
        "case_id": sa.literal(proceeding.case_id),
        "student_id": E.student_id,
        "epoch": E.epoch,
        "code": sa.literal(PROMOTED),
        "school_id": E.school_id,
        "owner_division": E.owner_division,
        "effective_on": sa.literal(clock.today(), sa.Date),
        "recorded_at": sa.literal(clock.now(), CHANGE.c.recorded_at.type),
        "before": sa.literal(quoted[0]) + _grade(-1) + quoted[1],
        "after": sa.literal(quoted[0]) + E.grade + quoted[1],
    }
    went_up = sa.select(*columns.values()).where(
        *_here(proceeding.applicant_office_id), E.case_id == proceeding.case_id
    )
    return sa.insert(CHANGE).from_select(list(columns), went_up)


def _left_out_rows(proceeding: Proceeding, year: int) -> Any:
    """Everybody who is behind still; whose other case has been closed this very moment too, so nobody is lost."""
    rows = sa.select(sa.literal(proceeding.case_id), E.student_id, E.grade, _because(year)).where(
        *_here(proceeding.applicant_office_id), sa.or_(_behind(year), _repeats(year))
    )
    return sa.insert(LEFT_OUT).from_select(["case_id", "student_id", "grade", "because"], rows)
