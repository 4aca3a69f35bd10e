"""The database's own triggers, dropped or silenced while a whole record is put back, and created again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from app.schema import constraints


@contextlib.contextmanager
def unguarded(connection: sa.Connection, tables: Sequence[sa.Table]) -> Iterator[None]:
    """Triggers are silent, and references are checked at the end of the block, in the same transaction.

    On PostgreSQL indexes are built then too, and what must be unique is checked; the next number given out is the one
    after the largest. Raises IntegrityError when anything does not hold then.
    """
    guards = _on_sqlite if connection.dialect.name == "sqlite" else _on_postgresql
    with guards(connection, tables):
        yield


@contextlib.contextmanager
def _on_sqlite(connection: sa.Connection, _tables: Sequence[sa.Table]) -> Iterator[None]:
    triggers = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for name, _definition in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    yield
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken:
        raise sa.exc.IntegrityError(f"{broken[0]} refers to nothing in {broken[2]}", None, ValueError())
    for _name, definition in triggers:
        connection.exec_driver_sql(definition)


@contextlib.contextmanager
def _on_postgresql(connection: sa.Connection, tables: Sequence[sa.Table]) -> Iterator[None]:
    taken = constraints.take_away(connection, [str(table.name) for table in tables])
    yield
    constraints.build(connection, taken)
    constraints.refer(connection, taken)
    constraints.check(connection, taken)
