"""What lingers and what was said about it: overdue tasks below an office, urges of a case, an office's notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import Case, CaseStatus, Notice, NoticeKind, Supervision, Task
from app.cases.queries import MOST_COUNTED
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import inside


def notices_for(actor: Actor, *, unread: bool = False, before: int | None = None, limit: int = 20) -> Sequence[Notice]:
    """Notices of the actor's office, newest first, older than the given one."""
    query = (
        sa.select(Notice)
        .where(Notice.office_id == actor.office_id)
        .options(joinedload(Notice.case))
        .order_by(Notice.id.desc())
        .limit(limit)
    )
    if unread:
        query = query.where(Notice.read_at.is_(None))
    if before is not None:
        query = query.where(Notice.id < before)
    return db.session.scalars(query).all()


def count_unread(actor: Actor) -> int:
    """Notices that nobody of the actor's office has read, counted no further than MOST_COUNTED."""
    query = sa.select(sa.literal(1)).where(Notice.office_id == actor.office_id, Notice.read_at.is_(None))
    return db.session.scalar(sa.select(sa.func.count()).select_from(query.limit(MOST_COUNTED).subquery())) or 0


def last_urged(task_id: int) -> dt.datetime | None:
    """When the applicant last urged this task."""
    return db.session.scalar(
        sa.select(sa.func.max(Notice.at, type_=Notice.at.type)).where(
            Notice.task_id == task_id, Notice.kind == NoticeKind.URGE, Notice.supervision_id.is_(None)
        )
    )


def urges_of(case_id: int) -> Sequence[Any]:
    """What was said to hurry a case: rows of when, about which task, and the supervision where it was one."""
    return db.session.execute(
        sa.select(Notice.at, Notice.task_id, Supervision)
        .outerjoin(Supervision, Supervision.id == Notice.supervision_id)
        .where(Notice.case_id == case_id, Notice.kind == NoticeKind.URGE)
        .order_by(Notice.id)
    ).all()


def _overdue_below(actor: Actor, now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        inside(actor),
        Office.id != actor.office_id,
        Task.status == sa.literal_column("'open'"),
        Task.deadline < now,
        Case.status != CaseStatus.PAUSED,
    )


def overdue_below(
    actor: Actor,
    now: dt.datetime,
    *,
    office: str | None = None,
    after: tuple[dt.datetime, int] | None = None,
    limit: int = 20,
) -> Sequence[Task]:
    """Overdue tasks of the offices below the actor's, the longest overdue first; of one office by its code."""
    query = (
        sa.select(Task)
        .join(Office, Office.id == Task.office_id)
        .join(Case, Case.id == Task.case_id)
        .where(_overdue_below(actor, now))
        .options(joinedload(Task.case).joinedload(Case.student))
        .order_by(Task.deadline, Task.id)
        .limit(limit)
    )
    if office:
        query = query.where(Office.code == office)
    if after:
        query = query.where(
            sa.tuple_(Task.deadline, Task.id) > sa.tuple_(sa.literal(after[0], Task.deadline.type), after[1])
        )
    return db.session.scalars(query).all()


def overdue_offices(actor: Actor, now: dt.datetime) -> Sequence[Any]:
    """The offices below that have overdue tasks: code, name and how many, the worst first, 200 at most."""
    count = sa.func.count()
    return db.session.execute(
        sa.select(Office.code, Office.name, count.label("count"))
        .join(Task, Task.office_id == Office.id)
        .join(Case, Case.id == Task.case_id)
        .where(_overdue_below(actor, now))
        .group_by(Office.code, Office.name)
        .order_by(count.desc(), Office.code)
        .limit(200)
    ).all()
