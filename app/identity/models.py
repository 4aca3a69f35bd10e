"""Users, their posts, and the sessions in which they are signed in."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.access import Actor
from app.database import Json, Model, UtcDateTime, choice
from app.divisions.models import Office
from app.encryption import Sealed


class Duty(StrEnum):
    """岗位职责"""

    OPERATOR = "operator"  # 经办: drafts and submits
    APPROVER = "approver"  # 审核: decides, never what they drafted
    ANALYST = "analyst"  # 流程管理员: draws diagrams
    PUBLISHER = "publisher"  # 发布员: publishes them
    AUDITOR = "auditor"  # 审计管理员: reads the audit, no children's data
    SYSADMIN = "sysadmin"  # 系统管理员: no business permission
    SECADMIN = "secadmin"  # 安全管理员: no business permission


DUTY_NAMES = {
    Duty.OPERATOR: "经办",
    Duty.APPROVER: "审核",
    Duty.ANALYST: "流程管理员",
    Duty.PUBLISHER: "发布员",
    Duty.AUDITOR: "审计管理员",
    Duty.SYSADMIN: "系统管理员",
    Duty.SECADMIN: "安全管理员",
}


LEAVE_DUE = "leave AND handed_over_at IS NULL AND revoked_at IS NULL"


ASKED_OF = sa.text("enabled AND NOT is_demo AND use_asked_at IS NOT NULL")  # a demo account is never sealed


class User(Model):
    """用户 – a person who signs in."""

    __tablename__ = "app_user"
    __table_args__ = (
        sa.Index("ix_app_user_use_asked", "use_asked_at", "id", sqlite_where=ASKED_OF, postgresql_where=ASKED_OF),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    password_changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    enabled: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)  # shown on the sign-in page, known password
    first_password: Mapped[bool] = mapped_column(default=False)  # set by somebody else: to be changed before anything
    reopened_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # after it had been sealed
    #: when the clock asks next whether anybody uses it, so that it looks at a few accounts and never at all of them
    use_asked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=clock.now)

    posts: Mapped[list[Post]] = relationship(back_populates="user", order_by="Post.id")


class Post(Model):
    """岗位 – what a user may do at which office, from a day until a day."""

    __tablename__ = "post"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "office_id", "duty", "starts_on"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.Index("ix_post_office_duty", "office_id", "duty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"), index=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    duty: Mapped[Duty] = mapped_column(choice(Duty))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]  # last day

    user: Mapped[User] = relationship(back_populates="posts")
    office: Mapped[Office] = relationship(lazy="joined")

    @property
    def duty_name(self) -> str:
        return DUTY_NAMES[self.duty]

    def holds_on(self, day: dt.date) -> bool:
        """True when the post is held on that day."""
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)

    def actor(self) -> Actor:
        """The user acting in this post."""
        office = self.office
        return Actor(
            self.user_id, self.user.name, self.id, self.duty.value,
            office.id, office.code, office.name, office.kind.value, office.path,
        )  # fmt: skip


class Delegation(Model):
    """委托 – from a day until a day a colleague of the same office acts in somebody's post, at a leave for instance."""

    __tablename__ = "delegation"
    __table_args__ = (
        sa.CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint("reason <> ''", name="reason_given"),
        sa.CheckConstraint("leave OR handed_over_at IS NULL", name="handed_over_on_leave"),
        sa.Index("ix_delegation_post_id", "post_id", "ends_on"),
        sa.Index("ix_delegation_to_user_id", "to_user_id", "ends_on"),
        sa.Index(
            "ix_delegation_due", "starts_on", sqlite_where=sa.text(LEAVE_DUE), postgresql_where=sa.text(LEAVE_DUE)
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))
    to_user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    processes: Mapped[Any] = mapped_column(Json, nullable=True)  # their keys; none: all
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]  # last day
    reason: Mapped[str] = mapped_column(sa.String(200))
    leave: Mapped[bool] = mapped_column(default=False)  # 请假: what is the person's own is handed over on the first day
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    handed_over_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    post: Mapped[Post] = relationship()
    to_user: Mapped[User] = relationship()

    def state_on(self, day: dt.date) -> str:
        """未开始, 委托中, 已过期 or 已撤销 on that day."""
        if self.revoked_at is not None:
            return "revoked"
        if day < self.starts_on:
            return "coming"
        return "in_force" if day <= self.ends_on else "ended"


class SignIn(Model):
    """会话 – one signed-in browser or program; ends by signing out, idleness, or a change of password."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"), index=True)
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))  # the post chosen in the browser
    delegation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("delegation.id"))  # or whose post, on their behalf
    started_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    for_program: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship(lazy="joined")


class FailedSignIn(Model):
    """登录失败 – one wrong password: for which name, from where and when. Names stand as keyed hashes."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (
        sa.Index("ix_failed_sign_in_name", "name_hash", "at"),
        sa.Index("ix_failed_sign_in_address", "address_hash", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name_hash: Mapped[str] = mapped_column(sa.String(32))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"), index=True)  # None: nobody's name
    place_hash: Mapped[str] = mapped_column(sa.String(32))  # under what it counts: the address, or a known browser
    address_hash: Mapped[str] = mapped_column(sa.String(32))
    address: Mapped[str] = mapped_column(Sealed)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    locks: Mapped[bool] = mapped_column(default=False)  # the one too many: the pair is locked from then
    counts: Mapped[bool] = mapped_column(default=True)  # until the right password came from there, or a lock was lifted
    told: Mapped[bool] = mapped_column(default=False)  # the owner has seen it


class UnsentForm(Model):
    """未提交内容 – what somebody had typed when the session was over, sealed, for the session after it."""

    __tablename__ = "unsent_form"

    sign_in_id: Mapped[int] = mapped_column(sa.ForeignKey("sign_in.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class KnownPlace(Model):
    """常用登录处 – an address or a browser from which a user has signed in, as a keyed hash."""

    __tablename__ = "known_place"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"), primary_key=True)
    place_hash: Mapped[str] = mapped_column(sa.String(32), primary_key=True, index=True)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
