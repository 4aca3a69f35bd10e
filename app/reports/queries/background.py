"""What waits for the worker and for other provinces, as whoever runs the system sees it: numbers alone."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.cases.models import Batch
from app.database import db
from app.exchange.models import MessageOut
from app.web.formatting import MOST_COUNTED


@dataclass(frozen=True)
class BackgroundWork:
    """How much waits, and the fault of the message that has waited the longest."""

    lists: int
    faulted: int
    messages: int
    fault: str


def background_work() -> BackgroundWork:
    """What the worker has before it now."""
    released = (Batch.released_at.is_not(None), Batch.finished_at.is_(None))
    oldest = sa.select(MessageOut.fault).where(MessageOut.sent_at.is_(None), MessageOut.fault != "")
    return BackgroundWork(
        lists=_count(Batch.case_id, *released),
        faulted=_count(Batch.case_id, *released, Batch.fault.is_not(None)),
        messages=_count(MessageOut.id, MessageOut.sent_at.is_(None)),
        fault=db.session.scalar(oldest.order_by(MessageOut.next_attempt_at).limit(1)) or "",
    )


def _count(column: sa.orm.InstrumentedAttribute[int], *conditions: sa.ColumnElement[bool]) -> int:
    rows = sa.select(column).where(*conditions).limit(MOST_COUNTED).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0
