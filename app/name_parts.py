"""Names by their parts: every part that a name ends with is a row, and whoever types the beginning of one finds it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa


def part_type(length: int) -> Any:
    """The type of a column of parts: its index has the order of the characters on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def begins_with(column: Any, start: str) -> sa.ColumnElement[bool]:
    """The condition that a part begins so: a range of the column's index."""
    return sa.and_(column >= start, column < start + "\U0010ffff")
