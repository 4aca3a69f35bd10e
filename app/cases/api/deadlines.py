"""Lists by deadline: the bounds that a light stands for, the place that a cursor names."""

from __future__ import annotations

import datetime as dt

from app import clock
from app.web import decode_cursor


def deadline_bounds(wanted: str | None, now: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The deadlines that show a light, all of them without one: (before, since)."""
    soon = clock.end_of(clock.add_working_days(clock.local(now).date(), 3)) + dt.timedelta(seconds=1)
    match wanted:
        case "red":
            return now, None
        case "yellow":
            return soon, now
        case "green":
            return None, soon
        case "paused":
            return dt.datetime(1970, 1, 1, tzinfo=dt.UTC), None
    return None, None


def deadline_place() -> tuple[dt.datetime, int] | None:
    """The place in a list by deadline that the cursor names. Raises ForeignCursor."""
    place = decode_cursor(dt.datetime, int)
    return (place[0], place[1]) if place else None
