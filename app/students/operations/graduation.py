"""毕业、结业、肄业: the last grade of a school at once, certificates numbered without gaps, seats freed.

The archive stays with the graduating school until the next one pulls it (待升学).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.database import db, execute, table
from app.divisions.models import Office
from app.schools.models import Quota
from app.sequences import next_in
from app.students.models import Standing, Student
from app.students.models.cohorts import Certificate, CertificateKind, LeftOut, LeftOutBecause
from app.students.operations.context import CaseContext
from app.students.operations.dry_run import Moved, PassedOver, Rehearsal
from app.students.operations.whole_schools import (
    CHANGE,
    ENROLMENT,
    Condition,
    E,
    Held,
    check_season,
    has_repeated,
    here,
    hold_school,
)
from app.students.rules.dates import Life, objections_to_days
from app.students.rules.graduation import NobodyToGraduate, NoSuchChild, NotCleared, newest_cohort
from app.web import canonical
from app.web.text import visible

LEFT_OUT, CERTIFICATE = table(LeftOut), table(Certificate)
#: standing -> change code (JY/T 1001), certificate, the letter of its number
OUT_OF_SCHOOL = {
    Standing.COMPLETED: ("Z8", CertificateKind.COMPLETION, "J"),
    Standing.LEFT_EARLY: ("Z9", CertificateKind.LEAVING, "Y"),
    Standing.GRADUATED: ("Z7", CertificateKind.GRADUATION, "B"),
}


def graduate(context: CaseContext, held: Held) -> None:
    """毕业 (Z7), 结业 (Z8), 肄业 (Z9): every child in attendance of the grade, with certificates; seats are freed.

    held -- the condition that an open case of status holds a student. Raises OutOfSeason (E-SEASON), NotCleared
    (E-CASE-01) while a case holds a child of this grade, NobodyToGraduate (E-GRAD-01), NoSuchChild for a name that
    means nobody by now.
    """
    context.claim()
    asked, school = context.application, context.applicant_office_id
    hold_school(school)
    check_season(context, "毕业")
    grade, on = asked["grade"], dt.date.fromisoformat(asked["graduates_on"])
    for objection in objections_to_days("graduation", asked, Life(clock.today())):
        raise objection
    due = of_age([grade], on)
    _refuse_open_cases(school, due, held)
    exceptions = exceptions_of(asked, school)
    counts = {standing: _end(context, standing, due, on, exceptions) for standing in OUT_OF_SCHOOL}
    if not any(counts.values()):
        raise NobodyToGraduate(field="grade")
    for standing, count in counts.items():
        if count:
            execute(_change_entries(context, standing, on))
            execute(_certificates(context, standing, count, on))
    _free_seats(context)
    left_out = execute(_left_out_rows(context, grade, due))
    audit.record(
        "enrolments/graduation",
        f"school:{school}",
        actor=context.actor,
        after={
            "grade": grade,
            **{standing.value: count for standing, count in counts.items()},
            "left_out": left_out.rowcount,
            "case": context.number,
        },
    )


def rehearse(
    school_id: int, grades: Sequence[str], exceptions: dict[Standing, Collection[int]], held: Held
) -> Rehearsal:
    """What `graduate` would do now for these grades; whom an open case holds is listed among those left out."""
    ends = (
        sa.case(
            *((E.student_id.in_(ids), standing.value) for standing, ids in exceptions.items() if ids),
            else_=Standing.GRADUATED.value,
        )
        if any(exceptions.values())
        else sa.literal(Standing.GRADUATED.value)
    )
    of_school = (*here(school_id), E.grade.in_(grades))
    due = of_age(grades, clock.today())
    moved = execute(
        sa.select(E.grade, ends, sa.func.count())
        .where(*of_school, due, E.standing == Standing.ACTIVE, ~held(E.student_id))
        .group_by(E.grade, ends)
        .order_by(E.grade, ends)
    )
    because = _because(due)
    left_out = db.session.execute(
        sa.select(E.student_id, Student.name, E.grade, because)
        .join(Student, Student.id == E.student_id)
        .where(*of_school, sa.or_(E.standing != Standing.ACTIVE, ~due, held(E.student_id)))
        .order_by(E.grade, because, E.student_id)
    )
    return Rehearsal(
        tuple(Moved(*row) for row in moved),
        tuple(PassedOver(row[0], row[1], row[2], LeftOutBecause(row[3])) for row in left_out),
    )


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def of_age(grades: Sequence[str], on: dt.date) -> Condition:
    """Children of these last grades who have served the years of their stage by the end of that day's school year."""
    return sa.or_(*(sa.and_(E.grade == grade, E.entry_year <= newest_cohort(grade, on)) for grade in grades))


def _because(due: Condition) -> Any:
    return sa.case(
        (E.standing == Standing.SUSPENDED, LeftOutBecause.SUSPENDED.value),
        (E.standing == Standing.DROPPED_OUT, LeftOutBecause.DROPPED_OUT.value),
        (sa.and_(~due, has_repeated()), LeftOutBecause.REPEAT.value),
        (~due, LeftOutBecause.COHORT.value),
        else_=LeftOutBecause.OPEN_CASE.value,
    )


def exceptions_of(application: Any, school_id: int) -> dict[Standing, Collection[int]]:
    """Who of the grade completes or leaves instead of graduating, as the application names them. Raises NoSuchChild."""
    found: dict[Standing, Collection[int]] = {}
    for standing in (Standing.COMPLETED, Standing.LEFT_EARLY):
        lines = application.get(standing.value) or ()
        found[standing] = children_named(lines, school_id, application.get("grade"), standing.value)
    both = set(found[Standing.COMPLETED]) & set(found[Standing.LEFT_EARLY])
    if both:
        raise NoSuchChild(line="、".join(_names(both)), why="不能既结业又肄业", field=Standing.LEFT_EARLY.value)
    if grade := application.get("grade"):
        for standing, ids in found.items():
            _refuse_too_young(ids, grade, standing.value)
    return found


def _refuse_too_young(ids: Collection[int], grade: str, field: str) -> None:
    """Whoever is named must have served the years too. Raises NoSuchChild."""
    young = sa.select(E.student_id).where(E.ends_on.is_(None), E.student_id.in_(ids), ~of_age([grade], clock.today()))
    if ids and (found := db.session.scalars(young).all()):
        raise NoSuchChild(line="、".join(_names(found)), why="未满修业年限，不随本届毕业年级办理", field=field)


def _names(ids: Collection[int]) -> Sequence[str]:
    return db.session.scalars(sa.select(Student.name).where(Student.id.in_(ids)).order_by(Student.id)).all()


def children_named(lines: Sequence[str], school_id: int, grade: str | None, field: str) -> list[int]:
    """The children in attendance whom the lines mean: a name, a name with the number's last four, or an id.

    Raises NoSuchChild for the first line that means nobody or several.
    """
    if not lines:
        return []
    query = (
        sa.select(Student.id, Student.name, Student.main_number_masked)
        .join(ENROLMENT, E.student_id == Student.id)
        .where(*here(school_id), E.standing == Standing.ACTIVE)
    )
    children = db.session.execute(query.where(E.grade == grade) if grade else query).all()
    return [meant(line, children, field) for line in dict.fromkeys(lines)]


def meant(line: str, children: Sequence[Any], field: str) -> int:
    """Whom a line means, by id: it holds a name, a name with the number's last four, or an id. Raises NoSuchChild."""
    written = canonical.name(line)
    found = [child.id for child in children if written in _spellings(child)]
    if len(found) == 1:
        return int(found[0])
    why = "同名学生不止一名，请在姓名后加学籍主号后四位" if found else "名册上没有这名在读学生"
    raise NoSuchChild(line=visible(line, 50), why=why, field=field)


def _spellings(child: Any) -> tuple[str, ...]:
    name = canonical.name(child.name)
    return name, line_of(name, child.main_number_masked), str(child.id)


def line_of(name: str, masked_number: str) -> str:
    """陈思远 0017: a child as a line of an application names it."""
    return f"{name} {masked_number[-4:]}"


def lines_of(ids: Collection[int]) -> list[str]:
    """The same children as lines that mean nobody else."""
    rows = db.session.execute(
        sa.select(Student.name, Student.main_number_masked).where(Student.id.in_(ids)).order_by(Student.id)
    )
    return [line_of(*row) for row in rows]


def _refuse_open_cases(school_id: int, due: Condition, held: Held) -> None:
    busy = db.session.scalar(
        sa.select(Student.name)
        .join(ENROLMENT, E.student_id == Student.id)
        .where(*here(school_id), due, E.standing == Standing.ACTIVE, held(E.student_id))
        .limit(1)
    )
    if busy is not None:
        raise NotCleared(name=busy, process="提交之后新发起的办件", step="办理中")


# ── what is written ──────────────────────────────────────────────────────────────────────────────────────────────────


def _end(
    context: CaseContext, standing: Standing, due: Condition, on: dt.date, exceptions: dict[Standing, Collection[int]]
) -> int:
    """End the enrolments that end so; the exceptions come first, whoever is left graduates. How many."""
    ending = (
        sa.update(ENROLMENT)
        .where(*here(context.applicant_office_id), due, E.standing == Standing.ACTIVE)
        .values(
            standing=standing,
            ends_on=sa.case((E.starts_on > on, E.starts_on), else_=on),
            case_id=context.case_id,
        )
    )
    if standing in exceptions:
        ending = ending.where(E.student_id.in_(exceptions[standing]))
    return int(execute(ending).rowcount)


def _ended(context: CaseContext, standing: Standing) -> tuple[Condition, ...]:
    """The enrolments that this case has ended so."""
    return E.school_id == context.applicant_office_id, E.case_id == context.case_id, E.standing == standing


def _change_entries(context: CaseContext, standing: Standing, on: dt.date) -> Any:
    def entry(shown: Standing) -> Any:
        return sa.literal('{"grade":"') + E.grade + f'","standing":"{shown.value}"}}'

    columns = {
        "case_id": sa.literal(context.case_id),
        "student_id": E.student_id,
        "epoch": E.epoch,
        "code": sa.literal(OUT_OF_SCHOOL[standing][0]),
        "school_id": E.school_id,
        "owner_division": E.owner_division,
        "effective_on": sa.literal(on, sa.Date),
        "recorded_at": sa.literal(clock.now(), CHANGE.c.recorded_at.type),
        "before": entry(Standing.ACTIVE),
        "after": entry(standing),
    }
    left = sa.select(*columns.values()).where(*_ended(context, standing)).order_by(E.id)
    return sa.insert(CHANGE).from_select(list(columns), left)


def _certificates(context: CaseContext, standing: Standing, count: int, on: dt.date) -> Any:
    """Certificates in the order of classes, their numbers running per school, kind and year."""
    _code, kind, letter = OUT_OF_SCHOOL[standing]
    school = db.session.scalar(sa.select(Office.code).where(Office.id == context.applicant_office_id))
    key = f"{letter}{on.year}-{school}"
    place = sa.func.row_number().over(order_by=(E.school_class_id, E.student_id))
    running = sa.cast(place + (10_000 + next_in(key, count) - 1), sa.String(5))  # 10001 -> 0001
    columns = {
        "kind": sa.literal(kind.value),
        "number": sa.literal(f"{key}-") + sa.func.substr(running, 2),
        "student_id": E.student_id,
        "enrolment_id": E.id,
        "issued_on": sa.literal(on, sa.Date),
        "case_id": sa.literal(context.case_id),
    }
    left = sa.select(*columns.values()).where(*_ended(context, standing)).order_by(E.id)
    return sa.insert(CERTIFICATE).from_select(list(columns), left)


def _free_seats(context: CaseContext) -> None:
    """Give back the seats of all who left, one statement per cohort."""
    for stage, entry_year, count in _leavers(context):
        left = sa.case((Quota.used > count, Quota.used - count), else_=0)
        execute(
            sa.update(table(Quota))
            .where(Quota.school_id == context.applicant_office_id, Quota.stage == stage, Quota.entry_year == entry_year)
            .values(used=left)
        )


def _leavers(context: CaseContext) -> Iterator[Any]:
    yield from execute(
        sa.select(E.stage, E.entry_year, sa.func.count())
        .where(E.school_id == context.applicant_office_id, E.case_id == context.case_id, E.ends_on.is_not(None))
        .group_by(E.stage, E.entry_year)
        .order_by(E.entry_year)
    ).all()


def _left_out_rows(context: CaseContext, grade: str, due: Condition) -> Any:
    rows = (
        sa.select(sa.literal(context.case_id), E.student_id, E.grade, _because(due))
        .where(*here(context.applicant_office_id), E.grade == grade)
        .order_by(E.id)
    )
    return sa.insert(LEFT_OUT).from_select(["case_id", "student_id", "grade", "because"], rows)
