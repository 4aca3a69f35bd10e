"""加签 and 委派: colleagues of an office who are asked what they think; and the phrases with which officials answer."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.cases.models.cases import Task
from app.database import Model, UtcDateTime, choice, table
from app.identity.models import User

PENDING = "answered_at IS NULL AND withdrawn_at IS NULL"


class AdviceKind(StrEnum):
    """征求意见方式"""

    BEFORE = "before"  # 前加签: the task waits for it
    DELEGATED = "delegated"  # 委派: a colleague prepares it, the task waits for that
    AFTER = "after"  # 后加签: asked once the task is decided, holds nothing up


class AdviceRule(StrEnum):
    """加签规则"""

    ALL = "all"  # 会签: everybody who is asked answers
    ANY = "any"  # 或签: one answer is enough, the others are asked no more


class Advice(Model):
    """征求意见 – what a colleague of the same office is asked about a task; whoever decides it decides."""

    __tablename__ = "advice"
    __table_args__ = (
        sa.CheckConstraint("answered_at IS NULL OR opinion <> ''", name="opinion_when_answered"),
        sa.CheckConstraint("answered_at IS NULL OR withdrawn_at IS NULL", name="answered_or_withdrawn"),
        sa.Index(
            "uq_advice_pending",  # nobody is asked twice about one task
            "task_id",
            "of_user_id",
            unique=True,
            sqlite_where=sa.text(PENDING),
            postgresql_where=sa.text(PENDING),
        ),
        sa.Index(
            "ix_advice_of_user",
            "of_user_id",
            "id",
            sqlite_where=sa.text(PENDING),
            postgresql_where=sa.text(PENDING),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    kind: Mapped[AdviceKind] = mapped_column(choice(AdviceKind))
    rule: Mapped[AdviceRule] = mapped_column(choice(AdviceRule), default=AdviceRule.ALL, server_default="all")
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    of_user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    question: Mapped[str] = mapped_column(sa.String(200), default="")
    asked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    opinion: Mapped[str] = mapped_column(sa.String(2000), default="")
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # 减签

    task: Mapped[Task] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    of_user: Mapped[User] = relationship(foreign_keys=[of_user_id])


ADVICE, TASKS = table(Advice), table(Task)
_pending = ADVICE.c.answered_at.is_(None), ADVICE.c.withdrawn_at.is_(None)
#: whether the task waits for what a colleague thinks: read with the task, so that it costs no statement
WAITS_FOR_ADVICE: Any = (
    sa.exists()
    .where(ADVICE.c.task_id == TASKS.c.id, *_pending, ADVICE.c.kind != sa.literal_column("'after'"))
    .correlate(TASKS)
)
Task.asked = column_property(WAITS_FOR_ADVICE, deferred=True)


class Phrase(Model):
    """意见常用语 – a sentence that a person, or everybody of an office, puts into an opinion with one click."""

    __tablename__ = "phrase"
    __table_args__ = (
        sa.CheckConstraint("(user_id IS NULL) <> (office_id IS NULL)", name="of_one"),
        sa.Index("uq_phrase_of_user", "user_id", "text", unique=True),
        sa.Index("uq_phrase_of_office", "office_id", "text", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    text: Mapped[str] = mapped_column(sa.String(200))
    used_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # last used first
