"""How instants and days are written for people and for programs, and how a file is handed over."""

from __future__ import annotations

import datetime as dt
import io
from typing import Annotated, overload

from flask import Response, send_file
from msgspec import Meta

from app import clock

Instant = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]


MOST_COUNTED = 1000  # how far a count goes that stands on a page


def capped(number: int) -> str:
    """12, or 1000+ where counting stopped."""
    return f"{MOST_COUNTED}+" if number >= MOST_COUNTED else str(number)


@overload
def instant(value: dt.datetime) -> str: ...
@overload
def instant(value: dt.datetime | None) -> str | None: ...
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


def given_out(name: str, media_type: str, content: bytes) -> Response:
    """A file to be saved; should a browser open it all the same, then without any right."""
    response = send_file(io.BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def shown_inside(media_type: str, content: bytes) -> Response:
    """A picture or PDF to stand inside a page of ours: its content was checked when it was taken in, and it may load,
    run and be framed by nothing else. A browser that shows PDF in a viewer of its own would refuse a sandboxed one.
    """
    response = send_file(io.BytesIO(content), mimetype=media_type)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response
