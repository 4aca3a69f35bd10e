"""Reading long lists where a condition is met by few rows, or by many: two ways, and how to tell which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.database import db
from app.students.models import Student

PAGE = 20
MOST = 6000  # that may be few: in a province of two million children


def look_up(keys: sa.Select[Any], query_for: Callable[[Any], sa.Select[Any]]) -> sa.Subquery:
    """What `query_for` finds for each of the keys, one after the other: never by reading the list beside them.

    PostgreSQL, which misjudges how many of a list bear a name or run through a process, is left no other way.
    """
    first = sa.select(keys.distinct().offset(0).subquery()).subquery()
    each = query_for(next(iter(first.c))).offset(0).lateral()
    return sa.select(each).select_from(first.join(each, sa.true())).subquery()


def looks_up() -> bool:
    """True on PostgreSQL; SQLite has no other way than to look rows up one by one, and no words to demand it."""
    return db.session.connection().dialect.name == "postgresql"


def are_few(query: sa.Select[Any]) -> bool:
    """True when looking up each of them takes no longer than reading a list until a page of such is found.

    Of n children in m, every m/n-th line is such; a page is full after 20 m/n lines: as many as n when n² is 20 m.
    """
    counted = sa.select(sa.func.count()).select_from(query.limit(MOST + 1).subquery()).scalar_subquery()
    children = sa.select(sa.func.max(Student.id)).scalar_subquery()
    found, all_of_them = db.session.execute(sa.select(counted, children)).one()
    return bool(found <= MOST and found * found <= PAGE * max(all_of_them or 0, MOST))
