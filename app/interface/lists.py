"""Lists by keyset: `{"items": […], "next": cursor or null}`."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson
from flask import request

from app.errors import InvalidInput

MOST = 200


def limit_argument(default: int = 20) -> int:
    """`?limit=`, 1 to 200. Raises InvalidInput."""
    text = request.args.get("limit", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= MOST:
        raise InvalidInput(sentence=f"limit 须为 1 到 {MOST} 的整数。", field="limit")
    return int(text)


def encode_cursor(values: list[Any]) -> str:
    """The place after a row, as the client carries it."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(count: int) -> list[Any] | None:
    """`?cursor=` as `count` values, None when there is none. Raises InvalidInput for one we did not give out."""
    text = request.args.get("cursor")
    if not text:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(sentence="cursor 不是本系统给出的。", field="cursor") from error
    if not isinstance(values, list) or len(values) != count:
        raise InvalidInput(sentence="cursor 不是本系统给出的。", field="cursor")
    return values


def after_id() -> int:
    """The id after which the page begins, 0 at the start."""
    values = decode_cursor(1)
    if values is not None and not isinstance(values[0], int):
        raise InvalidInput(sentence="cursor 不是本系统给出的。", field="cursor")
    return values[0] if values else 0
