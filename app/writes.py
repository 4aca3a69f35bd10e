"""Writes that do not need each other's results, told as data: one round trip on PostgreSQL, one by one on SQLite.

Statements are built once for each shape of a group and kept, so that an act pays for its values alone. Where the first
of a group claims a row (an update that must find it), the others are written only if it has: whoever was too late
writes nothing, and hears so rather than which constraint it would have met.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

Table = Any  # sqlalchemy.Table, of which the statements below are made by the names of columns


@dataclass(frozen=True)
class Write:
    """A new row, or with `where` a change of the rows that have these values (a list: one of them)."""

    table: Table
    values: Mapping[str, Any]
    where: Mapping[str, Any] | None = None
    #: of a new row: the columns by which an earlier one is the same, which then stays …
    same_by: tuple[str, ...] = ()
    #: … among the rows of which this holds, as their unique index says
    same_if: str = ""
    #: … unless it has these values and is replaced ({}: always)
    replaces: Mapping[str, Any] | None = None
    #: what to raise when it has found no row, or written none
    lost: Callable[[], Exception] | None = None


@dataclass(frozen=True)
class _Shape:
    """Everything of a write but its values."""

    table: Table
    values: tuple[str, ...]
    where: tuple[tuple[str, str], ...] | None  # column, whether a value, a list or nothing is given
    same_by: tuple[str, ...]
    same_if: str
    replaces: tuple[str, ...] | None
    must: bool


def run(connection: sa.Connection, writes: Sequence[Write]) -> None:
    """Execute them, in their order where they are executed one by one. Raises what a `lost` of theirs gives."""
    postgres, whole = connection.dialect.name == "postgresql", [_with_defaults(each) for each in writes]
    groups = [whole] if postgres and len(whole) > 1 else [[each] for each in whole]
    for group in groups:
        shapes = tuple(_shape_of(each) for each in group)
        parameters = {name: value for place, each in enumerate(group) for name, value in _parameters(place, each)}
        if len(group) == 1:
            found = [connection.execute(_single(shapes[0], postgres), parameters).rowcount]
        else:
            found = list(connection.execute(_together(shapes), parameters).one())
        for each, count in zip(group, found, strict=True):
            if count < 1 and each.lost:
                raise each.lost()


def _with_defaults(write: Write) -> Write:
    """A new row with what its table says of columns that are not given."""
    if write.where is not None:
        return write
    given = {name: make() for name, make in _defaults(write.table) if name not in write.values}
    return replace(write, values={**write.values, **given}) if given else write


@functools.lru_cache(maxsize=256)
def _defaults(table: Table) -> list[tuple[str, Callable[[], Any]]]:
    return [(column.name, functools.partial(_made, column.default.arg)) for column in table.c if column.default]


def _made(given: Any) -> Any:
    return given(None) if callable(given) else given


def _shape_of(write: Write) -> _Shape:
    where = None
    if write.where is not None:
        where = tuple((name, _kind_of(value)) for name, value in write.where.items())
    replaces = None if write.replaces is None else tuple(write.replaces)
    same = write.same_by, write.same_if
    return _Shape(write.table, tuple(write.values), where, *same, replaces, write.lost is not None)


def _kind_of(value: Any) -> str:
    return "nothing" if value is None else "list" if isinstance(value, list) else "value"


def _parameters(place: int, write: Write) -> list[tuple[str, Any]]:
    return [
        *((f"v{place}_{name}", value) for name, value in write.values.items()),
        *((f"w{place}_{name}", value) for name, value in (write.where or {}).items() if value is not None),
        *((f"r{place}_{name}", value) for name, value in (write.replaces or {}).items()),
    ]


@functools.lru_cache(maxsize=512)
def _single(shape: _Shape, postgres: bool) -> Any:
    return _statement(0, shape, postgres).execution_options(preserve_rowcount=True)


@functools.lru_cache(maxsize=512)
def _together(shapes: tuple[_Shape, ...]) -> Any:
    """All of them as one statement, which gives how many rows each has written."""
    first = shapes[0]
    claim = _statement(0, first, True).returning(sa.literal(1).label("one")).cte("write_0")
    depend = claim if first.must and first.where is not None else None
    parts = [claim]
    for place, shape in enumerate(shapes[1:], start=1):
        statement = _statement(place, shape, True, depend)
        parts.append(statement.returning(sa.literal(1).label("one")).cte(f"write_{place}"))
    return sa.select(*(sa.select(sa.func.count()).select_from(part).scalar_subquery() for part in parts))


def _statement(place: int, shape: _Shape, postgres: bool, depend: Any = None) -> Any:
    columns = shape.table.c
    values = {name: _given(f"v{place}_{name}", columns[name]) for name in shape.values}
    if shape.where is not None:
        conditions = [_condition(f"w{place}_{name}", columns[name], kind) for name, kind in shape.where]
        if depend is not None:
            conditions.append(sa.exists(sa.select(sa.literal(1)).select_from(depend)))
        return sa.update(shape.table).where(*conditions).values(**values)
    insert = postgresql_insert(shape.table) if postgres else sqlite_insert(shape.table)
    if depend is not None:
        insert = insert.from_select(list(values), sa.select(*values.values()).select_from(depend))
    else:
        insert = insert.values(**values)
    if not shape.same_by:
        return insert
    if shape.replaces is None:
        only = sa.text(shape.same_if) if shape.same_if else None
        return insert.on_conflict_do_nothing(index_elements=list(shape.same_by), index_where=only)
    where = [columns[name] == _given(f"r{place}_{name}", columns[name]) for name in shape.replaces]
    changed = {name: insert.excluded[name] for name in shape.values if name not in shape.same_by}
    return insert.on_conflict_do_update(
        index_elements=list(shape.same_by), set_=changed, where=sa.and_(*where) if where else None
    )


def _condition(name: str, column: Any, kind: str) -> Any:
    if kind == "nothing":
        return column.is_(None)
    if kind == "list":
        return column.in_(sa.bindparam(name, type_=column.type, expanding=True))
    return column == _given(name, column)


def _given(name: str, column: Any) -> Any:
    return sa.bindparam(name, type_=column.type)
