"""A kept row at fault: its reasons, and what was typed kept to be given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from app.database import execute, table
from app.encryption import seal
from app.imports.models import ImportRow, RowState
from app.imports.queries import payload_of

ROWS = table(ImportRow)


def at_fault(row: Any, faults: list[Any]) -> dict[str, Any]:
    """What is to be written of a row (`number` and `payload`) whose faults these are; nothing is written yet."""
    payload = payload_of(row.payload)
    payload.setdefault("typed", payload["values"])
    return {"the_number": row.number, "the_faults": faults, "sealed": seal(orjson.dumps(payload).decode())}


def write_faults(file_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the faults of kept rows in place of their state."""
    if rows:
        execute(
            sa.update(ROWS)
            .where(ROWS.c.file_id == file_id, ROWS.c.number == sa.bindparam("the_number", type_=sa.Integer))
            .values(
                state=RowState.ERROR,
                faults=sa.bindparam("the_faults", type_=ROWS.c.faults.type),
                payload=sa.bindparam("sealed"),
            ),
            [dict(each) for each in rows],
        )
