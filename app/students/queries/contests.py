"""Reads of contested records (问题学籍) that nobody has settled yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import inside
from app.schools.models import School
from app.students.models import Archive, Enrolment, Student
from app.students.models.contests import Contest


def open_contest_of(student_id: int, *, for_update: bool = False) -> Contest | None:
    """The doubt about this record that nobody has settled yet."""
    query = sa.select(Contest).where(
        Contest.cleared_at.is_(None), sa.or_(Contest.student_id == student_id, Contest.other_id == student_id)
    )
    query = query.order_by(Contest.id).limit(1)
    contest: Contest | None = db.session.scalar(query.with_for_update() if for_update else query)
    return contest


def contests_for(actor: Actor, *, after: int = 0, limit: int = 20) -> Sequence[Contest]:
    """Open contests of children inside the actor's jurisdiction, the oldest first."""

    def is_kept_here(child: Any) -> sa.ColumnElement[bool]:
        keeper = sa.orm.aliased(Office)
        kept = sa.exists().where(Archive.student_id == child, keeper.id == Archive.custodian_id)
        return kept.where(inside(actor, keeper.path)).correlate(Contest)

    shown = [
        joinedload(each).options(
            selectinload(Student.enrolments).joinedload(Enrolment.school).joinedload(School.office),
            joinedload(Student.archive),
        )
        for each in (Contest.student, Contest.other)
    ]
    return db.session.scalars(
        sa.select(Contest)
        .where(Contest.cleared_at.is_(None), Contest.id > after)
        .where(sa.or_(is_kept_here(Contest.student_id), is_kept_here(Contest.other_id)))
        .options(*shown, joinedload(Contest.marked_by))
        .order_by(Contest.id)
        .limit(limit)
    ).all()
