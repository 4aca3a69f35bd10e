"""The child behind a case, as far as its readers need it to decide: read when somebody asks, not with every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app import clock
from app.access import Actor
from app.cases.models import Case, Task
from app.cases.queries.cases import View, seen_by
from app.database import db
from app.errors import Missing
from app.schools.models import GRADES
from app.students import queries as students
from app.students.models import Change, Enrolment, Student
from app.students.rules.permissions import why_not_see_in_full

MOST_CASES = 20  # other cases of one child that are listed, the newest


@dataclass(frozen=True)
class ChildOfCase:
    """What a reader of the case may know of its child.

    Everybody whose turn has come: where the child is, how old, what it is doing there, and the other cases that their
    office sees anyway. Whoever may open the record: what has changed in it. Who keeps the child, or answers for the
    keeper below the province: the photo.
    """

    student: Student
    enrolment: Enrolment | None  # the open one, else the last
    age: int
    school_class: str  # 三年级 2 班
    has_photo: bool
    opens_record: bool
    changes: Sequence[Change]
    cases: Sequence[Case]


def child_of_case(actor: Actor, case: Case, view: View) -> ChildOfCase:
    """The child of a case that the actor sees. Raises Missing without one, and before the office's turn has come."""
    if not view.content or case.student_id is None:
        raise Missing()
    student = db.session.get_one(Student, case.student_id)
    enrolment = student.open_enrolment or student.last_enrolment
    kept = students.keeps(actor, student)
    opens_record = students.may_see(actor, student)
    in_full = why_not_see_in_full(actor, kept=kept) is None
    return ChildOfCase(
        student=student,
        enrolment=enrolment,
        age=age_on(clock.today(), student.born_on),
        school_class=class_of(enrolment),
        has_photo=in_full and students.photo_of(student.id) is not None,
        opens_record=opens_record,
        changes=students.changes_of(student.id) if opens_record else (),
        cases=_other_cases(actor, case),
    )


def age_on(day: dt.date, born_on: dt.date) -> int:
    """Full years on that day; whoever was born on 29 February is a year older from 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def class_of(enrolment: Enrolment | None) -> str:
    """三年级 2 班, as far as it is known."""
    if enrolment is None or enrolment.grade is None:
        return ""
    number = enrolment.school_class.number if enrolment.school_class else None
    return GRADES[enrolment.grade] + (f" {number} 班" if number else "")


def _other_cases(actor: Actor, case: Case) -> Sequence[Case]:
    """Other cases about the same child that the actor's office sees, the newest first."""
    asked = sa.select(Case).where(Case.student_id == case.student_id, Case.id != case.id, seen_by(actor))
    wanted = joinedload(Case.tasks).joinedload(Task.office)
    newest = asked.order_by(Case.id.desc()).limit(MOST_CASES)
    return db.session.scalars(newest.options(wanted)).unique().all()
