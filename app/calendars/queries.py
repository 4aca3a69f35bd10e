"""Which years are known, and keeping the clock told."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

import sqlalchemy as sa
from flask import request

from app import clock
from app.calendars.models import CalendarYear
from app.calendars.rules import missing_years, warning
from app.database import db, execute, table

TOLD_EVERY = 60.0  # seconds after which another process's import is known here
_told_at = float("-inf")


def imported() -> Sequence[CalendarYear]:
    """Every imported year, the newest first."""
    return db.session.scalars(sa.select(CalendarYear).order_by(CalendarYear.year.desc())).all()


def tell_the_clock() -> None:
    """Let the clock know the imported years as the database has them."""
    global _told_at
    years = table(CalendarYear)
    rows = execute(sa.select(years.c.year, years.c.days)).all()
    clock.learn({year: {dt.date.fromisoformat(day): works for day, works in days.items()} for year, days in rows})
    _told_at = time.monotonic()


def keep_up() -> None:
    """The same, once a minute."""
    if time.monotonic() - _told_at > TOLD_EVERY and not request.path.startswith(("/static/", "/healthz", "/readyz")):
        tell_the_clock()


def warnings() -> list[str]:
    """A sentence for each year whose calendar is needed and missing."""
    return [warning(year) for year in missing_years(clock.today(), clock.known_years())]
