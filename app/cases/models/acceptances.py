"""受理: what was handed in is checked once, before the clock of the office begins."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models.cases import Case, Task
from app.database import Json, Model, UtcDateTime, choice
from app.divisions.models import Office
from app.identity.models import User


class AcceptanceKind(StrEnum):
    """受理结果"""

    ACCEPTED = "accepted"  # 受理: the clock of the office begins
    TOLD = "told"  # 一次性告知: everything that is missing, once
    DECLINED = "declined"  # 不予受理


class Acceptance(Model):
    """受理记录 – what an office said of the papers before it, dated, with a notice to print; never altered."""

    __tablename__ = "acceptance"
    __table_args__ = (
        sa.Index(
            "uq_acceptance_once",
            "case_id",
            unique=True,
            sqlite_where=sa.text("kind = 'accepted'"),
            postgresql_where=sa.text("kind = 'accepted'"),
        ),
        sa.Index("ix_acceptance_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    kind: Mapped[AcceptanceKind] = mapped_column(choice(AcceptanceKind))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    #: what is missing: [{"kind", "title", "basis", "again": told before, "late": could have been told before}]
    lacks: Mapped[Any] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(sa.String(2000), default="")
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship()
    task: Mapped[Task] = relationship()
    office: Mapped[Office] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")
