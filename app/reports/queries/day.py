"""The tasks behind a figure: what came to an office, what it has decided, what waits at those below it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app import clock
from app.access import Actor
from app.cases.models import Case, Task
from app.cases.queries.oversight import waiting_below
from app.cases.queries.undone import DECISION_STANDS, HAS_COME
from app.database import db

Place = tuple[dt.datetime, int]
KINDS = ("arrived", "decided", "waiting")


def tasks_of(
    actor: Actor, what: str, *, office: str | None = None, after: Place | None = None, limit: int = 50
) -> Sequence[Task]:
    """What has come to the actor's office today (arrived) or was decided there this week (decided), the latest first;
    or what waits below, the most urgent first (waiting), of all or of the office with that code.
    """
    if what == "waiting":
        return waiting_below(actor, office=office, after=after, limit=limit)
    today = clock.today()
    if what == "arrived":
        return _listed(actor, Task.arrived_at, today, after, limit, HAS_COME)
    monday = today - dt.timedelta(days=today.weekday())
    done = (Task.status == sa.literal_column("'done'"), DECISION_STANDS)
    return _listed(actor, Task.ended_at, monday, after, limit, *done)


def place_of(what: str, task: Task) -> tuple[dt.datetime, int]:
    """The place of a task in that list, as its cursor carries it."""
    at = {"arrived": task.arrived_at, "decided": task.ended_at, "waiting": task.deadline}[what]
    assert at is not None  # what is decided has ended
    return at, task.id


def _listed(
    actor: Actor,
    at: sa.orm.InstrumentedAttribute[dt.datetime] | sa.orm.InstrumentedAttribute[dt.datetime | None],
    first: dt.date,
    after: Place | None,
    limit: int,
    *conditions: sa.ColumnElement[bool],
) -> Sequence[Task]:
    since = dt.datetime.combine(first, dt.time(), clock.ZONE)
    query = sa.select(Task).where(Task.office_id == actor.office_id, at >= since, *conditions)
    if after:
        query = query.where(sa.tuple_(at, Task.id) < sa.tuple_(sa.literal(after[0], at.type), after[1]))
    child = joinedload(Task.case).joinedload(Case.student)
    return db.session.scalars(query.options(child).order_by(at.desc(), Task.id.desc()).limit(limit)).all()
