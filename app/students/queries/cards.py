"""What the cards of children show, read for all of them together: a class takes as many statements as one child."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.database import db
from app.schools.models import School, SchoolClass
from app.students.models import Archive, Change, Enrolment, NumberKind, Student, StudentNumber
from app.students.models.issued import Photo

MOST_CARDS = 100  # of one file: more children are no class


def children_of_class(school_id: int, grade: str, number: int, *, limit: int) -> Sequence[Student]:
    """The children of a class of that school who are on its books now, by their stage numbers."""
    stage = sa.orm.aliased(StudentNumber)
    named = sa.and_(stage.student_id == Student.id, stage.kind == NumberKind.STAGE, stage.valid_until.is_(None))
    return db.session.scalars(
        sa.select(Student)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(SchoolClass, SchoolClass.id == Enrolment.school_class_id)
        .outerjoin(stage, named)
        .where(Enrolment.school_id == school_id, Enrolment.ends_on.is_(None), Enrolment.grade == grade)
        .where(SchoolClass.number == number)
        .order_by(stage.value, Student.id)
        .limit(limit)
        .options(
            selectinload(Student.enrolments).options(
                joinedload(Enrolment.school).joinedload(School.office), joinedload(Enrolment.school_class)
            ),
            selectinload(Student.numbers),
            selectinload(Student.guardians),
            joinedload(Student.archive).joinedload(Archive.custodian),
        )
    ).all()


def changes_of_each(students: Collection[int]) -> dict[int, list[Change]]:
    """The changes of these children, of each the oldest first."""
    found: dict[int, list[Change]] = {each: [] for each in students}
    query = (
        sa.select(Change)
        .join(Change.school)
        .join(School.office)
        .options(contains_eager(Change.school).contains_eager(School.office))
    )
    for change in db.session.scalars(query.where(Change.student_id.in_(students)).order_by(Change.id)):
        found[change.student_id].append(change)
    return found


def photos_of(students: Collection[int]) -> dict[int, str]:
    """The digest of each child's photo, of those who have one."""
    rows = db.session.execute(sa.select(Photo.student_id, Photo.sha256).where(Photo.student_id.in_(students)))
    return {each.student_id: each.sha256 for each in rows}
