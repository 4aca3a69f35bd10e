"""Decisions that could not be taken by no fault of whoever decided."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UtcDateTime

STANDING = "ended_at IS NULL"


class FailedDecision(Model):
    """未办成的决定 – a task whose decision was undone by a fault: once for each cause, until a decision succeeds."""

    __tablename__ = "failed_decision"
    __table_args__ = (
        sa.Index(
            "ix_failed_decision_standing",
            "task_id",
            "cause",
            unique=True,
            postgresql_where=sa.text(STANDING),
            sqlite_where=sa.text(STANDING),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    cause: Mapped[str] = mapped_column(sa.String(64))  # a digest of code and detail
    code: Mapped[str] = mapped_column(sa.String(20))
    detail: Mapped[str] = mapped_column(sa.String(500))  # of the process or the program, never of a person
    since: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    latest: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    times: Mapped[int] = mapped_column(default=1)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # a decision has succeeded
