"""Messages, kept until they are answered and after."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UtcDateTime
from app.encryption import Sealed


class MessageOut(Model):
    """外发消息 – what another province is to be told: written in the transaction of a decision, sent after it."""

    __tablename__ = "message_out"
    __table_args__ = (
        sa.Index(
            "ix_message_out_unsent",
            "next_attempt_at",
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(40), unique=True)  # by which the other side knows a repeat
    province: Mapped[str] = mapped_column(sa.String(6))
    kind: Mapped[str] = mapped_column(sa.String(30))
    body: Mapped[str] = mapped_column(Sealed)  # JSON
    answers: Mapped[str] = mapped_column(sa.String(40), default="")  # the other side's reference
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"), index=True)  # none: refused at once
    written_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    fault: Mapped[str] = mapped_column(sa.String(200), default="")  # of the last attempt


class MessageIn(Model):
    """接收消息 – what another province has said: kept first, acted upon after."""

    __tablename__ = "message_in"
    __table_args__ = (
        sa.UniqueConstraint("province", "reference"),
        sa.Index(
            "ix_message_in_unhandled",
            "id",
            sqlite_where=sa.text("handled_at IS NULL"),
            postgresql_where=sa.text("handled_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(sa.String(40))
    province: Mapped[str] = mapped_column(sa.String(6))
    kind: Mapped[str] = mapped_column(sa.String(30))
    body: Mapped[str] = mapped_column(Sealed)  # JSON
    answers: Mapped[str] = mapped_column(sa.String(40), default="")  # our reference
    received_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    fault: Mapped[str] = mapped_column(sa.String(200), default="")  # why nothing could be done with it
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"))  # the case it opened or moved
