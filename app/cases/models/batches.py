"""Lists that one decision releases, and their rows."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Json, Model, UtcDateTime, choice
from app.encryption import Sealed


class RowStatus(StrEnum):
    """名单办理状态"""

    WAITING = "waiting"  # 待办理
    ACCEPTED = "accepted"  # 已注册: waiting -> accepted, in the transaction that wrote the record
    REFUSED = "refused"  # 未注册: waiting -> refused, with its reason


class Batch(Model):
    """批量办理 – the work list of a case about many children: one decision, then each child by itself."""

    __tablename__ = "batch"
    __table_args__ = (
        sa.CheckConstraint("worked >= 0 AND worked <= total", name="within_total"),
        sa.CheckConstraint("finished_at IS NULL OR released_at IS NOT NULL", name="released_before"),
        sa.Index(
            "ix_batch_to_work",
            "released_at",
            sqlite_where=sa.text("released_at IS NOT NULL AND finished_at IS NULL"),
            postgresql_where=sa.text("released_at IS NOT NULL AND finished_at IS NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    verb: Mapped[str] = mapped_column(sa.String(40), default="")  # what the diagram wants done with each row
    total: Mapped[int]
    worked: Mapped[int] = mapped_column(default=0)
    released_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # by the decision, with it
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[Any] = mapped_column(Json, nullable=True)  # {"code", "detail"}: why it could not be worked


class BatchRow(Model):
    """名单条目 – one child of a batch: what was applied for, and what became of it."""

    __tablename__ = "batch_row"
    __table_args__ = (
        sa.CheckConstraint("(status = 'waiting') = (worked_at IS NULL)", name="worked_when_over"),
        sa.CheckConstraint("status <> 'accepted' OR student_id IS NOT NULL", name="accepted_child"),
        sa.Index("ix_batch_row_number_hash", "number_hash"),
        sa.Index(
            "ix_batch_row_refused",
            "worked_at",
            sqlite_where=sa.text("status = 'refused'"),
            postgresql_where=sa.text("status = 'refused'"),
        ),
    )

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("batch.case_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # from 1, as in the list handed in
    status: Mapped[RowStatus] = mapped_column(choice(RowStatus), default=RowStatus.WAITING)
    name: Mapped[str] = mapped_column(sa.String(36))
    number_hash: Mapped[str] = mapped_column(sa.String(64))
    number_masked: Mapped[str] = mapped_column(sa.String(18))
    content: Mapped[str] = mapped_column(Sealed)  # the row's application, as JSON
    student_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student.id"))
    code: Mapped[str] = mapped_column(sa.String(20), default="")  # while waiting: a warning; refused: the reason
    detail: Mapped[str] = mapped_column(sa.String(200), default="")
    worked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
