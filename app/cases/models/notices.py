"""What is beside a case: its papers, supervisions and notices."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models.cases import Case
from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office
from app.identity.models import User


class Attachment(Model):
    """附件 – a paper of a case: its hash names the sealed file; never altered, never taken away."""

    __tablename__ = "attachment"
    __table_args__ = (sa.UniqueConstraint("case_id", "sha256", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))  # none: it came with the application
    kind: Mapped[str] = mapped_column(sa.String(40), default="")  # of the process's proofs.json; "": of none
    name: Mapped[str] = mapped_column(sa.String(120))
    media_type: Mapped[str] = mapped_column(sa.String(60))
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(sa.String(64))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    added_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship(lazy="joined")


class Supervision(Model):
    """督办 – what the superior of an overdue office says about its task; it never decides in its place."""

    __tablename__ = "supervision"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    opinion: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")


class NoticeKind(StrEnum):
    """通知类别"""

    REMINDER = "reminder"  # 提醒: 到期 by the clock, or by a colleague of the same office
    URGE = "urge"  # 催办, by a person
    ESCALATION = "escalation"  # 逾期上报 to the office's own superior
    RESULT = "result"  # 办理结果 to the applicant


class Notice(Model):
    """通知 – a sentence to an office about a case."""

    __tablename__ = "notice"
    __table_args__ = (
        sa.Index("ix_notice_office_id_id", "office_id", "id"),
        sa.Index(
            "ix_notice_unread",
            "office_id",
            "id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
        sa.Index(
            "ix_notice_not_passed_on",
            "id",
            sqlite_where=sa.text("passed_on_at IS NULL"),
            postgresql_where=sa.text("passed_on_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind))
    text: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    supervision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("supervision.id"))  # an urge by the superior
    deadline_before: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # moved by a late calendar
    #: when the worker has written the mails and pushes that it asks for: itself it is what the transaction leaves to it
    passed_on_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship()
