"""Who of a post has taken a task to read."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, UtcDateTime
from app.identity.models import User


class TaskClaim(Model):
    """签收 – a colleague is reading this task, so that two do not; it locks nothing, anybody of the post may decide."""

    __tablename__ = "task_claim"

    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="joined")
