"""Rows into tables in bulk: COPY on PostgreSQL, executemany on SQLite; and what stands in them afterwards, read again.

What was sent and what is read again are compared by a digest over the engine's own form of the values, so that nothing
is made an object of on the way: PostgreSQL's text of COPY, the values that SQLite keeps.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from app.backup.tables import in_order, names

Rows = Sequence[Sequence[Any]]  # as they stand in the lines: values of JSON in the order of `names`
AT_ONCE = 1000  # rows fetched together
SPECIAL = re.compile(r"[\\\b\f\n\r\t\v]")
ESCAPED = {"\\": r"\\", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
#: by which PostgreSQL writes the same text whatever the server is set to
WRITING = {"timezone": "UTC", "datestyle": "ISO, YMD", "bytea_output": "hex"}


def fill(connection: sa.Connection, table: sa.Table, batches: Iterable[Rows]) -> str:
    """Write all rows; the digest of what was sent.

    Raises ValueError or TypeError where a row is not of this table, and what the engine says against it.
    """
    digest = hashlib.sha256()
    for content in _sent(connection, table, batches):
        digest.update(content)
    return digest.hexdigest()


def digest_of(connection: sa.Connection, table: sa.Table) -> str:
    """The digest that `fill` would give for the rows that the table holds, in the order of its primary key."""
    digest = hashlib.sha256()
    columns = [table.c[name] for name in names(table)]
    query = sa.select(*columns).order_by(*in_order(connection, table)).compile(dialect=connection.dialect)
    for content in _kept(connection, str(query)):
        digest.update(content)
    return digest.hexdigest()


def _sent(connection: sa.Connection, table: sa.Table, batches: Iterable[Rows]) -> Iterator[bytes]:
    kinds = [table.c[name].type for name in names(table)]
    quote = connection.dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(quote(name) for name in names(table))})"
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        for name, value in WRITING.items():
            connection.exec_driver_sql(f"SET LOCAL {name} = '{value}'")
        statement = f"COPY {into} FROM STDIN"
        raw.note(statement)
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for rows in batches:
                content = _lines([text_of(kind) for kind in kinds], rows)
                copy.write(content)
                yield content
        return
    statement = f"INSERT INTO {into} VALUES ({', '.join('?' for _ in kinds)})"
    for rows in batches:
        values = list(zip(*_columns([_kept_on_sqlite(kind) for kind in kinds], rows), strict=True))
        raw.executemany(statement, values)
        yield _represented(values)


def _kept(connection: sa.Connection, query: str) -> Iterator[bytes]:
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "postgresql":
        with raw.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
            yield from copy
        return
    cursor = raw.execute(query)
    while rows := cursor.fetchmany(AT_ONCE):
        yield _represented(rows)


def _columns(acts: Sequence[Callable[[Sequence[Any]], Sequence[Any]]], rows: Rows) -> list[Sequence[Any]]:
    """The rows turned into columns, each brought to its form."""
    return [act(column) for act, column in zip(acts, zip(*rows, strict=True), strict=True)]


# ── PostgreSQL: the text format of COPY ──────────────────────────────────────────────────────────────────────────────


def _lines(texts: Sequence[Callable[[Sequence[Any]], Sequence[str]]], rows: Rows) -> bytes:
    return ("\n".join(map("\t".join, zip(*_columns(texts, rows), strict=True))) + "\n").encode()


def text_of(kind: Any) -> Callable[[Sequence[Any]], Sequence[str]]:
    """What writes a column of that type as PostgreSQL itself would."""
    if isinstance(kind, sa.DateTime):
        zone = "+00" if kind.timezone else ""
        return lambda values: [
            r"\N" if value is None else f"{value[:10]} {value[11:19]}{value[19:-6].rstrip('0')}{zone}"
            for value in values
        ]
    if isinstance(kind, sa.LargeBinary):
        return lambda values: [r"\N" if value is None else rf"\\x{_bytes(value).hex()}" for value in values]
    if isinstance(kind, sa.Boolean):
        return lambda values: [r"\N" if value is None else "t" if value else "f" for value in values]
    if isinstance(kind, sa.String):
        return _texts
    return lambda values: [r"\N" if value is None else str(value) for value in values]


def _texts(values: Sequence[Any]) -> Sequence[str]:
    present = [value for value in values if value is not None]
    if SPECIAL.search("".join(present)):
        return [r"\N" if value is None else SPECIAL.sub(_escaped, value) for value in values]
    return values if len(present) == len(values) else [r"\N" if value is None else value for value in values]


def _escaped(found: re.Match[str]) -> str:
    return ESCAPED[found[0]]


# ── SQLite: the values that it keeps ─────────────────────────────────────────────────────────────────────────────────


def _kept_on_sqlite(kind: Any) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """What brings a column of that type to the values that SQLAlchemy would have SQLite keep."""
    if isinstance(kind, sa.DateTime):
        return lambda values: [
            None if value is None else f"{value[:10]} {value[11:19]}{value[19:-6] or '.000000'}" for value in values
        ]
    if isinstance(kind, sa.LargeBinary):
        return lambda values: [None if value is None else _bytes(value) for value in values]
    if isinstance(kind, sa.Boolean):
        return lambda values: [None if value is None else int(value) for value in values]
    return lambda values: values


def _represented(rows: Rows) -> bytes:
    return "\n".join(map(repr, rows)).encode() + b"\n"


def _bytes(value: str) -> bytes:
    return binascii.a2b_base64(value, strict_mode=True)
