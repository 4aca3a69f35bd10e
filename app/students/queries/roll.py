"""A school's children as its rolls and class lists show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.access import Actor
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import inside, office_by_code
from app.errors import Missing
from app.schools.models import SchoolClass
from app.students.models import Enrolment, NumberKind, Standing, Student, StudentNumber

MOST = 5000  # children of one paper


@dataclass(frozen=True)
class Child:
    """One line of a roll."""

    student_id: int
    name: str
    sex: str
    born_on: dt.date
    main_number: str  # masked
    stage_number: str
    grade: str
    school_class: int | None
    standing: Standing
    starts_on: dt.date


def school_for(actor: Actor, code: str) -> Office:
    """The actor's own school, or one that its bureau answers for; the province keeps no rolls. Raises Missing."""
    if actor.office_kind == "school":
        code = code or actor.office_code
    office = office_by_code(code)
    if office is None or office.kind is not OfficeKind.SCHOOL or actor.office_kind == "province":
        raise Missing()
    if not actor.answers_for(office.path):
        raise Missing()
    return office


def schools_of(actor: Actor, limit: int = 1000) -> Sequence[Any]:
    """Code and name of the schools in the actor's jurisdiction."""
    return db.session.execute(
        sa.select(Office.code, Office.name)
        .where(inside(actor), Office.kind == OfficeKind.SCHOOL, Office.closed_on.is_(None))
        .order_by(Office.code)
        .limit(limit)
    ).all()


def roll_of(
    school_id: int, *, grade: str | None = None, school_class: int | None = None, standing: Standing | None = None
) -> list[Child]:
    """The children of a school in order of grade, class and stage number; the open enrolments unless told otherwise."""
    number = aliased(StudentNumber)
    query = (
        sa.select(
            Student.id,
            Student.name,
            Student.sex,
            Student.born_on,
            Student.main_number_masked,
            sa.func.coalesce(number.value, ""),
            Enrolment.grade,
            SchoolClass.number,
            Enrolment.standing,
            Enrolment.starts_on,
        )
        .join(Student, Student.id == Enrolment.student_id)
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.school_class_id)
        .outerjoin(
            number,
            sa.and_(number.student_id == Student.id, number.kind == NumberKind.STAGE, number.valid_until.is_(None)),
        )
        .where(Enrolment.school_id == school_id)
        .order_by(Enrolment.grade, sa.func.coalesce(SchoolClass.number, 0), number.value, Student.id)
        .limit(MOST)
    )
    query = query.where(Enrolment.ends_on.is_(None) if standing is None else Enrolment.standing == standing)
    if grade:
        query = query.where(Enrolment.grade == grade)
    if school_class is not None:
        query = query.where(SchoolClass.number == school_class)
    rows: Any = db.session.execute(query)
    return [Child(*row) for row in rows]


def without_class(school_id: int, limit: int = 200) -> Sequence[Any]:
    """Children of a school who are in no class yet, the longest there first: id, name, grade, since when."""
    return db.session.execute(
        sa.select(Student.id, Student.name, Enrolment.grade, Enrolment.starts_on)
        .join(Student, Student.id == Enrolment.student_id)
        .where(Enrolment.school_id == school_id, Enrolment.ends_on.is_(None), Enrolment.school_class_id.is_(None))
        .order_by(Enrolment.starts_on, Enrolment.grade, Student.id)
        .limit(limit)
    ).all()


def classes_of(school_id: int) -> Sequence[Any]:
    """How many children are in each class: grade, class (none where not assigned), all, of them in attendance."""
    return db.session.execute(
        sa.select(
            Enrolment.grade,
            SchoolClass.number.label("school_class"),
            sa.func.count().label("all"),
            sa.func.sum(sa.case((Enrolment.standing == Standing.ACTIVE, 1), else_=0)).label("active"),
        )
        .outerjoin(
            SchoolClass, sa.and_(SchoolClass.id == Enrolment.school_class_id, SchoolClass.school_id == school_id)
        )
        .where(Enrolment.school_id == school_id, Enrolment.ends_on.is_(None))
        .group_by(Enrolment.grade, SchoolClass.number)
        .order_by(Enrolment.grade, sa.func.coalesce(SchoolClass.number, 0))
    ).all()
