"""Which changes have been agreed to for a later day, and wait for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Case, CaseStatus, ComingChange
from app.cases.queries.case_reading import AnyCase
from app.cases.queries.cases import seen_by
from app.cases.queries.parts_read import (
    ComingRead,
)
from app.database import db
from app.definitions.models import Process


def live(case: AnyCase) -> ComingChange | ComingRead | None:
    """What the case waits for; None when it waits for nothing, or for nothing any more."""
    coming = case.coming
    return coming if coming and coming.ended_at is None and case.status is not CaseStatus.CLOSED else None


def coming_of(student_id: int, actor: Actor) -> Sequence[Any]:
    """What is to come for a child, the earliest first: `takes_effect_on`, `number` of the case, `process` by name.

    Of the cases that the actor's office sees; whoever had the child before has no part in them.
    """
    return db.session.execute(
        sa.select(ComingChange.takes_effect_on, Case.number, Process.name.label("process"))
        .join(Case, Case.id == ComingChange.case_id)
        .join(Process, Process.key == Case.process_key)
        .where(Case.student_id == student_id, Case.status != CaseStatus.CLOSED, ComingChange.ended_at.is_(None))
        .where(seen_by(actor))
        .order_by(ComingChange.takes_effect_on)
    ).all()


def due_by(day: dt.date, limit: int = 500) -> Sequence[int]:
    """Cases whose changes are due by that day, the earliest first."""
    return db.session.scalars(
        sa.select(ComingChange.case_id)
        .where(ComingChange.ended_at.is_(None), ComingChange.takes_effect_on <= day)
        .order_by(ComingChange.takes_effect_on, ComingChange.case_id)
        .limit(limit)
    ).all()
