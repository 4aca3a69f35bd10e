"""Rows in bulk: what was sent stands there as it was, whatever is in it, and no row costs a statement."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app.backup.loading import digest_of, fill
from app.backup.tables import lines, tables
from app.database import db

DAY = dt.datetime(2026, 9, 1, 2, 3, 4, tzinfo=dt.UTC)
TEXTS = ["王", "", "a\tb", "a\nb", "a\\b", r"\N", "\\.", "a\rb\vc\bd\fe", "\"'", "𠮷 %s :x ?", " "]
INSTANTS = [DAY, DAY.replace(microsecond=120000), DAY.replace(microsecond=1), DAY.replace(year=1), None]
ROWS = 2500


@pytest.fixture
def sheet(app: Any) -> Any:
    """A table with a column of every type that ours have, empty."""
    metadata = sa.MetaData()
    columns: list[Any] = [
        sa.Column("key", sa.String(20), primary_key=True),
        sa.Column("amount", sa.BigInteger),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column("day", sa.Date),
        sa.Column("good", sa.Boolean),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("text", sa.Text),
    ]
    made = sa.Table("loaded_sheet", metadata, *columns)
    connection = db.session.connection()
    made.create(connection)
    yield next(each for each in tables(connection) if each.name == "loaded_sheet")
    db.session.rollback()


def rows() -> list[list[Any]]:
    """In the order of the names of the columns, as the lines of a backup hold them."""
    found = []
    for place in range(ROWS):
        at = INSTANTS[place % len(INSTANTS)]
        found.append(
            [
                None if place % 7 == 0 else place * 10**12,
                at and at.isoformat(),
                f"{1900 + place % 150}-02-28",
                [True, False, None][place % 3],
                f"k{place:05d}",
                None if place % 5 == 0 else base64.b64encode(bytes([place % 256, 92, 0, 10])).decode(),
                TEXTS[place % len(TEXTS)] if place % 13 else None,
            ]
        )
    return found


def test_what_was_sent_is_what_stands_there(sheet: Any) -> None:
    connection, sent = db.session.connection(), rows()

    digest = fill(connection, sheet, [sent[:1000], sent[1000:1001], sent[1001:]])

    assert digest_of(connection, sheet) == digest
    assert [orjson.loads(line) for line in lines(connection, sheet)] == sent


def test_a_row_that_reads_otherwise_changes_the_digest(sheet: Any) -> None:
    connection = db.session.connection()
    digest = fill(connection, sheet, [rows()])

    connection.execute(sa.update(sheet).where(sheet.c.key == "k00001").values(text="别的"))

    assert digest_of(connection, sheet) != digest


def test_rows_cost_no_statements(sheet: Any) -> None:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    fill(db.session.connection(), sheet, [rows()])
    sa.event.remove(db.engine, "before_cursor_execute", note)

    assert [each for each in said if not each.startswith("SET LOCAL")] == []


@pytest.mark.parametrize(
    "row", [[1], [1, 2, 3, 4, 5, 6, 7, 8], [0, 1, 2, 3, 4, 5, 6], [0, None, None, None, "k", "§", ""]]
)
def test_a_row_of_another_table_is_refused(sheet: Any, row: list[Any]) -> None:
    with pytest.raises((ValueError, TypeError)):
        fill(db.session.connection(), sheet, [[row]])
