"""Lists that are kept under a name, and the columns that somebody wants to see."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime
from app.identity.models import User


class SavedList(Model):
    """视图 – the order and conditions of an inbox under a name: one person's, or shared within the office."""

    __tablename__ = "saved_list"
    __table_args__ = (
        sa.UniqueConstraint("office_id", "user_id", "name"),
        sa.Index("ix_saved_list_office", "office_id", "shared"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    name: Mapped[str] = mapped_column(sa.String(20))
    parameters: Mapped[Any] = mapped_column(Json)
    shared: Mapped[bool]
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="joined")


class ColumnChoice(Model):
    """列设置 – which columns of a list a person wants to see, and in which order."""

    __tablename__ = "column_choice"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"), primary_key=True)
    box: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    columns: Mapped[Any] = mapped_column(Json)
