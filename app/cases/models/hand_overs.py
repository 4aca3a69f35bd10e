"""转办 and 抄送: a task that a named colleague decides; a case that another party is to read."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models.cases import Case
from app.database import Model, UtcDateTime
from app.divisions.models import Office
from app.identity.models import User


class HandOver(Model):
    """转办 – a task was handed over to a named colleague of the same office and duty, who alone decides it since."""

    __tablename__ = "hand_over"
    __table_args__ = (sa.CheckConstraint("reason <> ''", name="reason_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), index=True)
    from_user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    to_user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    from_user: Mapped[User] = relationship(foreign_keys=[from_user_id])
    to_user: Mapped[User] = relationship(foreign_keys=[to_user_id])


class CaseCopy(Model):
    """抄送 – a case brought to the notice of another office that is a party of it: 待阅 there until it is read."""

    __tablename__ = "case_copy"
    __table_args__ = (
        sa.Index("ix_case_copy_office_id_id", "office_id", "id"),
        sa.Index(
            "ix_case_copy_to_read",
            "office_id",
            "id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
        sa.Index("ix_case_copy_case_id", "case_id"),
        sa.Index(
            "uq_case_copy_unread",  # nobody is asked twice before they have read
            "case_id",
            "office_id",
            unique=True,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))  # which reads it
    by_office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    by_user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    remark: Mapped[str] = mapped_column(sa.String(200), default="")
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    read_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))

    case: Mapped[Case] = relationship()
    office: Mapped[Office] = relationship(foreign_keys=[office_id])
    by_office: Mapped[Office] = relationship(foreign_keys=[by_office_id])
    by_user: Mapped[User] = relationship(foreign_keys=[by_user_id])
