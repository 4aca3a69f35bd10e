"""An act about hundreds of children: as many entries, whose chain holds, and no statement that grows with them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask

from app import audit
from app.database import db, transaction
from app.identity.operations import nobody

ENTRIES = 300


def test_many_entries_of_one_act_hold_together_and_cost_few_parameters(app: Flask) -> None:
    parameters: list[int] = []

    def note(_connection: Any, _cursor: Any, _statement: str, given: Any, _context: Any, many: bool) -> None:
        parameters.append(0 if many else len(given))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    with transaction():
        for place in range(ENTRIES):
            audit.record(
                "students/register", f"student:{place}", actor=nobody(), after={"place": place, "text": "\\王'"}
            )
    sa.event.remove(db.engine, "before_cursor_execute", note)

    events = audit.EVENTS.c
    written = db.session.execute(
        sa.select(events.subject).where(events.verb == "students/register").order_by(events.place)
    ).scalars()
    assert list(written) == [f"student:{place}" for place in range(ENTRIES)]
    assert list(audit.verify()) == []
    assert max(parameters) < 20
