"""The database's own guards, stood down while a whole record is put back, and posted again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

import sqlalchemy as sa


@contextlib.contextmanager
def unguarded(connection: sa.Connection, tables: Sequence[sa.Table]) -> Iterator[None]:
    """Triggers are silent and references are checked at the end of the block, in the same transaction.

    Raises IntegrityError when a reference does not hold then.
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
    quote = connection.dialect.identifier_preparer.quote
    keys = [
        (quote(table.name), quote(str(key["name"])))
        for table in tables
        for key in sa.inspect(connection).get_foreign_keys(table.name)
    ]
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} DISABLE TRIGGER USER")
    for name, key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {name} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for name, key in keys:
        connection.exec_driver_sql(f"ALTER TABLE {name} ALTER CONSTRAINT {key} NOT DEFERRABLE")
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} ENABLE TRIGGER USER")
        _go_on_counting(connection, table)


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """The next number given out is the one after the largest that came back."""
    for column in table.primary_key:
        if isinstance(column.type, sa.Integer):
            sequence = sa.func.pg_get_serial_sequence(sa.literal(f'"{table.name}"'), sa.literal(column.name))
            if connection.scalar(sa.select(sequence)):
                largest = sa.select(sa.func.max(column)).scalar_subquery()
                connection.execute(
                    sa.select(sa.func.setval(sequence, sa.func.coalesce(largest, 1), largest.isnot(None)))
                )
