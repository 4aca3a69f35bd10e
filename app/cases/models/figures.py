"""What is counted of cases, tasks and changes, kept as it happens: figures are read from here, not from the tables.

Triggers write an entry in the transaction of what is counted (revisions k01 and t05), so that nobody waits for a common
row; the clock adds the entries up, for the office and for every bureau above it (`operations.figures`).
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class FigureKind(StrEnum):
    """统计项"""

    OPEN = "open"  # 待办: by the day of its deadline; what ends is taken off again
    ARRIVED = "arrived"  # 到达: a task; taken off again where it is gone because of a decision that was taken back
    DECIDED = "decided"  # 办理, taken off again where it is taken back: code is the outcome, since the day of arrival
    SEND_BACK = "send_back"  # 退回, as the outcome is called: code is the reason
    REFUSE = "refuse"  # 不同意, as the outcome is called: code is the reason
    CHANGED = "changed"  # 学籍异动: code is the change's
    ATTEMPT = "attempt"  # 被拒绝的办理: code is the refusal's


class FigureEntry(Model):
    """统计流水 – something that happened so many times at an office, not yet added up."""

    __tablename__ = "figure_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    day: Mapped[dt.date]
    process_key: Mapped[str] = mapped_column(sa.String(40), default="")
    key: Mapped[str] = mapped_column(sa.String(40), default="")  # the task's
    code: Mapped[str] = mapped_column(sa.String(30), default="")
    since: Mapped[dt.date]  # the day itself where nothing began before it
    count: Mapped[int]


class Figure(Model):
    """统计数 – how often it happened: at an office itself, or at all that it governs, itself included."""

    __tablename__ = "figure"
    __table_args__ = (
        sa.Index(
            "ix_figure_nothing",
            "day",
            sqlite_where=sa.text("count = 0"),
            postgresql_where=sa.text("count = 0"),
        ),
    )

    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), primary_key=True)
    with_below: Mapped[bool] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(40), primary_key=True)  # the task's
    code: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)  # working days from `since` to `day`, 0 on the same day
    count: Mapped[int]
