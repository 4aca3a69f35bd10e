"""A kept row at fault: its reasons, and what was typed kept to be given back."""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa

from app.database import execute, table
from app.imports.models import ImportRow, RowState
from app.imports.queries import payload_of
from app.sealing import seal

ROWS = table(ImportRow)


def put_at_fault(file_id: int, row: Any, faults: list[Any]) -> None:
    """Write the faults of a row (`number` and `payload`) in place of its state."""
    payload = payload_of(row.payload)
    payload.setdefault("typed", payload["values"])
    execute(
        sa.update(ROWS)
        .where(ROWS.c.file_id == file_id, ROWS.c.number == row.number)
        .values(state=RowState.ERROR, faults=faults, payload=seal(orjson.dumps(payload).decode()))
    )
