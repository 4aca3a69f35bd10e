"""Who is told by which way, and what is on its way to them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Notice
from app.database import Json, Model, UtcDateTime, choice
from app.divisions.models import Office
from app.encryption import Sealed
from app.identity.models import User


class NotificationPreference(Model):
    """通知偏好 – by which way a person hears of notices outside the pages; in them everything stands anyway."""

    __tablename__ = "notification_preference"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"), primary_key=True)
    email: Mapped[str] = mapped_column(Sealed, default="")
    asked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # when a code was sent to that address
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # and typed: before, it gets nothing else
    ways: Mapped[Any] = mapped_column(Json)  # kind of notice -> mail, digest or none
    digest: Mapped[bool] = mapped_column(default=False)  # 每日汇总, on working days
    quiet_from: Mapped[int | None]  # hours of the day in China between which no mail goes out
    quiet_until: Mapped[int | None]
    digested_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # the last digest

    user: Mapped[User] = relationship(lazy="joined")


class Webhook(Model):
    """推送地址 – where an office's own system hears of its notices."""

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), unique=True)
    url: Mapped[str] = mapped_column(sa.String(300))
    secret: Mapped[str] = mapped_column(Sealed)  # with which each message is signed
    kinds: Mapped[Any] = mapped_column(Json)  # of notices
    enabled: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship(lazy="joined")


class Way(StrEnum):
    """发送方式"""

    MAIL = "mail"  # 邮件
    WEBHOOK = "webhook"  # 推送


class Delivery(Model):
    """通知投递 – one message to one receiver: kept until it has arrived, or nobody tries any longer."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.CheckConstraint("(user_id IS NULL) <> (webhook_id IS NULL)", name="one_receiver"),
        sa.CheckConstraint("(way = 'mail') = (user_id IS NOT NULL)", name="way_of_receiver"),
        sa.Index(
            "ix_delivery_due",
            "way",
            "due_at",
            sqlite_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
        ),
        sa.Index("ix_delivery_webhook_id", "webhook_id", "id"),
        sa.Index("ix_delivery_user_id", "user_id", "id"),
        sa.Index("ix_delivery_notice_id", "notice_id"),
        sa.Index("ix_delivery_written_at", "written_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: by which the receiver knows a repeat, and by which we write each once: notice-12-user-3, digest-2026-11-23-user-3
    key: Mapped[str] = mapped_column(sa.String(60), unique=True)
    way: Mapped[Way] = mapped_column(choice(Way))
    notice_id: Mapped[int | None] = mapped_column(sa.ForeignKey("notice.id"))  # none: a digest, a test
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))
    webhook_id: Mapped[int | None] = mapped_column(sa.ForeignKey("webhook.id"))
    content: Mapped[Any] = mapped_column(Json)  # case number, process, step: nothing of the child
    written_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    leased_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # nobody tries any longer
    fault: Mapped[str] = mapped_column(sa.String(200), default="")  # of the last attempt

    notice: Mapped[Notice | None] = relationship()
