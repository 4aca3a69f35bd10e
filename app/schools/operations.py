"""Seats: taken and freed by one conditional statement, so that the last one has exactly one winner."""

from __future__ import annotations

import sqlalchemy as sa

from app.database import db
from app.errors import Refused
from app.schools.models import Quota, Stage


class NoSeat(Refused):
    """E-QUOTA-01: the superior's number is reached."""

    code = "E-QUOTA-01"
    text = "已达到上级教育行政部门核定的学籍总数（核定 {total}，已用 {used}），不能转入或注册。"


def take_seat(school_id: int, stage: Stage, entry_year: int) -> None:
    """Take one seat of a cohort. Raises NoSeat, nothing written then."""
    taken = db.session.execute(
        sa.update(Quota)
        .where(*_row(school_id, stage, entry_year), Quota.used + Quota.reserved < Quota.total)
        .values(used=Quota.used + 1)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        quota = db.session.execute(
            sa.select(Quota.total, Quota.used, Quota.reserved).where(*_row(school_id, stage, entry_year))
        ).first()
        raise NoSeat(total=quota.total if quota else 0, used=quota.used + quota.reserved if quota else 0)


def free_seat(school_id: int, stage: Stage, entry_year: int) -> None:
    """Give back one seat of a cohort when a child leaves."""
    db.session.execute(
        sa.update(Quota).where(*_row(school_id, stage, entry_year), Quota.used > 0).values(used=Quota.used - 1)
    )


def _row(school_id: int, stage: Stage, entry_year: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (Quota.school_id == school_id, Quota.stage == stage, Quota.entry_year == entry_year)
