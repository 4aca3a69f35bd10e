"""Idempotency: what a key was first used for."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UtcDateTime


class Submission(Model):
    """重复提交键 – what an `Idempotency-Key` was first used for in a post, so that a repeat is harmless."""

    __tablename__ = "submission"

    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))  # of what was submitted
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    task_id: Mapped[int | None]  # which it decides
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
