"""A row of the database with gaps: what differs from child to child is filled in, as a line of COPY and as its seal.

A gap stands for a whole column or within a text, in both forms of the row: as PostgreSQL reads it, and as its digest
is computed of it (app/audit/rows.py: instants in microseconds, bytes as their SHA-256).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from app.audit.tables import sealed_tables

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
SEPARATOR = "\x1f"  # in no text of a row
Seal = tuple[str, str, str]  # table, key, digest
NUMBER, TEXT, INSTANT, CONTENT = "\x01", "\x02", "\x03", "\x04"  # around a gap's name
_GAP = re.compile("([\x01-\x04])([a-z_0-9]+)\\1")
_OPENED = re.compile(r"(?<!%)%\(([a-z_0-9]+)\)s")
_QUOTED_GAP = re.compile(r'"\\u0001([a-z_0-9]+)\\u0001"|\\u0002([a-z_0-9]+)\\u0002')
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def number(name: str) -> str:
    """A gap for a whole number."""
    return f"{NUMBER}{name}{NUMBER}"


def text(name: str) -> str:
    """A gap for a text, or within one; what goes into it needs no quoting in JSON or COPY."""
    return f"{TEXT}{name}{TEXT}"


def instant(name: str) -> str:
    """A gap for an instant: `name` as it is copied, `name_said` as it is digested."""
    return f"{INSTANT}{name}{INSTANT}"


def content(name: str) -> str:
    """A gap for bytes: `name` as they are copied, `name_said` as they are digested."""
    return f"{CONTENT}{name}{CONTENT}"


@dataclass(frozen=True)
class Stamp:
    """One row of a table, ready to be filled in."""

    table: str
    line: str
    said: str  # what its digest is computed of; empty when the table is not sealed
    key: str


class Sheet:
    """All the rows of one child, filled in together: one text whose gaps stand in order costs a third of many texts."""

    def __init__(self, stamps: Iterable[Stamp]) -> None:
        every = sorted(stamps, key=lambda each: each.table)
        sealed = [each for each in every if each.said]
        self.tables = sorted({each.table for each in every})
        self.sealed = [each.table for each in sealed]
        lines = ["".join(each.line for each in every if each.table == table) for table in self.tables]
        form = SEPARATOR.join([*lines, *(each.key for each in sealed), *(each.said for each in sealed)])
        self._form = _OPENED.sub("%s", form)
        self._gaps = operator.itemgetter(*_OPENED.findall(form))

    def fill(self, gaps: Mapping[str, Any], mark: Callable[[bytes], bytes]) -> tuple[list[str], list[Seal]]:
        """The lines of COPY, a text for each of `tables`, and the seals, as app/audit/rows.py computes them."""
        filled = (self._form % self._gaps(gaps)).split(SEPARATOR)
        tables, sealed = len(self.tables), len(self.sealed)
        digests = b"".join([mark(said.encode()) for said in filled[tables + sealed :]])
        marks = base64.b64encode(digests).decode()  # 15 bytes are 20 letters, so each stands for itself
        each = len(marks) // sealed
        keys = filled[tables : tables + sealed]
        seals = [
            (self.sealed[place], keys[place], marks[place * each : place * each + each]) for place in range(sealed)
        ]
        return filled[:tables], seals


def stamp(table: sa.Table, row: Mapping[str, Any]) -> Stamp:
    """Make a stamp of a row as the driver returns it, its gaps marked."""
    line = "\t".join(_copied(row[column.name]) for column in table.columns) + "\n"
    sealed = sealed_tables().get(table.name)
    key = "|".join(str(row[column.name]) for column in table.primary_key).replace(NUMBER, TEXT)
    said = ""
    if sealed:
        values = {
            str(column.name): _digested(row[column.name]) for column in sealed.columns if row[column.name] is not None
        }
        said = _open_quoted(orjson.dumps([str(table.name), key, values]).decode())
    return Stamp(str(table.name), _open(line), said, _open(key))


def _copied(value: Any) -> str:
    match value:
        case None:
            return "\\N"
        case bool():
            return "t" if value else "f"
        case bytes() | memoryview():
            return f"\\\\x{bytes(value).hex()}"
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat()
        case str():
            return value.translate(_ESCAPED)
    return str(value)


def _digested(value: Any) -> Any:
    match value:
        case bytes() | memoryview():
            return hashlib.sha256(bytes(value)).hexdigest()
        case dt.datetime():
            return (value - EPOCH) // MICROSECOND
        case dt.date():
            return value.isoformat()
        case str():
            whole = _GAP.fullmatch(value)
            digested = {INSTANT: number, CONTENT: text}.get(whole[1]) if whole else None
            return digested(f"{whole[2]}_said") if whole and digested else value
    return value


def _open(said: str) -> str:
    return _GAP.sub(r"%(\2)s", said.replace("%", "%%"))


def _open_quoted(said: str) -> str:
    """The same in JSON, where a number's gap stands without its quotation marks."""
    return _QUOTED_GAP.sub(lambda found: f"%({found[1] or found[2]})s", said.replace("%", "%%"))
