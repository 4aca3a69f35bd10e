"""Many rows in one statement: whatever they hold, they stand in the table as one by one, and in their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bulk import among, elements, insert_rows, update_rows
from app.database import Json, UtcDateTime, db, execute
from app.encryption import Sealed

NOW = dt.datetime(2026, 9, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
TEXTS = ["王", "", "a\tb\nc", "a\\b", "\"'", "𠮷 %s :x ?", "NULL"]


@pytest.fixture
def sheet(app: Flask) -> Iterator[sa.Table]:
    columns: list[Any] = [
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("word", sa.String(12)),
        sa.Column("at", UtcDateTime),
        sa.Column("day", sa.Date),
        sa.Column("good", sa.Boolean),
        sa.Column("raw", sa.LargeBinary),
        sa.Column("secret", Sealed),
        sa.Column("said", Json),
        sa.Column("kind", sa.String(10), default="usual"),
    ]
    made = sa.Table("bulk_sheet", sa.MetaData(), *columns)
    made.create(db.session.connection())
    yield made
    db.session.rollback()


def rows(many: int = 40) -> list[dict[str, Any]]:
    return [
        {
            "key": many - place,
            "word": TEXTS[place % len(TEXTS)] if place % 5 else None,
            "at": NOW + dt.timedelta(hours=place),
            "day": dt.date(2020, 2, 29) if place % 3 else None,
            "good": [True, False, None][place % 3],
            "raw": bytes([place % 256, 0, 255, 92]),
            "secret": f"机密{place}",
            "said": [{"a": TEXTS[place % len(TEXTS)]}, None] if place % 4 else [],
        }
        for place in range(many)
    ]


def test_rows_stand_there_as_they_were_given(sheet: sa.Table) -> None:
    insert_rows(sheet, rows())

    found = [dict(row) for row in execute(sa.select(sheet).order_by(sheet.c.key.desc())).mappings()]

    assert found == [{**row, "kind": "usual"} for row in rows()]


def test_a_text_that_is_too_long_is_refused_and_not_cut(sheet: sa.Table) -> None:
    if db.engine.dialect.name == "sqlite":
        return  # it knows no lengths
    with pytest.raises(sa.exc.DataError):
        insert_rows(sheet, [{"key": 1, "word": "字" * 13}])


def test_an_update_reaches_the_rows_it_names_and_says_how_many(sheet: sa.Table) -> None:
    insert_rows(sheet, rows())
    changed = [{"key": key, "word": f"新{key}", "raw": b"\0new"} for key in (1, 2, 3, 99)]

    assert update_rows(sheet, changed, sheet.c.key != 3, by="key") == 2

    found = execute(sa.select(sheet.c.key).where(sheet.c.raw == b"\0new").order_by(sheet.c.key)).scalars().all()
    assert found == [1, 2]


def test_conditions_and_elements_of_many(sheet: sa.Table) -> None:
    insert_rows(sheet, rows())

    for column, some in ((sheet.c.key, [3, 1, 99]), (sheet.c.word, ["a\\b", "𠮷 %s :x ?", "none"]), (sheet.c.key, [])):
        plain = execute(sa.select(sheet.c.key).where(column.in_(some)).order_by(sheet.c.key)).scalars().all()
        assert execute(sa.select(sheet.c.key).where(among(column, some)).order_by(sheet.c.key)).scalars().all() == plain
    given = elements(TEXTS)
    assert set(execute(sa.select(given.c.value)).scalars()) == set(TEXTS)


def test_a_thousand_rows_are_one_statement(sheet: sa.Table) -> None:
    if db.engine.dialect.name == "sqlite":
        return  # without a server there is no round trip
    said: list[Any] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        said.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    insert_rows(sheet, rows(1000))
    update_rows(sheet, [{"key": key, "word": "x"} for key in range(1000)], by="key")
    sa.event.remove(db.engine, "before_cursor_execute", note)

    assert len(said) == 2
    assert all(isinstance(parameters, dict) and len(parameters) < 6 for _, parameters in said)
