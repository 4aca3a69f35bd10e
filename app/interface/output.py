"""How instants and days are written for people and for programs."""

from __future__ import annotations

import datetime as dt

from app import clock


def instant(value: dt.datetime | None) -> str | None:
    """ISO 8601 in UTC, for programs."""
    return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if value else None


def day(value: dt.date | dt.datetime | None) -> str:
    """2026-11-23, in China."""
    if value is None:
        return ""
    return f"{clock.local(value):%Y-%m-%d}" if isinstance(value, dt.datetime) else f"{value:%Y-%m-%d}"


def moment(value: dt.datetime | None) -> str:
    """2026-11-23 14:05, in China."""
    return f"{clock.local(value):%Y-%m-%d %H:%M}" if value else ""
