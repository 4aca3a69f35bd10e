"""What people write to each other beside a case."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office
from app.identity.models import User


class CommentScope(StrEnum):
    """留言范围"""

    OFFICE = "office"  # 本机构: whoever works at the office of who wrote it
    PARTIES = "parties"  # 所涉机构: whoever reads the opinions of the case


class CaseComment(Model):
    """留言 – what somebody writes beside a case: no opinion and no decision; never altered, never taken away."""

    __tablename__ = "case_comment"
    __table_args__ = (sa.Index("ix_case_comment_case_id", "case_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    scope: Mapped[CommentScope] = mapped_column(choice(CommentScope))
    text: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")
