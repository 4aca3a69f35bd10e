"""A forger may write into a column of SQLite what it cannot hold: the row is named, and nothing after it is hidden.

PostgreSQL refuses such a value itself.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import audit
from app.auditing.queries import reconciliation
from app.backup.triggers import unguarded
from app.database import Model, db
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

ROWS = {
    "text for bytes": ("cases", "state", "'abc'"),
    "no instant": ("task", "deadline", "'garbage'"),
    "a number for an instant": ("task", "arrived_at", "12345"),
    "bytes for a text": ("cases", "application", "x'7b7d'"),
    "bytes for a day": ("student", "born_on", "x'ff'"),
    "no day": ("enrolment", "starts_on", "'no day'"),
    "a text that is none": ("student", "name", "CAST(x'ff' AS TEXT)"),
    "a text for a number": ("quota", "used", "'many'"),
    "neither yes nor no": ("student", "contested", "'maybe'"),
    "no standing": ("enrolment", "standing", "'nowhere'"),
}
EVENTS = {
    "no seals": ("audit_event", "seals", "'x'"),
    "seals as bytes": ("audit_event", "seals", "x'ff'"),
    "a number without end": (
        "audit_event",
        "seals",
        """'{"number": 1000000000000000000000000000000, "rows": {"a": {"1": "x"}}}'""",
    ),
    "no time": ("audit_event", "at", "'x'"),
    "no place": ("audit_event", "place", "'x'"),
    "bytes for content": ("audit_event", "content", "x'ff'"),
    "a text that is none": ("audit_event", "content", "CAST(x'ff' AS TEXT)"),
    "no head": ("audit_chain", "place", "'x'"),
}


def forge(name: str, column: str, value: str) -> None:
    """Write the value into the last row of the table that says anything there, checks and guards down."""
    connection = db.session.connection()
    db.session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))
    with unguarded(connection, list(Model.metadata.tables.values())):
        last = f'SELECT max(rowid) FROM "{name}" WHERE "{column}" IS NOT NULL'
        done = db.session.execute(
            sa.text(f'UPDATE "{name}" SET "{column}" = {value} WHERE rowid = ({last})'.replace(":", "\\:"))
        )
    assert getattr(done, "rowcount", 0) == 1
    db.session.execute(sa.text("PRAGMA ignore_check_constraints = OFF"))


def further() -> None:
    """Another forgery, of an ordinary kind, that must not be hidden by the first."""
    with unguarded(db.session.connection(), list(Model.metadata.tables.values())):
        db.session.execute(sa.text("UPDATE office SET name = 'forged' WHERE rowid = (SELECT max(rowid) FROM office)"))
        db.session.execute(
            sa.text("UPDATE task SET office_id = office_id + 1 WHERE rowid = (SELECT min(rowid) FROM task)")
        )


@on_sqlite
@pytest.mark.parametrize("kind", ROWS)
def test_a_row_with_what_its_column_cannot_hold_is_named(submitted: Story, kind: str) -> None:
    name, column, value = ROWS[kind]
    forge(name, column, value)
    further()

    said = [fault.text for fault in audit.verify()]
    reconciled = list(reconciliation.reconcile())

    for found in (said, reconciled):
        assert any(f"（{name}）" in each and "被改动" in each for each in found), found
        assert any("（office）" in each for each in found)
        assert any("（task）" in each for each in found)
    assert sum("被改动" in each for each in said) <= 3
    db.session.rollback()


@on_sqlite
@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_with_what_its_column_cannot_hold_is_named(submitted: Story, kind: str) -> None:
    name, column, value = EVENTS[kind]
    chain = db.session.scalar(
        sa.text(f'SELECT chain FROM {name} WHERE "{column}" IS NOT NULL ORDER BY rowid DESC LIMIT 1')
    )
    forge(name, column, value)
    further()

    said = [(fault.chain, fault.text) for fault in audit.verify()]

    assert any((at == chain and "日志" in text) or "链首" in text for at, text in said), said
    assert any("（office）" in text for _, text in said)
    db.session.rollback()
