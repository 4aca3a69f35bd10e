"""What an operator of a bureau recommends to its approver before the decision."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models.cases import Outcome, Task
from app.database import Model, UtcDateTime, choice
from app.identity.models import User


class PreReview(Model):
    """初审 – an operator's recommendation for the approver of the same office."""

    __tablename__ = "pre_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    recommendation: Mapped[Outcome] = mapped_column(choice(Outcome))
    opinion: Mapped[str] = mapped_column(sa.String(2000))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    task: Mapped[Task] = relationship(back_populates="pre_review")
    user: Mapped[User] = relationship()
