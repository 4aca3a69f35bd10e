"""Many rows in one statement: what they hold goes over as one parameter, and the database makes rows of it.

A statement with a parameter for every row is composed, parsed and planned anew for each number of rows, and one
statement for each row is a round trip for each: on PostgreSQL both cost more than what they do.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.database import db, execute

Row = Mapping[str, Any]
PLACE = "place_in_the_list"  # beside the columns, so that rows are written in the order in which they were given


def among(column: Any, values: Iterable[Any]) -> Any:
    """The condition that the column is one of these texts or whole numbers, however many there are."""
    some = list(values)
    if db.session.connection().dialect.name == "postgresql":
        kind = sa.Integer if isinstance(column.type, sa.Integer) else sa.Text
        return column == sa.any_(sa.literal(some, postgresql.ARRAY(kind)))
    return column.in_(sa.select(sa.column("value")).select_from(sa.func.json_each(orjson.dumps(some).decode())))


def elements(texts: Sequence[str]) -> Any:
    """The texts as a selectable with the column `value`."""
    written = orjson.dumps(texts).decode()
    if db.session.connection().dialect.name == "postgresql":
        given = sa.func.json_array_elements_text(_as_json(written))
        return given.table_valued("value", name="given")
    return sa.func.json_each(written).table_valued("value", name="given")


def insert_rows(table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns; of the others each gets its default.

    What must hold of the rows is refused for all of them together, as by any statement.
    """
    if db.session.connection().dialect.name != "postgresql":
        execute(sa.insert(table), [dict(row) for row in rows])
        return
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in rows[0] and isinstance(column.default, sa.ColumnDefault) and column.default.is_scalar
    }
    names = [*rows[0], *defaults]
    given = _given(table, [{**row, **defaults} for row in rows], names)
    values = sa.select(*(_value(table, given, name) for name in names)).order_by(given.c[PLACE])
    execute(sa.insert(table).from_select(names, values))


def update_rows(table: sa.Table, rows: Sequence[Row], *conditions: Any, by: str) -> int:
    """Give each row found by the column `by` the other values named with it; how many were found.

    conditions -- what must hold of a row besides, without a list in it
    """
    names = [name for name in rows[0] if name != by]
    if db.session.connection().dialect.name == "postgresql":
        given = _given(table, rows, [by, *names])
        same = table.c[by] == given.c[by]
        values = {name: _value(table, given, name) for name in names}
        return int(execute(sa.update(table).where(same, *conditions).values(values)).rowcount)
    same = table.c[by] == sa.bindparam(f"given_{by}", type_=table.c[by].type)
    values = {name: sa.bindparam(f"given_{name}", type_=table.c[name].type) for name in names}
    several = [{f"given_{name}": value for name, value in row.items()} for row in rows]
    return int(execute(sa.update(table).where(same, *conditions).values(values), several).rowcount)


def _given(table: sa.Table, rows: Sequence[Row], names: Sequence[str]) -> Any:
    """The rows as PostgreSQL makes them of a JSON text."""
    dialect = db.session.connection().dialect
    acts = [(name, table.c[name].type.bind_processor(dialect)) for name in names]
    plain = [
        {PLACE: place, **{str(name): _plain(act(row[name]) if act else row[name]) for name, act in acts}}
        for place, row in enumerate(rows)
    ]
    columns = [sa.column(PLACE, sa.Integer), *(sa.column(name, _kind(table.c[name])) for name in names)]
    written = orjson.dumps(plain).decode()
    return (
        sa.func.json_to_recordset(_as_json(written))
        .table_valued(*columns, name="given")
        .render_derived(with_types=True)
    )


def _as_json(written: str) -> Any:
    return sa.cast(sa.literal(written, sa.Text), postgresql.JSON)


def _plain(value: Any) -> Any:
    value = getattr(value, "obj", value)  # of psycopg's Binary
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _kind(column: Any) -> Any:
    """As what PostgreSQL reads the value out of JSON: a text without a bound, so that none is cut off."""
    kind = _implemented(column)
    return sa.Text() if isinstance(kind, sa.String | sa.LargeBinary) else kind


def _value(table: sa.Table, given: Any, name: str) -> Any:
    value = given.c[name]
    return sa.func.decode(value, "base64") if isinstance(_implemented(table.c[name]), sa.LargeBinary) else value


def _implemented(column: Any) -> Any:
    return column.type.impl if isinstance(column.type, sa.types.TypeDecorator) else column.type
