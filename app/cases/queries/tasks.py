"""Reads of tasks: one by its number, how many wait, the next one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from app.access import Actor
from app.cases.models import (
    Case,
    PreReview,
    Task,
)
from app.database import db
from app.divisions.models import BUREAUS, Office
from app.errors import Missing
from app.students.models import Student
from app.web.formatting import MOST_COUNTED


def task_for(actor: Actor, task_id: int) -> Task:
    """A task of the actor's office, or of one it supervises. Raises Missing."""
    task = db.session.scalar(
        sa.select(Task)
        .where(Task.id == task_id)
        .options(
            undefer(Task.asked),
            joinedload(Task.case).options(joinedload(Case.student), undefer(Case.halted)),
            joinedload(Task.pre_review).joinedload(PreReview.user),
        )
    )
    if task is None:
        raise Missing()
    if task.office_id != actor.office_id and not (actor.office_kind in BUREAUS and actor.answers_for(task.office.path)):
        raise Missing()
    return task


def newest_task(actor: Actor) -> int | None:
    """The open task of the actor's office and duty that came last; None where nothing waits."""
    return db.session.scalar(NEWEST, {"office": actor.office_id, "duty": actor.duty})


def next_task(actor: Actor, *, beside: int) -> Any:
    """The first task of the actor's list in another case, what was urged before all else: name, number, student,
    applicant.
    """
    return db.session.execute(NEXT, {"office": actor.office_id, "duty": actor.duty, "beside": beside}).one_or_none()


def counted(*conditions: Any) -> sa.Select[int]:
    """How many tasks of the post wait (and meet the conditions), counted no further than MOST_COUNTED."""
    rows = sa.select(sa.literal(1)).where(*WAITS, *conditions).limit(MOST_COUNTED)
    return sa.select(sa.func.count()).select_from(rows.subquery())


#: cases whose clock stands still, few among all, as their index says it
PAUSED_CASES = sa.select(Case.id).where(Case.status == sa.literal_column("'paused'"))
CLOCK_RUNS = Task.case_id.not_in(PAUSED_CASES)
#: built once: the last stands on the page of every case
WAITS = (
    Task.office_id == sa.bindparam("office"),
    Task.duty == sa.bindparam("duty"),
    Task.status == sa.literal_column("'open'"),  # as the indexes say it
)
NEWEST = sa.select(Task.id).where(*WAITS).order_by(Task.arrived_at.desc(), Task.id.desc()).limit(1)


def _first(urged: Any) -> Any:
    """The most urgent open task of the post in another case, among those that are urged, or are not: by one index."""
    ids = sa.select(Task.id).where(*WAITS, urged, Task.case_id != sa.bindparam("beside"))
    return ids.order_by(Task.deadline, Task.id).limit(1).scalar_subquery()


NEXT = (
    sa.select(
        Task.name,
        Case.number,
        sa.func.coalesce(Student.name, "").label("student"),
        Office.short_name.label("applicant"),
    )
    .join(Case, Case.id == Task.case_id)
    .join(Office, Office.id == Case.applicant_office_id)
    .outerjoin(Student, Student.id == Case.student_id)
    .where(Task.id == sa.func.coalesce(_first(Task.urged_at.is_not(None)), _first(Task.urged_at.is_(None))))
)
