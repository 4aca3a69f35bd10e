"""Changes that have been agreed to for a later day, and wait for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models.cases import Case
from app.database import Json, Model, UtcDateTime


class ComingChange(Model):
    """待生效变动 – what a case has agreed to for a later day; its case stays open until then, and so holds the child.

    That no other case of status may be open beside it is the unique index of the cases.
    """

    __tablename__ = "coming_change"
    __table_args__ = (
        sa.Index(
            "ix_coming_change_due",
            "takes_effect_on",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    takes_effect_on: Mapped[dt.date]
    agreed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # it took effect, or its case has ended
    fault: Mapped[Any] = mapped_column(Json, nullable=True)  # {"code", "detail"}: why it could not take effect yet

    case: Mapped[Case] = relationship(back_populates="coming")
