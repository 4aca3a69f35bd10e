"""The tasks behind the figures of an office's day: what came, and what was decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import Case, Task
from app.database import db

Place = tuple[dt.datetime, int]


def arrived_since(actor: Actor, since: dt.datetime, *, after: Place | None = None, limit: int = 50) -> Sequence[Task]:
    """The tasks that have come to the actor's office since then, the latest first."""
    return _listed(actor, Task.arrived_at, since, after, limit)


def decided_since(actor: Actor, since: dt.datetime, *, after: Place | None = None, limit: int = 50) -> Sequence[Task]:
    """The tasks that the actor's office has decided since then, the latest first."""
    return _listed(actor, Task.ended_at, since, after, limit, Task.status == sa.literal_column("'done'"))


def _listed(
    actor: Actor,
    at: sa.orm.InstrumentedAttribute[dt.datetime] | sa.orm.InstrumentedAttribute[dt.datetime | None],
    since: dt.datetime,
    after: Place | None,
    limit: int,
    *conditions: sa.ColumnElement[bool],
) -> Sequence[Task]:
    query = sa.select(Task).where(Task.office_id == actor.office_id, at >= since, *conditions)
    if after:
        query = query.where(sa.tuple_(at, Task.id) < sa.tuple_(sa.literal(after[0], at.type), after[1]))
    child = joinedload(Task.case).joinedload(Case.student)
    return db.session.scalars(query.options(child).order_by(at.desc(), Task.id.desc()).limit(limit)).all()
