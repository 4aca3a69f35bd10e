"""Whom a case about a whole school has moved, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.database import db
from app.schools.models import GRADES, SchoolClass
from app.students.models import STANDING_NAMES, Change, Enrolment, Standing, Student
from app.students.models.cohorts import Certificate


@dataclass(frozen=True)
class ChildOfAct:
    """One child whom an act has moved or would move, and where to."""

    student_id: int
    name: str
    number: str  # masked
    grade: str
    class_number: int | None
    to: str  # in words
    certificate: str = ""
    revoked: bool = False  # the certificate

    @property
    def class_name(self) -> str:
        """小学六年级（1）班, or the grade alone of a child in no class."""
        return GRADES[self.grade] + (f"（{self.class_number}）班" if self.class_number else "")


def children_of_act(case_id: int, *, back: bool = False) -> list[ChildOfAct]:
    """The children whom the case has moved, with their certificates, in the order of classes.

    back -- where each would go were the act taken back, but for those who have gone back already
    """
    own = sa.or_(Certificate.case_id == case_id, Certificate.revoked_case_id == case_id)
    query = (
        sa.select(Student, Change, Enrolment.grade, SchoolClass.number, Certificate)
        .select_from(Change)
        .join(Student, Student.id == Change.student_id)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, Enrolment.epoch == Change.epoch))
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.school_class_id)
        .outerjoin(Certificate, sa.and_(Certificate.student_id == Student.id, own))
        .where(Change.case_id == case_id)
    )
    if back:
        undone = aliased(Change)
        query = query.where(~sa.exists().where(undone.reverses_id == Change.id))
    rows = db.session.execute(query.order_by(SchoolClass.number, Student.id))
    return [
        ChildOfAct(
            student.id,
            student.name,
            student.main_number_masked,
            (change.before or {}).get("grade", grade),
            number,
            _words(change.after, change.before or {}) if back else _words(change.before or {}, change.after),
            certificate.number if certificate else "",
            certificate is not None and certificate.revoked_on is not None,
        )
        for student, change, grade, number, certificate in rows
    ]


def _words(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    standing, grade = after.get("standing"), after.get("grade")
    if standing and standing != before.get("standing"):
        return STANDING_NAMES[Standing(standing)]
    return GRADES.get(str(grade), "")
