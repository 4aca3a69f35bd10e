"""What lingers and what was said about it: overdue tasks below an office, urges of a case, an office's notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from app.access import Actor
from app.cases.models import Case, Notice, NoticeKind, Supervision, Task
from app.cases.queries.tasks import CLOCK_RUNS
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import beneath, inside
from app.identity.models import Duty
from app.web.formatting import MOST_COUNTED

DECIDING = (Duty.OPERATOR, Duty.APPROVER)  # whoever has tasks


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


def last_urged(task_id: int) -> dt.datetime | None:
    """When the applicant last urged this task."""
    return db.session.scalar(
        sa.select(sa.func.max(Notice.at, type_=Notice.at.type)).where(
            Notice.task_id == task_id, Notice.kind == NoticeKind.URGE, Notice.supervision_id.is_(None)
        )
    )


def unread_reminder(task_id: int) -> dt.datetime | None:
    """When a colleague last reminded of this task, None when that has been read."""
    return db.session.scalar(
        sa.select(sa.func.max(Notice.at, type_=Notice.at.type))
        .join(Task, Task.id == Notice.task_id)
        .where(
            Notice.task_id == task_id,
            Notice.kind == NoticeKind.REMINDER,
            Notice.read_at.is_(None),
            Task.reminded_at.is_distinct_from(Notice.at),  # not the clock
            Notice.deadline_before.is_(None),
        )
    )


def urges_of(case_id: int) -> Sequence[Any]:
    """What was said to hurry a case: rows of when, about which task, the supervision where it was one,
    and what was said where a calendar has moved its deadline."""
    return db.session.execute(URGES, {"case": case_id}).all()


#: what hurries the case that a statement binds as `case`
HURRIES = (
    Notice.case_id == sa.bindparam("case"),
    sa.or_(Notice.kind == NoticeKind.URGE, Notice.deadline_before.is_not(None)),
)
URGES = (
    sa.select(Notice.at, Notice.task_id, Supervision, Notice.deadline_before, Notice.text)
    .outerjoin(Supervision, Supervision.id == Notice.supervision_id)
    .where(*HURRIES)
    .order_by(Notice.id)
)


def _open(before: dt.datetime | None, after: tuple[dt.datetime, int] | None = None) -> list[Any]:
    """The conditions that a task waits and its clock runs, from a place on.

    before -- and that its deadline has passed by then
    """
    conditions = [Task.status == sa.literal_column("'open'"), CLOCK_RUNS]
    if before:
        conditions.append(Task.deadline < before)
    if after:
        end = sa.tuple_(sa.literal(after[0], Task.deadline.type), after[1])
        conditions.append(sa.tuple_(Task.deadline, Task.id) > end)
    return conditions


def _below(actor: Actor, path: Any) -> sa.ColumnElement[bool]:
    """The condition that an office is that of the path or below it, and not the actor's own."""
    return sa.and_(beneath(path), Office.id != actor.office_id)


def overdue_below(
    actor: Actor,
    now: dt.datetime,
    *,
    office: str | None = None,
    after: tuple[dt.datetime, int] | None = None,
    limit: int = 20,
) -> Sequence[Task]:
    """Overdue tasks of the offices below the actor's, the longest overdue first; see `waiting_below`."""
    return waiting_below(actor, before=now, office=office, after=after, limit=limit)


def waiting_below(
    actor: Actor,
    *,
    before: dt.datetime | None = None,
    office: str | None = None,
    after: tuple[dt.datetime, int] | None = None,
    limit: int = 20,
) -> Sequence[Task]:
    """Open tasks of the offices below the actor's whose clock runs, the most urgent first.

    before -- those alone whose deadline has passed by then
    office -- the code of one of these: what waits there and below it
    """
    path: str | None = actor.office_path
    if office:
        path = db.session.scalar(sa.select(Office.path).where(Office.code == office, inside(actor)))
        if path is None:
            return []
    waiting = _open(before, after)
    postgres = db.session.connection().dialect.name == "postgresql"
    if postgres and not (actor.office_kind == "province" and not office):
        page = _first_of_each(actor, path, waiting, limit).subquery()
    else:  # the province's whole list begins with what is most urgent anywhere
        page = (
            sa.select(Task.id)
            .join(Office, Office.id == Task.office_id)
            .where(_below(actor, path), *waiting)
            .order_by(Task.deadline, Task.id)
            .limit(limit)
            .subquery()
        )
    return db.session.scalars(
        sa.select(Task)
        .join(page, page.c.id == Task.id)
        .options(
            undefer(Task.asked),
            joinedload(Task.case).options(joinedload(Case.student), undefer(Case.halted)),
        )
        .order_by(Task.deadline, Task.id)
    ).all()


def _first_of_each(actor: Actor, path: Any, waiting: list[Any], limit: int) -> sa.Select[Any]:
    """The first tasks of many desks: a page holds tasks of so many desks at most, the most urgent ones."""
    first = sa.select(Task.deadline, Task.id).where(Task.office_id == Office.id, *waiting)
    first = first.order_by(Task.deadline, Task.id)
    duties = sa.values(sa.column("duty", Task.duty.type), name="duties").data([(each,) for each in DECIDING])
    head = first.where(Task.duty == duties.c.duty).limit(1).correlate(Office, duties).lateral()
    desks = (
        sa.select(Office.id.label("office_id"), duties.c.duty)
        .select_from(Office)
        .join(duties, sa.true())
        .join(head, sa.true())
        .where(_below(actor, path))
        .order_by(head.c.deadline, head.c.id)
        .limit(limit)
        .subquery()
    )
    mine = sa.select(Task.deadline, Task.id).where(
        Task.office_id == desks.c.office_id, Task.duty == desks.c.duty, *waiting
    )
    each = mine.order_by(Task.deadline, Task.id).limit(limit).correlate(desks).lateral()
    lines = sa.select(each.c.id).select_from(desks).join(each, sa.true())
    return lines.order_by(each.c.deadline, each.c.id).limit(limit)


def overdue_offices(actor: Actor, now: dt.datetime) -> Sequence[Any]:
    """The offices right below that have overdue tasks, or whose own offices have: code, name and how many, the worst
    first, each counted no further than MOST_COUNTED."""
    below = sa.orm.aliased(Office)
    inside_it = beneath(Office.path, below.path)
    late = (
        sa.select(sa.literal(1).label("one"))
        .select_from(below)
        .join(Task, Task.office_id == below.id)
        .where(inside_it, Task.duty.in_(DECIDING), *_open(now))
        .limit(MOST_COUNTED)
        .correlate(Office)
        .subquery()
    )
    count = sa.select(sa.func.count()).select_from(late).scalar_subquery().label("count")
    counted = (
        sa.select(Office.code, Office.name, count).where(Office.superior_id == actor.office_id).offset(0).subquery()
    )
    return db.session.execute(
        sa.select(counted).where(counted.c.count > 0).order_by(counted.c.count.desc(), counted.c.code)
    ).all()
