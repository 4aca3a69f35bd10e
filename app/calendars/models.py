"""Years of the working calendar that were imported."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Json, Model, UtcDateTime


class CalendarYear(Model):
    """工作日历 – one year's days off and make-up days, as the notice of that year has them."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    notice: Mapped[str] = mapped_column(sa.String(60))  # 文号
    days: Mapped[dict[str, Any]] = mapped_column(Json)  # "2027-01-01": false; make-up days are true
    text: Mapped[str] = mapped_column(sa.Text)  # the notice as it was read
    imported_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    imported_by: Mapped[str] = mapped_column(sa.String(40))
    #: while deadlines are to be moved: {"days": day -> whether it was worked before, "after": the last task looked at}
    moves: Mapped[dict[str, Any] | None] = mapped_column(Json, nullable=True)
