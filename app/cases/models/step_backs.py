"""Decisions that count no more: taken back by who gave them, or sent back over by the office that came after."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models.cases import Task
from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office
from app.identity.models import User


class StepBackKind(StrEnum):
    """回退方式"""

    TAKEN_BACK = "taken_back"  # 收回: one's own last step, before anybody has seen what follows
    SENT_BACK = "sent_back"  # 退回: to a step that the same office has done before


class StepBack(Model):
    """环节回退 – a case waits again where it has waited before; what was decided since counts no more."""

    __tablename__ = "step_back"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'sent_back') = (from_task_id IS NOT NULL)", name="sent_back_from"),
        sa.CheckConstraint("kind <> 'sent_back' OR reason <> ''", name="reason_when_sent_back"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    kind: Mapped[StepBackKind] = mapped_column(choice(StepBackKind))
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))  # at which it waits again
    from_task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))  # at which it waited
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    reason: Mapped[str] = mapped_column(sa.String(500), default="")
    reason_code: Mapped[str | None] = mapped_column(sa.String(30))  # of the process's reasons
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    task: Mapped[Task] = relationship(foreign_keys=[task_id])
    office: Mapped[Office] = relationship()
    user: Mapped[User] = relationship()
