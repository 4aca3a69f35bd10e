"""Number series without gaps: the next number is taken in the transaction that uses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, db, execute, table


class NumberSequence(Model):
    """编号序列 – the last number given out under a key, such as one office's directives of one year."""

    __tablename__ = "series"

    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    last: Mapped[int]


def insert_for() -> Callable[..., Any]:
    """The INSERT that can say ON CONFLICT, of the engine in use."""
    return sqlite_insert if db.session.connection().dialect.name == "sqlite" else postgresql_insert


def next_in(key: str, count: int = 1) -> int:
    """Take `count` numbers from the series and return the first; the row stays locked until the commit.

    A rollback gives them back, so the series has no gaps.
    """
    last: int = execute(_taking(key, count)).scalar_one()
    return last - count + 1


def next_with(key: str, query: Any) -> tuple[int, Sequence[Any]]:
    """Take a number and read the rows of `query`, one at least: on PostgreSQL in one round trip."""
    if db.session.connection().dialect.name != "postgresql":
        return next_in(key), db.session.execute(query).all()
    taken = sa.select(_taking(key, 1).cte("taken").c.last).scalar_subquery()
    rows = db.session.execute(query.add_columns(taken.label("taken"))).all()
    return rows[0].taken, rows


def _taking(key: str, count: int) -> Any:
    return (
        insert_for()(table(NumberSequence))
        .values(key=key, last=count)
        .on_conflict_do_update(index_elements=["key"], set_={"last": NumberSequence.last + count})
        .returning(NumberSequence.last)
    )
