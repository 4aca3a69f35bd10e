"""What offices have set: rows that are only ever added, each from its day on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime
from app.divisions.models import Office
from app.identity.models import User


class OfficeSetting(Model):
    """办理设置 – what an office has set of a process from a day on; the newest row of its day holds."""

    __tablename__ = "office_setting"
    __table_args__ = (
        sa.CheckConstraint("note <> ''", name="why_given"),
        sa.Index("ix_office_setting_in_force", "kind", "process_key", "office_id", "starts_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20))  # of `rules.KINDS`
    process_key: Mapped[str] = mapped_column(sa.String(40))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    value: Mapped[Any] = mapped_column(Json)  # {}: nothing of its own any more
    starts_on: Mapped[dt.date]
    note: Mapped[str] = mapped_column(sa.String(200))  # 依据
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    set_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship()
    set_by: Mapped[User] = relationship()
