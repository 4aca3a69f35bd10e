"""Joint decisions: what each person of an office has said to a task that several answer."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models.cases import Outcome
from app.database import Model, UtcDateTime, choice
from app.identity.models import User


class JointAnswer(Model):
    """会签意见 – one person's answer to a task; the decision stands once enough of them are given."""

    __tablename__ = "joint_answer"
    __table_args__ = (
        sa.Index(
            "uq_joint_answer_once",
            "task_id",
            "user_id",
            unique=True,
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        ),
        sa.CheckConstraint(
            "outcome = 'agree' OR (reason_code IS NOT NULL AND opinion <> '')", name="reason_when_not_agreed"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    reason_code: Mapped[str | None] = mapped_column(sa.String(30))
    opinion: Mapped[str] = mapped_column(sa.String(2000))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    taken_back_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # 收回: it counts no more

    user: Mapped[User] = relationship()
