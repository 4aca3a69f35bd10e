"""Indexes, references and triggers, taken away while tables are filled and put back on what is there.

As the manual of PostgreSQL advises for loading much at once: an index is built faster than it is kept, and a reference
is checked faster for all rows together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

CONSTRAINTS = sa.text("""
    SELECT c.conrelid::regclass::text AS name, c.conname, c.contype::text AS kind, pg_get_constraintdef(c.oid) AS said
    FROM pg_constraint AS c
    WHERE c.conrelid = ANY(CAST(:tables AS regclass[])) AND (c.contype IN ('f', 'u') OR c.contype = 'p' AND NOT EXISTS
      (SELECT 1 FROM pg_constraint AS other WHERE other.contype = 'f' AND other.confrelid = c.conrelid))
    ORDER BY c.contype, c.conname
""")
INDEXES = sa.text("""
    SELECT i.indrelid::regclass::text AS name, i.indexrelid::regclass::text AS index,
      pg_get_indexdef(i.indexrelid) AS said
    FROM pg_index AS i
    WHERE i.indrelid = ANY(CAST(:tables AS regclass[])) AND NOT EXISTS
      (SELECT 1 FROM pg_constraint AS c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
    ORDER BY 2
""")


@dataclass(frozen=True)
class Taken:
    """What was taken away from one table, as the statements that put it back: first all of these, then the checks."""

    table: str
    indexes: list[str]
    references: list[str]
    checks: list[str]


def take_away(connection: sa.Connection, tables: Sequence[str]) -> list[Taken]:
    """Drop what slows the filling of these tables, and silence their triggers; in the caller's transaction."""
    named = {"tables": list(tables)}
    constraints, indexes = connection.execute(CONSTRAINTS, named).all(), connection.execute(INDEXES, named).all()
    for each in constraints:
        connection.exec_driver_sql(f'ALTER TABLE {each.name} DROP CONSTRAINT "{each.conname}"')
    for each in indexes:
        connection.exec_driver_sql(f"DROP INDEX {each.index}")
    for table in tables:
        connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    taken = []
    for table in tables:
        mine = [each for each in constraints if each.name == table]
        adding = [(each, f'ALTER TABLE {table} ADD CONSTRAINT "{each.conname}" {each.said}') for each in mine]
        taken.append(
            Taken(
                table,
                [said for each, said in adding if each.kind != "f"]
                + [each.said for each in indexes if each.name == table],
                [f"{said} NOT VALID" for each, said in adding if each.kind == "f"],
                [f'ALTER TABLE {table} VALIDATE CONSTRAINT "{each.conname}"' for each in mine if each.kind == "f"],
            )
        )
    return taken


def build(connection: sa.Connection, taken: Iterable[Taken]) -> None:
    """Build the indexes of these tables again."""
    for each in taken:
        for statement in each.indexes:
            connection.exec_driver_sql(statement.replace("%", "%%"))
        connection.exec_driver_sql(f"ANALYZE {each.table}")


def refer(connection: sa.Connection, taken: Iterable[Taken]) -> None:
    """Put the references back, to hold for what comes, let the triggers speak, and count on from the largest id."""
    for each in taken:
        for statement in each.references:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f'ALTER TABLE "{each.table}" ENABLE TRIGGER USER')
        if sequence := connection.exec_driver_sql(_sequence_of(each.table)).scalar():
            connection.exec_driver_sql(f"SELECT setval('{sequence}', (SELECT max(id) FROM \"{each.table}\"))")


def check(connection: sa.Connection, taken: Iterable[Taken]) -> None:
    """Check that the references hold for what is there. Raises IntegrityError."""
    for each in taken:
        for statement in each.checks:
            connection.exec_driver_sql(statement)


def _sequence_of(table: str) -> str:
    return (
        f"SELECT pg_get_serial_sequence('\"{table}\"', 'id') FROM information_schema.columns"
        f" WHERE table_schema = current_schema() AND table_name = '{table}' AND column_name = 'id'"
    )
