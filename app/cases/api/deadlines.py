"""Lists by deadline: the place that a cursor names."""

from __future__ import annotations

import datetime as dt

from app.web import decode_cursor


def deadline_place() -> tuple[dt.datetime, int] | None:
    """The place in a list by deadline that the cursor names. Raises ForeignCursor."""
    place = decode_cursor(dt.datetime, int)
    return (place[0], place[1]) if place else None
