"""升级: a whole school at once, in a handful of set-based statements; who stays behind is listed by name.

Class names roll forward by themselves: a class belongs to a cohort (its entry year), its name begins with the grade.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.database import db, execute, table
from app.errors import Refused
from app.schools.models import GRADES, SchoolClass
from app.students.models import Standing, Student
from app.students.models.cohorts import LeftOut, LeftOutBecause
from app.students.operations.context import CaseContext
from app.students.operations.dry_run import Moved, PassedOver, Rehearsal
from app.students.operations.whole_schools import (
    CHANGE,
    ENROLMENT,
    PROMOTED,
    Condition,
    E,
    Held,
    check_season,
    grade_moved,
    has_promoted,
    has_repeated,
    here,
    hold_school,
    reached,
    still_holds,
    ungraduated,
)
from app.students.queries.acts import ChildOfAct
from app.students.rules.changes import LAST_GRADES
from app.students.rules.promotion import NEW_YEAR, grade_below, objections_to_nobody

LEFT_OUT, CLASS = table(LeftOut), table(SchoolClass)


def promote(context: CaseContext, held: Held) -> None:
    """升级 (code Z6): everybody of the applying school one grade up, those left out written down with the reason.

    held -- the condition that an open case of status holds a student. Raises OutOfSeason (E-SEASON), NobodyToPromote
    (E-PROM-01), GraduationFirst (E-PROM-02).
    """
    context.claim()
    school, year = context.applicant_office_id, context.application["year"]
    hold_school(school)
    check_season(context, "升级", goes_on=has_promoted(school, year))
    waiting = _waiting(school, year)
    going = execute(
        sa.update(ENROLMENT)
        .where(*here(school), *_goes_up(year, held, waiting))
        .values(grade=grade_moved(1), case_id=context.case_id)
    )
    if not going.rowcount:
        for objection in objections_to_promotion(school, year, rehearse(school, year, held)):
            raise objection
    execute(_change_entries(context))
    left_out = execute(_left_out_rows(context, year, waiting))
    audit.record(
        "enrolments/promotion",
        f"school:{school}",
        actor=context.actor,
        after={
            "year": year,
            "children": going.rowcount,
            "left_out": left_out.rowcount,
            "code": PROMOTED,
            "case": context.number,
        },
    )


def rehearse(school_id: int, year: int, held: Held) -> Rehearsal:
    """What `promote` would do now."""
    waiting = _waiting(school_id, year)
    moved = execute(
        sa.select(E.grade, grade_moved(1), sa.func.count())
        .where(*here(school_id), *_goes_up(year, held, waiting))
        .group_by(E.grade)
        .order_by(E.grade)
    )
    because = _because(year, waiting)
    stays = sa.or_(sa.and_(_behind(year), _waits(held, waiting)), _repeats(year), _ahead(year))
    left_out = db.session.execute(
        sa.select(E.student_id, Student.name, E.grade, because)
        .join(Student, Student.id == E.student_id)
        .where(*here(school_id), stays)
        .order_by(E.grade, because, E.student_id)
    )
    return Rehearsal(
        tuple(Moved(*row) for row in moved),
        tuple(PassedOver(row[0], row[1], row[2], LeftOutBecause(row[3])) for row in left_out),
    )


def who_would_go_up(school_id: int, year: int, held: Held) -> list[ChildOfAct]:
    """The children whom `promote` would move now, in the order of grades and classes."""
    rows = db.session.execute(
        sa.select(E.student_id, Student.name, Student.main_number_masked, E.grade, CLASS.c.number, grade_moved(1))
        .join(Student, Student.id == E.student_id)
        .outerjoin(CLASS, CLASS.c.id == E.school_class_id)
        .where(*here(school_id), *_goes_up(year, held, _waiting(school_id, year)))
        .order_by(E.grade, CLASS.c.number, E.student_id)
    )
    return [
        ChildOfAct(child, name, number, grade, in_class, GRADES[to])
        for child, name, number, grade, in_class, to in rows
    ]


def objections_to_promotion(school_id: int, year: int, rehearsed: Rehearsal) -> list[Refused]:
    """Why nobody would go up; nothing when somebody does."""
    if rehearsed.children:
        return []
    waiting = sum(each.because is LeftOutBecause.UNGRADUATED for each in rehearsed.left_out)
    return objections_to_nobody(ungraduated(school_id, year), waiting)


# ── the conditions, for the rehearsal and for the act ────────────────────────────────────────────────────────────────


def _waiting(school_id: int, year: int) -> list[str]:
    """The grades below a last grade that has not graduated yet."""
    return [grade_below(last) for last in ungraduated(school_id, year)]


def _behind(year: int) -> Condition:
    """Not yet in the grade that the cohort reaches in that school year, and not promoted into it already."""
    return sa.and_(reached() <= year - E.entry_year, ~_promoted(year))


def _promoted(year: int) -> Condition:
    entry = (
        sa.select(CHANGE.c.id)
        .where(CHANGE.c.student_id == E.student_id, CHANGE.c.code == PROMOTED)
        .where(CHANGE.c.effective_on >= dt.date(year, *NEW_YEAR), still_holds())
    )
    return entry.exists()


def _goes_up(year: int, held: Held, waiting: Collection[str]) -> tuple[Condition, ...]:
    return (
        E.standing == Standing.ACTIVE,
        E.grade.not_in((*LAST_GRADES, *waiting)),
        _behind(year),
        ~held(E.student_id),
    )


def _repeats(year: int) -> Condition:
    """A repeat approved in the school year that ends: the child has joined the cohort after and keeps its grade."""
    return sa.and_(reached() == year - E.entry_year + 1, has_repeated(since=dt.date(year - 1, *NEW_YEAR)))


def _ahead(year: int) -> Condition:
    """In the grade of the new school year, or beyond it, although nothing of this summer has led there: promoted once
    too often before, or entered with a wrong year.
    """
    summer = dt.date(year, *NEW_YEAR)
    lately = sa.select(CHANGE.c.id).where(
        CHANGE.c.student_id == E.student_id, CHANGE.c.epoch == E.epoch, CHANGE.c.effective_on >= summer
    )
    return sa.and_(reached() > year - E.entry_year, E.recorded_on < summer, ~lately.exists())


def _waits(held: Held, waiting: Collection[str]) -> Condition:
    """Not now, though it is behind."""
    stays = E.grade.in_((*LAST_GRADES, *waiting))
    return sa.or_(E.standing != Standing.ACTIVE, stays, held(E.student_id))


def _because(year: int, waiting: Collection[str]) -> Any:
    return sa.case(
        (E.standing == Standing.SUSPENDED, LeftOutBecause.SUSPENDED.value),
        (E.standing == Standing.DROPPED_OUT, LeftOutBecause.DROPPED_OUT.value),
        (_repeats(year), LeftOutBecause.REPEAT.value),
        (reached() > year - E.entry_year, LeftOutBecause.COHORT.value),
        (E.grade.in_(LAST_GRADES), LeftOutBecause.FINAL_GRADE.value),
        (E.grade.in_(list(waiting)), LeftOutBecause.UNGRADUATED.value),
        else_=LeftOutBecause.OPEN_CASE.value,
    )


# ── what is written ──────────────────────────────────────────────────────────────────────────────────────────────────


def _change_entries(context: CaseContext) -> Any:
    """One change entry for each child who went up under this case."""
    quoted = ('{"grade":"', '"}')
    columns = {
        "case_id": sa.literal(context.case_id),
        "student_id": E.student_id,
        "epoch": E.epoch,
        "code": sa.literal(PROMOTED),
        "school_id": E.school_id,
        "owner_division": E.owner_division,
        "effective_on": sa.literal(clock.today(), sa.Date),
        "recorded_at": sa.literal(clock.now(), CHANGE.c.recorded_at.type),
        "before": sa.literal(quoted[0]) + grade_moved(-1) + quoted[1],
        "after": sa.literal(quoted[0]) + E.grade + quoted[1],
    }
    went_up = (
        sa.select(*columns.values())
        .where(*here(context.applicant_office_id), E.case_id == context.case_id)
        .order_by(E.id)
    )
    return sa.insert(CHANGE).from_select(list(columns), went_up)


def _left_out_rows(context: CaseContext, year: int, waiting: Collection[str]) -> Any:
    """Everybody who is behind still; whose other case has been closed this very moment too, so nobody is lost."""
    rows = (
        sa.select(sa.literal(context.case_id), E.student_id, E.grade, _because(year, waiting))
        .where(*here(context.applicant_office_id), sa.or_(_behind(year), _repeats(year), _ahead(year)))
        .order_by(E.id)
    )
    return sa.insert(LEFT_OUT).from_select(["case_id", "student_id", "grade", "because"], rows)
