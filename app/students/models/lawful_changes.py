"""The matrix of lawful changes as a table, which the database's triggers read."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class LawfulChange(Model):
    """学籍状态变迁规则 – the matrix of `rules/lawful.py`, for the trigger that refuses what is not in it."""

    __tablename__ = "lawful_change"

    profile: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    process: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    stage: Mapped[str] = mapped_column(sa.String(10), primary_key=True)  # * is every stage
    before: Mapped[str] = mapped_column(sa.String(20), primary_key=True)  # empty: no enrolment before
    after: Mapped[str] = mapped_column(sa.String(20), primary_key=True)  # * is every standing
