"""Many rows at once, some of them with ids of the demonstration's own choosing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.database import db

AT_ONCE = 5000


def write_many(rows: Mapping[Any, Sequence[Mapping[str, Any]]]) -> None:
    """Write the rows of each table, in the order of the tables.

    On PostgreSQL, a row that comes with its id does not move the sequence that gives out the next one; so whatever is
    written next without an id, here or by a verb, would get an id that is taken.
    """
    for model, lines in rows.items():
        for start in range(0, len(lines), AT_ONCE):
            db.session.execute(sa.insert(model), lines[start : start + AT_ONCE])
        if any("id" in line for line in lines):
            _go_on_counting(sa.inspect(model).local_table)


def _go_on_counting(table: sa.Table) -> None:
    """The next id given out is the one after the largest."""
    if db.session.connection().dialect.name != "postgresql":
        return
    sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', "id")
    highest = sa.select(sa.func.max(table.c.id)).scalar_subquery()
    db.session.execute(sa.select(sa.func.setval(sequence, highest)).where(sequence.is_not(None)))
