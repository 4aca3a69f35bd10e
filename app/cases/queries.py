"""Reads of cases and tasks, each limited to what the caller's office may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.access import Actor
from app.cases.models import (
    Batch,
    BatchRow,
    Case,
    CaseStatus,
    Decision,
    PreReview,
    RouteStep,
    RowStatus,
    Task,
    TaskStatus,
)
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import inside
from app.errors import Missing
from app.processes.models import Process
from app.students.models import Student

MOST_COUNTED = 1000  # a side menu says “1000+” rather than count on
BUREAUS = ("county", "zone", "city")


@dataclass(frozen=True)
class View:
    """How much of a case an office may see."""

    content: bool  # application, opinions, papers
    outline: bool = True  # number, route, where it stands
    opinions: bool = True  # False: of the content what was applied for, not what the others said and attached

    @property
    def whole(self) -> bool:
        """Content and opinions, papers among them."""
        return self.content and self.opinions


def case_for(actor: Actor, number: str) -> tuple[Case, View]:
    """A case with how much of it the actor's office may see. Raises Missing when nothing.

    Offices of the route see its outline from the moment it is submitted, its content when their turn has come; the
    applicant sees all of it; a county or city bureau sees the cases of the offices it answers for (it supervises
    them); the province sees the outline only, and of a filing what is filed.
    """
    case = db.session.scalar(
        sa.select(Case)
        .where(Case.number == number)
        .options(
            joinedload(Case.student),
            joinedload(Case.receiving_school),
            joinedload(Case.releasing_school),
            selectinload(Case.route),
            selectinload(Case.tasks).joinedload(Task.office),
            selectinload(Case.decisions).joinedload(Decision.office),
            selectinload(Case.decisions).joinedload(Decision.user),
        )
    )
    if case is None:
        raise Missing()
    return case, view_of(actor, case)


def view_of(actor: Actor, case: Case) -> View:
    """How much of the case the actor may see. Raises Missing when nothing."""
    here = [task.key for task in case.tasks if task.office_id == actor.office_id]
    if case.applicant_office_id == actor.office_id or here:
        filed_only = actor.office_kind == "province" and set(here) == {"filing"}
        return View(content=True, opinions=not filed_only)
    if any(step.office_id == actor.office_id for step in case.route):
        return View(content=False)
    supervised = any(actor.answers_for(step.office.path) for step in case.route)
    if supervised and actor.office_kind in BUREAUS:
        return View(content=True)
    if supervised and actor.office_kind == "province":
        return View(content=False)
    raise Missing()


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
    # asked row by row: one more join leads PostgreSQL to read the whole inbox before the page
    applied = sa.select(applicant.short_name).where(applicant.id == Case.applicant_office_id).scalar_subquery()
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
            applied.label("applicant"),
            Case.status,
            Task.note,
        )
        .join(Case, Case.id == Task.case_id)
        .join(Process, Process.key == Case.process_key)
        .outerjoin(Student, Student.id == Case.student_id)
        .outerjoin(receiving, receiving.id == Case.receiving_school_id)
        .outerjoin(releasing, releasing.id == Case.releasing_school_id)
        .where(Task.office_id == actor.office_id, Task.duty == actor.duty)
        .limit(limit)
    )
    place = sa.tuple_(Task.deadline, Task.id)
    if box == "waiting":
        query = query.where(Task.status == sa.literal_column("'open'")).order_by(Task.deadline, Task.id)
        query = query.where(place > sa.tuple_(sa.literal(after[0], Task.deadline.type), after[1])) if after else query
    else:
        query = query.where(Task.status == TaskStatus.DONE).order_by(Task.deadline.desc(), Task.id.desc())
        query = query.where(place < sa.tuple_(sa.literal(after[0], Task.deadline.type), after[1])) if after else query
    if process:
        query = query.where(Case.process_key == process)
    if before is not None:
        query = query.where(Task.deadline < before)
    if since is not None:
        query = query.where(Task.deadline >= since)
    if q:
        query = query.where(sa.or_(Student.name == q, Case.number == q))
    return [_inbox_row(row) for row in db.session.execute(query)]


def _inbox_row(row: Any) -> InboxRow:
    values: list[Any] = [*row[:13], row.status == CaseStatus.PAUSED, row.note]
    return InboxRow(*values)


def count_waiting(actor: Actor, *, before: dt.datetime | None = None) -> int:
    """Open tasks of the actor's office and duty, counted no further than MOST_COUNTED."""
    query = sa.select(sa.literal(1)).where(
        Task.office_id == actor.office_id, Task.duty == actor.duty, Task.status == sa.literal_column("'open'")
    )
    if before is not None:
        query = query.where(Task.deadline < before)
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.limit(MOST_COUNTED).subquery())) or 0


def cases_for(
    actor: Actor,
    *,
    box: str | None = None,
    process: str | None = None,
    q: str | None = None,
    after: int | None = None,
    limit: int = 20,
) -> Sequence[Case]:
    """Cases the actor's office has to do with, newest first.

    box -- applied (我发起), running (在办), closed (办结); without it every case the office may see.
    """
    on_route = sa.select(RouteStep.case_id).where(RouteStep.office_id == actor.office_id)
    mine = sa.or_(Case.applicant_office_id == actor.office_id, Case.id.in_(on_route))
    if actor.office_kind != "school" and box is None:
        below = sa.select(RouteStep.case_id).join(Office, Office.id == RouteStep.office_id).where(inside(actor))
        mine = sa.or_(mine, Case.id.in_(below))
    query = (
        sa.select(Case)
        .where(mine)
        .order_by(Case.id.desc())
        .limit(limit)
        .options(
            joinedload(Case.student),
            joinedload(Case.receiving_school),
            joinedload(Case.releasing_school),
            joinedload(Case.applicant_office),
            selectinload(Case.tasks).joinedload(Task.office),
        )
    )
    if box == "applied":
        query = query.where(Case.applicant_office_id == actor.office_id)
    elif box == "running":
        query = query.where(Case.status != CaseStatus.CLOSED)
    elif box == "closed":
        query = query.where(Case.status == CaseStatus.CLOSED)
    if process:
        query = query.where(Case.process_key == process)
    if q:
        query = query.outerjoin(Student, Student.id == Case.student_id).where(
            sa.or_(Case.number == q, Student.name == q)
        )
    if after is not None:
        query = query.where(Case.id < after)
    return db.session.scalars(query).unique().all()


def case_number(case_id: int) -> str:
    number = db.session.scalar(sa.select(Case.number).where(Case.id == case_id))
    if number is None:
        raise Missing()
    return number


def process_names() -> dict[str, str]:
    return dict(db.session.execute(sa.select(Process.key, Process.name)).all())


def open_case_number(student_id: int) -> str | None:
    """The number of the case that holds the child."""
    number: str | None = db.session.scalar(
        sa.select(Case.number).where(
            Case.student_id == student_id, Case.holds_student, Case.status != CaseStatus.CLOSED
        )
    )
    return number


# ── lists of children ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Progress:
    """How far a list has come."""

    total: int
    accepted: int
    refused: int
    finished: bool
    released: bool

    @property
    def waiting(self) -> int:
        return self.total - self.accepted - self.refused


def progress_of(case_id: int) -> Progress | None:
    """How far the case's list has come; None for a case without one."""
    batch = db.session.get(Batch, case_id)
    if batch is None:
        return None
    counted = db.session.execute(
        sa.select(BatchRow.status, sa.func.count()).where(BatchRow.case_id == case_id).group_by(BatchRow.status)
    )
    counts = dict(counted.all())
    return Progress(
        batch.total,
        counts.get(RowStatus.ACCEPTED, 0),
        counts.get(RowStatus.REFUSED, 0),
        batch.finished_at is not None,
        batch.released_at is not None,
    )


def rows_of(case_id: int, *, status: str | None = None, after: int = 0, limit: int = 50) -> Sequence[BatchRow]:
    """The rows of a list in their order, after the given position."""
    query = sa.select(BatchRow).where(BatchRow.case_id == case_id, BatchRow.position > after)
    if status:
        query = query.where(BatchRow.status == RowStatus(status))
    return db.session.scalars(query.order_by(BatchRow.position).limit(limit)).all()
