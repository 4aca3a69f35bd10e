"""The rows of sealed tables as plain values, the same on both engines, and their keyed digests."""

from __future__ import annotations

import binascii
import contextlib
import datetime as dt
import functools
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.audit.tables import SealedTable, kind_of, sealed_tables
from app.database import db, execute
from app.encryption import marker

FOREIGN = "\0"  # before what a column of its kind cannot hold; no text of ours begins so
GONE = ""  # the digest of a row that was deleted by the program
AT_ONCE = 500
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)


def digester(table: SealedTable) -> Callable[[str, Iterable[Any]], str]:
    """What computes of a row, by its key and its values, 120 bits that only the program can.

    Columns without a value do not count: one that is added later and stays empty changes no digest. Contents cannot
    be had from it, nor guessed without the key: what must be erased may be erased.
    """
    name, columns, mark = table.name, [column.name for column in table.columns], marker()

    def digest(key: str, values: Iterable[Any]) -> str:
        said = {column: value for column, value in zip(columns, values, strict=True) if value is not None}
        return binascii.b2a_base64(mark(orjson.dumps([name, key, said])), newline=False).decode()

    return digest


def all_rows(table: SealedTable) -> Iterator[tuple[str, str]]:
    """Key and digest of every row of the table, without holding them."""
    if db.session.connection().dialect.name == "postgresql":
        digest = digester(table)
        found = execute(sa.text(f"SELECT {_key(table)}, {_values(table)} FROM {_quoted(table)} AS t").execution_options(
            yield_per=AT_ONCE
        ))  # fmt: skip
        for key, values in found:
            yield key, digest(key, orjson.loads(values))
        return
    done, sealed = 0, _on_sqlite(table)
    try:
        for row in _of_sqlite(table):
            yield sealed(row)
            done += 1
    except sa.exc.OperationalError:  # a text that is none, which nobody but a forger can have written
        with _whatever_it_is():
            for row in itertools.islice(_of_sqlite(table), done, None):
                yield sealed(row)


def _of_sqlite(table: SealedTable) -> Iterator[Any]:
    names = ", ".join(f't."{column.name}"' for column in (*table.keys, *table.columns))
    query = sa.text(f"SELECT {names} FROM {_quoted(table)} AS t ORDER BY t.rowid")
    yield from execute(query.execution_options(yield_per=AT_ONCE))


@contextlib.contextmanager
def _whatever_it_is() -> Iterator[None]:
    """Read every text within the block, also one that is no UTF-8."""
    connection: Any = db.session.connection().connection.dbapi_connection
    ordinary, connection.text_factory = connection.text_factory, _text
    try:
        yield
    finally:
        connection.text_factory = ordinary


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return FOREIGN + raw.hex()


def rows_of(table: SealedTable, keys: list[str]) -> dict[str, str]:
    """Digests of the rows with those keys, on SQLite; a key without a row is GONE.

    Asked while the writer's place is held, and therefore of the driver itself, by statements that are built once.
    """
    found, sealed = dict.fromkeys(keys, GONE), _on_sqlite(table)
    raw: Any = db.session.connection().connection.dbapi_connection
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        given = [part for key in some for part in key.split("|")]
        found.update(map(sealed, raw.execute(_by_keys(table.name, len(some)), given)))
    return found


@functools.lru_cache(maxsize=512)
def _by_keys(name: str, count: int) -> str:
    """The statement that reads so many rows of a sealed table by their keys."""
    table = sealed_tables()[name]
    names = ", ".join(f't."{column.name}"' for column in (*table.keys, *table.columns))
    same = ", ".join(f't."{column.name}"' for column in table.keys)
    marks = ", ".join([f"({', '.join(_cast(column) for column in table.keys)})"] * count)
    return f"SELECT {names} FROM {_quoted(table)} AS t WHERE ({same}) IN (VALUES {marks})"


def _cast(column: sa.Column[Any]) -> str:
    return "CAST(? AS INTEGER)" if isinstance(column.type, sa.Integer) else "?"


def _on_sqlite(table: SealedTable) -> Callable[[Sequence[Any]], tuple[str, str]]:
    """What gives key and digest of a row of keys and columns."""
    keys, digest = len(table.keys), digester(table)
    converted, plain = _conversions(table.name)

    def sealed(row: Sequence[Any]) -> tuple[str, str]:
        values = list(row[keys:])
        if bytes in map(type, values):  # in a plain column nobody but a forger can have written them
            for place in plain:
                values[place] = _no_bytes(values[place])
        for place, convert in converted:
            if values[place] is not None:
                values[place] = convert(values[place])
        key = str(row[0]) if keys == 1 else "|".join(map(str, row[:keys]))
        return key, digest(key, values)

    return sealed


@functools.lru_cache(maxsize=256)
def _conversions(name: str) -> tuple[list[tuple[int, Callable[[Any], Any]]], list[int]]:
    """By their places among the columns: what brings values into the common form, and which columns need nothing."""
    kinds = [(place, kind_of(column)) for place, column in enumerate(sealed_tables()[name].columns)]
    converted = [(place, CONVERSIONS[kind]) for place, kind in kinds if kind in CONVERSIONS]
    return converted, [place for place, kind in kinds if kind not in CONVERSIONS]


def _digest_of_bytes(value: Any) -> str:
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else FOREIGN + repr(value)


def _microseconds(value: Any) -> Any:
    """The instant as a number; SQLite holds anything in any column: what was forged is a value that differs."""
    try:
        return (dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC) - EPOCH) // MICROSECOND
    except (TypeError, ValueError):
        return FOREIGN + repr(value)


def _yes_or_no(value: Any) -> Any:
    return bool(value) if value in (0, 1) else _no_bytes(value)


def _no_bytes(value: Any) -> Any:
    return FOREIGN + value.hex() if isinstance(value, bytes) else value


CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "bytes": _digest_of_bytes,
    "instant": _microseconds,
    "yes or no": _yes_or_no,
}


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────────────────────────


@functools.lru_cache(maxsize=256)
def what_was_written(names: frozenset[str]) -> sa.TextClause:
    """One statement for all tables that a transaction has written: table, key and the row's values, or none."""
    parts = ["SELECT '' AS name, CAST(nextval('audit_seal') AS text) AS key, NULL AS said"]
    for name in sorted(names):
        table = sealed_tables()[name]
        same = " AND ".join(
            f'''t."{column.name}" = CAST(split_part(k.key, '|', {n}) AS {_type(column)})'''
            for n, column in enumerate(table.keys, start=1)
        )
        there = f't."{table.keys[0].name}" IS NULL'
        parts.append(
            f"SELECT '{name}', k.key, CASE WHEN {there} THEN NULL ELSE {_values(table)} END FROM (SELECT DISTINCT"
            f" unnest(string_to_array(current_setting('xueji.{name}', true), chr(10))) AS key) AS k"
            f" LEFT JOIN {_quoted(table)} AS t ON k.key <> '' AND {same}"
        )
    return sa.text(" UNION ALL ".join(parts))


def _type(column: sa.Column[Any]) -> str:
    return "integer" if isinstance(column.type, sa.Integer) else "varchar"


def _key(table: SealedTable) -> str:
    return " || '|' || ".join(f'CAST(t."{column.name}" AS text)' for column in table.keys)


def _values(table: SealedTable) -> str:
    return f"CAST(json_build_array({', '.join(_value(column) for column in table.columns)}) AS text)"


def _value(column: sa.Column[Any]) -> str:
    kind = kind_of(column)
    if kind == "instant":
        return f'CAST(extract(epoch FROM t."{column.name}") * 1000000 AS bigint)'
    return f"""encode(sha256(t."{column.name}"), 'hex')""" if kind == "bytes" else f't."{column.name}"'


def _quoted(table: SealedTable) -> str:
    return postgresql.dialect().identifier_preparer.quote(table.name)
