"""Days and instants as they are typed into an address, a form or a JSON body."""

from __future__ import annotations

import datetime as dt
import re

from app import clock

FIRST_YEAR, LAST_YEAR = 1900, 2100  # nobody means a day outside them, and none inside leaves the calendar
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_day(text: str) -> dt.date | None:
    """The day written as 2026-09-01, within 1900 to 2100; None for anything else. Raises ValueError: no such day."""
    day = dt.date.fromisoformat(text) if DAY.fullmatch(text) else None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def read_instant(text: str) -> dt.datetime | None:
    """An ISO 8601 instant within 1900 to 2100, None for anything else; without a zone, or a day alone, it is Chinese.

    A plus sign that was not escaped in an address arrives as a blank, and is read all the same.
    """
    try:
        at = dt.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        return None
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    return at if at.tzinfo else at.replace(tzinfo=clock.ZONE)
