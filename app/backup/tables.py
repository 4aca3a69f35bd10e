"""Tables as lines of text: the same rows give the same lines on both engines, whatever the models say today."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

LEFT_OUT = {"alembic_version", "sign_in", "unsent_form"}  # the revision is in the manifest; sessions end with a restore
AT_ONCE = 1000  # rows fetched together
AT_ONCE_LARGE = 4  # of tables that hold files


@dataclass(frozen=True)
class Extent:
    """How much a table holds: rows, bytes of its lines, and their SHA-256."""

    columns: list[str]
    rows: int
    bytes: int
    sha256: str


class Counter:
    """Measures lines as they pass."""

    def __init__(self, columns: list[str]) -> None:
        self.columns, self.rows, self.bytes, self.hash = columns, 0, 0, hashlib.sha256()

    def add(self, lines: bytes) -> None:
        """Measure one line or several whole ones."""
        self.rows, self.bytes = self.rows + lines.count(b"\n"), self.bytes + len(lines)
        self.hash.update(lines)

    def extent(self) -> Extent:
        return Extent(self.columns, self.rows, self.bytes, self.hash.hexdigest())


def tables(connection: sa.Connection) -> list[sa.Table]:
    """The tables as they stand in the database, which may be older than the models."""
    metadata = sa.MetaData()
    inspector = sa.inspect(connection)
    return [
        sa.Table(name, metadata, autoload_with=connection, resolve_fks=False)
        for name in sorted(inspector.get_table_names())
        if name not in LEFT_OUT
    ]


def names(table: sa.Table) -> list[str]:
    """The columns in an order that does not depend on how the table came about."""
    return sorted(table.columns.keys())


def lines(connection: sa.Connection, table: sa.Table) -> Iterator[bytes]:
    """Every row as a line of JSON, in the order of the primary key, without holding them."""
    columns = [table.c[name] for name in names(table)]
    large = any(isinstance(column.type, sa.LargeBinary) for column in columns)
    query = sa.select(*columns).order_by(*in_order(connection, table))
    with connection.execute(query.execution_options(yield_per=AT_ONCE_LARGE if large else AT_ONCE)) as fetched:
        for row in fetched:
            yield orjson.dumps([_plain(value) for value in row]) + b"\n"


def in_order(connection: sa.Connection, table: sa.Table) -> list[Any]:
    """What to sort by for the order of the lines: the primary key."""
    return [_in_bytes(connection, column) for column in table.primary_key]


def _in_bytes(connection: sa.Connection, column: Any) -> Any:
    """PostgreSQL sorts text as people do, SQLite byte by byte: here both do the latter."""
    is_text = isinstance(column.type, sa.String) and connection.dialect.name == "postgresql"
    return column.collate("C") if is_text else column


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    return value
