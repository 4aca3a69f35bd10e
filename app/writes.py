"""Writes that do not need each other's results, told as data: one round trip on PostgreSQL, one by one on SQLite.

Statements are built once for each shape of a group and kept, so that an act pays for its values alone. Where the first
of a group claims a row (an update that must find it), the others are written only if it has: whoever was too late
writes nothing, and hears so rather than which constraint it would have met.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
    #: … unless it has these values and is replaced ({}: always)
    replaces: Mapping[str, Any] | None = None
    #: what to raise when it has found no row, or written none
    lost: Callable[[], Exception] | None = None


@dataclass(frozen=True)
class _Shape:
    """Everything of a write but its values."""

    table: Table
    values: tuple[str, ...]
    where: tuple[tuple[str, bool], ...] | None  # column, whether a list is given
    same_by: tuple[str, ...]
    replaces: tuple[str, ...] | None
    must: bool


def run(connection: sa.Connection, writes: Sequence[Write]) -> None:
    """Execute them, in their order where they are executed one by one. Raises what a `lost` of theirs gives."""
    postgres = connection.dialect.name == "postgresql"
    groups = [list(writes)] if postgres and len(writes) > 1 else [[each] for each in writes]
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


def _shape_of(write: Write) -> _Shape:
    where = None
    if write.where is not None:
        where = tuple((name, isinstance(value, list)) for name, value in write.where.items())
    replaces = None if write.replaces is None else tuple(write.replaces)
    return _Shape(write.table, tuple(write.values), where, write.same_by, replaces, write.lost is not None)


def _parameters(place: int, write: Write) -> list[tuple[str, Any]]:
    return [
        *((f"v{place}_{name}", value) for name, value in write.values.items()),
        *((f"w{place}_{name}", value) for name, value in (write.where or {}).items()),
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
        conditions = [
            columns[name].in_(sa.bindparam(f"w{place}_{name}", type_=columns[name].type, expanding=True))
            if several
            else columns[name] == _given(f"w{place}_{name}", columns[name])
            for name, several in shape.where
        ]
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
        return insert.on_conflict_do_nothing(index_elements=list(shape.same_by))
    where = [columns[name] == _given(f"r{place}_{name}", columns[name]) for name in shape.replaces]
    changed = {name: insert.excluded[name] for name in shape.values if name not in shape.same_by}
    return insert.on_conflict_do_update(
        index_elements=list(shape.same_by), set_=changed, where=sa.and_(*where) if where else None
    )


def _given(name: str, column: Any) -> Any:
    return sa.bindparam(name, type_=column.type)
