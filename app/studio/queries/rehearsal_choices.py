"""Who may take part in a rehearsal, as somebody types it: an office or a child by name."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import inside
from app.schools.models import GRADES
from app.students.models import STANDING_NAMES, Student
from app.students.queries import keeper_of, student_for
from app.students.queries.search import students_of
from app.web import whole_number

MOST = 50


def offices_named(actor: Actor, typed: str) -> Sequence[tuple[str, str]]:
    """Code and name of the offices that are meant: the one of that code or name, else those whose names hold it."""
    asked = sa.select(Office.code, Office.name).where(Office.closed_on.is_(None), inside(actor)).order_by(Office.code)
    for meant in (sa.or_(Office.code == typed, Office.name == typed), Office.name.contains(typed, autoescape=True)):
        if rows := db.session.execute(asked.where(meant).limit(MOST)).all():
            return [(row.code, row.name) for row in rows]
    return []


def children_named(actor: Actor, typed: str, school: str) -> Sequence[tuple[str, str]]:
    """Id and particulars of the children that are meant: the one of that id, else those whose names hold it.

    school -- the code of theirs, where it is known. Raises Missing for a school that is none of the actor's.
    """
    if (number := whole_number(typed, least=1)) is not None and len(typed) < 11:
        return [(typed, words_of(student_for(actor, number)))]
    found = students_of(actor, q=typed, school=school or None, limit=MOST)
    return [(str(each.id), words_of(each)) for each in found]


def words_of(child: Student) -> str:
    """王小明　330106********0017　某小学三年级　在读"""
    last, keeper = child.open_enrolment or child.last_enrolment, keeper_of(child)
    where = f"{last.school.office.name}{GRADES[last.grade]}　{STANDING_NAMES[last.standing]}" if last else ""
    return f"{child.name}　{child.main_number_masked}　{where or (keeper.name if keeper else '')}"


def school_of(actor: Actor, student_id: int) -> str:
    """The code of the school that keeps a child. Raises Missing."""
    keeper = keeper_of(student_for(actor, student_id))
    return keeper.code if keeper and not keeper.is_bureau else ""
