"""Reads of tasks: one by its number, and the inbox of an office."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import (
    Case,
    CaseStatus,
    PreReview,
    Task,
)
from app.cases.queries.cases import BUREAUS
from app.cases.queries.finding import found_by, of_process, page_of
from app.database import db
from app.definitions.models import Process
from app.divisions.models import Office
from app.errors import Missing
from app.students.models import Student

MOST_COUNTED = 1000  # a side menu says “1000+” rather than count on


def task_for(actor: Actor, task_id: int) -> Task:
    """A task of the actor's office, or of one it supervises. Raises Missing."""
    task = db.session.scalar(
        sa.select(Task)
        .where(Task.id == task_id)
        .options(
            joinedload(Task.case).joinedload(Case.student),
            joinedload(Task.pre_review).joinedload(PreReview.user),
        )
    )
    if task is None:
        raise Missing()
    if task.office_id != actor.office_id and not (actor.office_kind in BUREAUS and actor.answers_for(task.office.path)):
        raise Missing()
    return task


@dataclass(frozen=True)
class InboxRow:
    """One line of an inbox."""

    task_id: int
    task_name: str
    key: str
    deadline: dt.datetime
    arrived_at: dt.datetime
    ended_at: dt.datetime | None
    number: str
    process_key: str
    process: str
    student: str
    receiving: str
    releasing: str
    applicant: str
    paused: bool
    note: Any
    late: bool  # 补录: its cohort has closed


def inbox(
    actor: Actor,
    *,
    box: str = "waiting",
    process: str | None = None,
    q: str | None = None,
    before: dt.datetime | None = None,
    since: dt.datetime | None = None,
    after: tuple[dt.datetime, int] | None = None,
    limit: int = 20,
) -> list[InboxRow]:
    """Tasks of the actor's office and duty, the most urgent first, after a place; by keyset, never by offset.

    box -- waiting, or done (decided there); before, since -- bounds of the deadline, for the lights.
    """
    receiving, releasing, applicant = sa.orm.aliased(Office), sa.orm.aliased(Office), sa.orm.aliased(Office)
    page = page_of(
        _listed(actor, box, before=before, since=since, after=after),
        Task.case_id,
        [of_process(process, actor, Task.case_id), found_by((q or "").strip(), Task.case_id)],
        _order(box),
        limit,
    )
    query = (
        sa.select(
            Task.id,
            Task.name,
            Task.key,
            Task.deadline,
            Task.arrived_at,
            Task.ended_at,
            Case.number,
            Case.process_key,
            Process.name.label("process"),
            sa.func.coalesce(Student.name, "").label("student"),
            sa.func.coalesce(receiving.short_name, "").label("receiving"),
            sa.func.coalesce(releasing.short_name, "").label("releasing"),
            applicant.short_name.label("applicant"),
            Case.status,
            Task.note,
            Case.late_at,
        )
        .join(page, page.c.id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .join(Process, Process.key == Case.process_key)
        .join(applicant, applicant.id == Case.applicant_office_id)
        .outerjoin(Student, Student.id == Case.student_id)
        .outerjoin(receiving, receiving.id == Case.receiving_school_id)
        .outerjoin(releasing, releasing.id == Case.releasing_school_id)
        .order_by(*_order(box))
    )
    return [_inbox_row(row) for row in db.session.execute(query)]


def _order(box: str) -> tuple[Any, Any]:
    return (Task.deadline.asc(), Task.id.asc()) if box == "waiting" else (Task.deadline.desc(), Task.id.desc())


def _listed(
    actor: Actor,
    box: str,
    *,
    before: dt.datetime | None,
    since: dt.datetime | None,
    after: tuple[dt.datetime, int] | None,
) -> Any:
    """The tasks of a box from a place on: a range of an index, apart from what else a line shows."""
    status: Any = sa.literal_column("'open'" if box == "waiting" else "'done'")  # as the indexes say it
    query = sa.select(Task.id, Task.deadline).where(
        Task.office_id == actor.office_id, Task.duty == actor.duty, Task.status == status
    )
    if after:
        place, end = sa.tuple_(Task.deadline, Task.id), sa.tuple_(sa.literal(after[0], Task.deadline.type), after[1])
        query = query.where(place > end if box == "waiting" else place < end)
    if before is not None:
        query = query.where(Task.deadline < before)
    if since is not None:
        query = query.where(Task.deadline >= since)
    return query


def _inbox_row(row: Any) -> InboxRow:
    values: list[Any] = [*row[:13], row.status == CaseStatus.PAUSED, row.note, row.late_at is not None]
    return InboxRow(*values)


def count_waiting(actor: Actor, *, before: dt.datetime | None = None) -> int:
    """Open tasks of the actor's office and duty, counted no further than MOST_COUNTED."""
    asked = {"office": actor.office_id, "duty": actor.duty}
    if before is None:
        return db.session.scalar(COUNT, asked) or 0
    return db.session.scalar(COUNT_BEFORE, {**asked, "before": before}) or 0


def next_task(actor: Actor, *, beside: int) -> Any:
    """The most urgent task of the actor's office and duty in another case: name, number, student, applicant."""
    return db.session.execute(NEXT, {"office": actor.office_id, "duty": actor.duty, "beside": beside}).one_or_none()


def _counted(*conditions: Any) -> sa.Select[int]:
    rows = sa.select(sa.literal(1)).where(*WAITS, *conditions).limit(MOST_COUNTED)
    return sa.select(sa.func.count()).select_from(rows.subquery())


#: built once: the first stands on every page, the last on the page of every case
WAITS = (
    Task.office_id == sa.bindparam("office"),
    Task.duty == sa.bindparam("duty"),
    Task.status == sa.literal_column("'open'"),  # as the indexes say it
)
COUNT, COUNT_BEFORE = _counted(), _counted(Task.deadline < sa.bindparam("before"))
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
    .where(*WAITS, Task.case_id != sa.bindparam("beside"))
    .order_by(Task.deadline, Task.id)
    .limit(1)
)
