"""Reads of cases, each limited to what the caller's office may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload, undefer

from app.access import Actor
from app.cases.models import (
    Batch,
    BatchRow,
    Case,
    CaseOffice,
    CasePerson,
    CaseStatus,
    Decision,
    RowStatus,
    Task,
)
from app.cases.queries.finding import found_by, page_of
from app.database import db, table
from app.definitions.models import Process
from app.definitions.queries import compiled_version
from app.divisions.models import BUREAUS
from app.errors import Missing
from app.students.models import Student
from workflows import Kind

if TYPE_CHECKING:
    from app.cases.queries.case_reading import AnyCase


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
            joinedload(Case.coming),
            joinedload(Case.receiving_school),
            joinedload(Case.releasing_school),
            selectinload(Case.route),
            selectinload(Case.tasks).options(joinedload(Task.office), joinedload(Task.pre_review), undefer(Task.asked)),
            undefer(Case.halted),
            selectinload(Case.decisions).joinedload(Decision.office),
            selectinload(Case.decisions).options(joinedload(Decision.user), joinedload(Decision.for_user)),
        )
    )
    if case is None:
        raise Missing()
    return case, view_of(actor, case)


def view_of(actor: Actor, case: AnyCase) -> View:
    """How much of the case the actor may see. Raises Missing when nothing.

    Who acts for a colleague sees what that was given for, and the rest in a post of their own.
    """
    if actor.on_behalf and not actor.on_behalf.covers(case.process_key):
        raise Missing()
    here = {task.key for task in case.tasks if task.office_id == actor.office_id}
    if case.applicant_office_id == actor.office_id or here:
        kinds = compiled_version(case.version_id).kinds(here) if case.version_id else set()
        filed_only = actor.office_kind == "province" and kinds == {Kind.FILING}
        return View(content=True, opinions=not filed_only)
    if any(step.office_id == actor.office_id for step in case.route):
        return View(content=False)
    supervised = any(actor.answers_for(step.office.path) for step in case.route)
    if supervised and actor.office_kind in BUREAUS:
        return View(content=True)
    if supervised and actor.office_kind == "province":
        return View(content=False)
    raise Missing()


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

    box -- applied (我发起), running (在办: the actor took part, it still runs), closed (办结: the office had to do with
    it); without it every case the office may see.
    """
    page = _page(actor, box=box, process=process, q=(q or "").strip(), after=after, limit=limit)
    query = (
        sa.select(Case)
        .join(page, next(iter(page.c)) == Case.id)
        .order_by(Case.id.desc())
        .options(
            joinedload(Case.student),
            joinedload(Case.coming),
            joinedload(Case.receiving_school),
            joinedload(Case.releasing_school),
            joinedload(Case.applicant_office),
            selectinload(Case.tasks).joinedload(Task.office),
        )
    )
    return db.session.scalars(query).unique().all()


def _page(actor: Actor, *, box: str | None, process: str | None, q: str, after: int | None, limit: int) -> sa.Subquery:
    """The ids of the cases of one page: a range of an index, from after the given one on."""
    listed = table(CaseOffice).c
    case_id, student_id, process_key = listed.case_id, listed.student_id, listed.process_key
    query = sa.select(case_id).where(listed.office_id == actor.office_id)
    if box == "applied":
        applied = table(Case).c
        case_id, student_id, process_key = applied.id, applied.student_id, applied.process_key
        query = sa.select(case_id).where(applied.applicant_office_id == actor.office_id)
    elif box == "running":
        mine = table(CasePerson).c
        query = query.join(table(CasePerson), mine.case_id == case_id)
        query = query.where(mine.user_id == actor.user_id, listed.closed.is_(False))
    elif box is not None:
        query = query.where(listed.own.is_(True), listed.closed.is_(box == "closed"))
    if after is not None:
        query = query.where(case_id < after)
    if process:
        query = query.where(process_key == process)
    return page_of(query, case_id, [found_by(q, case_id, student_id)], [case_id.desc()], limit)


def seen_by(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition that the actor's office sees the case, if only its outline: its own, and those of offices below."""
    return sa.exists().where(CaseOffice.office_id == actor.office_id, CaseOffice.case_id == Case.id)


def case_number(case_id: int) -> str:
    number = db.session.scalar(sa.select(Case.number).where(Case.id == case_id))
    if number is None:
        raise Missing()
    return number


def case_number_of_task(task_id: int) -> str:
    """The number of the case of a task, whoever asks: what is done with it has its own scope. Raises Missing."""
    number = db.session.scalar(sa.select(Case.number).join(Task).where(Task.id == task_id))
    if number is None:
        raise Missing()
    return number


def process_names() -> dict[str, str]:
    return dict(db.session.execute(sa.select(Process.key, Process.name)).all())


def open_case_number(student_id: int, actor: Actor) -> str | None:
    """The number of the case that holds the child; None where there is none, or none that the actor's office sees."""
    number: str | None = db.session.scalar(
        sa.select(Case.number).where(
            Case.student_id == student_id, Case.holds_student, Case.status != CaseStatus.CLOSED, seen_by(actor)
        )
    )
    return number


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


def rows_of(case_id: int, *, status: str | None = None, after: int = 0, limit: int | None = 50) -> Sequence[BatchRow]:
    """The rows of a list in their order, after the given position."""
    query = sa.select(BatchRow).where(BatchRow.case_id == case_id, BatchRow.position > after)
    if status:
        query = query.where(BatchRow.status == RowStatus(status))
    return db.session.scalars(query.order_by(BatchRow.position).limit(limit)).all()


def numbers_seen(case_ids: Collection[int], actor: Actor) -> dict[int, str]:
    """The numbers of these cases by id, of those that the actor's office sees."""
    if not case_ids:
        return {}
    found = db.session.execute(sa.select(Case.id, Case.number).where(Case.id.in_(case_ids), seen_by(actor)))
    return dict(found.all())


def children_seen(case_ids: Collection[int], actor: Actor) -> dict[int, str]:
    """The names of the children of these cases by the case's id, of those that the actor's office sees."""
    if not case_ids:
        return {}
    asked = sa.select(Case.id, Student.name).join(Student, Student.id == Case.student_id)
    return dict(db.session.execute(asked.where(Case.id.in_(case_ids), seen_by(actor))).all())
