"""Whole numbers in an address, a query, a form or a JSON body: those that a column of the database can hold."""

from __future__ import annotations

import re

from werkzeug.routing import IntegerConverter

SMALLEST, LARGEST = -(2**31), 2**31 - 1  # of an integer column; PostgreSQL refuses what lies beyond
WRITTEN = re.compile(r"-?[0-9]{1,10}")  # str.isdigit() also says yes to ², and int() has no end


def whole_number(text: str, *, least: int = SMALLEST, most: int = LARGEST) -> int | None:
    """The number written as `text`, within the bounds; None for anything else: `²`, `--5`, `1e3`, thirty digits."""
    number = int(text) if WRITTEN.fullmatch(text) else None
    return number if number is not None and least <= number <= most else None


class IdConverter(IntegerConverter):
    """`<int:…>` in an address: what is too long to be the id of a row is no address of ours (404, never 405).

    The bound is in the pattern, for Werkzeug looks at the method before it reads the number.
    """

    regex = f"[0-9]{{1,{len(str(LARGEST)) - 1}}}"
