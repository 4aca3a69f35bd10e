"""What an address of the audit asks for: an instant, a place to go on from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flask import request

from app import clock
from app.auditing.queries import Line, Place
from app.errors import InvalidInput
from app.interface import encode_cursor
from app.interface.lists import decode_cursor


def moment(name: str) -> dt.datetime | None:
    """`?since=` as an instant; a day, or a time without zone, is Chinese. Raises InvalidInput."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        at = dt.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)  # a plus that was not escaped
    except ValueError as error:
        raise InvalidInput(sentence=f"{name} 须写作 2026-11-24 或 2026-11-24T10:00:00+08:00。", field=name) from error
    return at if at.tzinfo else at.replace(tzinfo=clock.ZONE)


def place() -> Place | None:
    """The place after which the page begins. Raises InvalidInput for a cursor we did not give out."""
    values = decode_cursor(3)
    if values is None:
        return None
    try:
        return dt.datetime.fromisoformat(values[0]), str(values[1]), int(values[2])
    except (TypeError, ValueError) as error:
        raise InvalidInput(sentence="cursor 不是本系统给出的。", field="cursor") from error


def cursor_after(found: Sequence[Line], limit: int) -> str | None:
    """The cursor of the next page, None on the last one."""
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return encode_cursor([last.at.isoformat(), last.chain, last.place])
