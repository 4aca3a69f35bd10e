"""Lists by keyset: `{"items": […], "next": cursor or null}`."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypedDict, TypeVar

import orjson
from flask import request

from app.errors import InvalidInput
from app.web.instants import read_day, read_instant
from app.web.integers import LARGEST, SMALLEST
from app.web.text import fault_of_text

MOST = 200
LONGEST = 400  # characters of a cursor
LIMIT = {"type": "integer", "minimum": 1, "maximum": MOST, "description": "每页条数，默认 20"}
CURSOR = {"type": "string", "maxLength": LONGEST, "description": "上一页的 next"}
Item = TypeVar("Item")
Row = TypeVar("Row")
Value = int | str | dt.date | dt.datetime


class Page(TypedDict, Generic[Item]):
    """A page of a list; `next` is the cursor of the page after it, null on the last one."""

    items: list[Item]
    next: str | None


def one_page(items: list[Item]) -> Page[Item]:
    """A list that is always given out whole."""
    return {"items": items, "next": None}


def page_of(
    rows: Sequence[Row], limit: int, shown: Callable[[Row], Item], place: Callable[[Row], Sequence[Value]]
) -> Page[Item]:
    """The first `limit` of the rows, of which one more was read to see whether there are more.

    shown -- a row as programs read it; place -- what its cursor holds
    """
    return {"items": [shown(each) for each in rows[:limit]], "next": cursor_after(rows, limit, place)}


def cursor_after(rows: Sequence[Row], limit: int, place: Callable[[Row], Sequence[Value]]) -> str | None:
    """The cursor of the page after these rows, None when it is the last one."""
    return encode_cursor(place(rows[limit - 1])) if len(rows) > limit else None


def encode_cursor(values: Sequence[Value]) -> str:
    """The place after a row, as the client carries it."""
    plain = [each.isoformat() if isinstance(each, dt.date) else each for each in values]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).decode().rstrip("=")


class ForeignCursor(InvalidInput):
    """A cursor that this system cannot have given out."""

    text = "cursor 不是本系统给出的。"


def decode_cursor(*types: type) -> tuple[Any, ...] | None:
    """`?cursor=` as values of these types (int, str, date, datetime), None when there is none.

    Raises ForeignCursor for one that this list did not give out.
    """
    text = request.args.get("cursor", "")
    return read_cursor(text, types) if text else None


def read_cursor(text: str, types: Sequence[type]) -> tuple[Any, ...]:
    """The values of a cursor. Raises ForeignCursor unless there are as many as types, each of its own."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text[:LONGEST] + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as error:
        raise ForeignCursor(field="cursor") from error
    if not isinstance(values, list) or len(values) != len(types):
        raise ForeignCursor(field="cursor")
    read = tuple(_value(value, kind) for value, kind in zip(values, types, strict=True))
    if None in read:
        raise ForeignCursor(field="cursor")
    return read


def _value(value: Any, kind: type) -> Value | None:
    """One value of a cursor, None when it is not of that type or nothing that the database could hold."""
    if kind is int:
        return value if type(value) is int and SMALLEST <= value <= LARGEST else None
    if not isinstance(value, str) or fault_of_text(value):
        return None
    if kind is dt.datetime:
        at = read_instant(value)
        return at.astimezone(dt.UTC) if at else None
    if kind is dt.date:
        try:
            return read_day(value)
        except ValueError:
            return None
    return value


def after_id() -> int:
    """The id after which the page begins, 0 at the start. Raises ForeignCursor."""
    place = decode_cursor(int)
    return place[0] if place else 0
