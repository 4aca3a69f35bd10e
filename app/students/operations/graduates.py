"""Who would graduate, complete or leave if the graduation of a grade were agreed to now, by name."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from app import clock
from app.database import db, table
from app.schools.models import SchoolClass
from app.students.models import STANDING_NAMES, Standing, Student
from app.students.operations.graduation import of_age
from app.students.operations.whole_schools import E, Held, here
from app.students.queries.acts import ChildOfAct

CLASS = table(SchoolClass)


def graduates_to_be(
    school_id: int, grade: str, exceptions: dict[Standing, Collection[int]], held: Held
) -> list[ChildOfAct]:
    """The children whom `graduate` would move now, in the order of classes, each with how it would leave.

    held -- the condition that an open case of status holds a student
    """
    rows = db.session.execute(
        sa.select(Student.id, Student.name, Student.main_number_masked, CLASS.c.number)
        .join(E.student_id.table, E.student_id == Student.id)
        .outerjoin(CLASS, CLASS.c.id == E.school_class_id)
        .where(*here(school_id), E.grade == grade, of_age([grade], clock.today()))
        .where(E.standing == Standing.ACTIVE, ~held(E.student_id))
        .order_by(CLASS.c.number, Student.id)
    )
    ends = {child: standing for standing, children in exceptions.items() for child in children}
    return [
        ChildOfAct(child, name, number, grade, in_class, STANDING_NAMES[ends.get(child, Standing.GRADUATED)])
        for child, name, number, in_class in rows
    ]
