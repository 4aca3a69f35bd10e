"""A load of the demo province that was killed in the middle: known again at the next start, and cleared."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

import sqlalchemy as sa

from app.audit import AuditEvent
from app.database import db, end_reading
from app.errors import Refused
from app.identity.models import User
from app.students.models import Student

BEGUN, LOADED = "demo/begin", "demo/load"  # in the audit, with the first and after the last of what is loaded


class Unfinished(Refused):
    """What there is of the province is no demonstration, and cannot be completed: its parts follow one chance."""

    code = "E-DEMO-02"
    text = "演示数据没有装完：上次装入时中断。请另建一个空数据库后重新装入（内置数据库由系统自动清空重装）。"


class BeingLoaded(Refused):
    """Another process is at it."""

    code = "E-DEMO-03"
    text = "另一个进程正在装入演示数据，请等它完成。"


def is_unfinished() -> bool:
    """True when a load has begun and not come to its end; a province loaded before this was noted counts as whole."""
    if db.session.scalar(sa.select(User.id).where(User.is_demo).limit(1)) is None:  # most are no demonstration
        return False
    noted = set(db.session.scalars(sa.select(AuditEvent.verb).where(AuditEvent.verb.in_((BEGUN, LOADED)))))
    end_reading()
    return noted == {BEGUN}


def holds_somebody_real() -> bool:
    """True when a user or a child is in the database who is no demo person."""
    real = (sa.select(each.id).where(each.is_demo.is_(False)).limit(1) for each in (User, Student))
    return any(db.session.scalar(each) is not None for each in real)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Nobody else loads or clears the embedded database in the block. Raises BeingLoaded.

    A killed process lets go of it. On PostgreSQL nothing is ever cleared.
    """
    place = db.engine.url.database
    if db.engine.dialect.name != "sqlite" or not place or place == ":memory:":
        yield
        return
    descriptor = os.open(f"{place}.demo", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BeingLoaded() from error
        yield
    finally:
        os.close(descriptor)


def clear() -> None:
    """Empty the embedded database of a province that was not loaded to its end; the schema must be brought up anew.

    Raises Unfinished on PostgreSQL, which others may be using, and where anybody real has come since; BeingLoaded.
    """
    if db.engine.dialect.name != "sqlite" or holds_somebody_real():
        raise Unfinished()
    end_reading()
    with alone(), db.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        found = "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view', 'table') AND name NOT LIKE '{}'"
        named = connection.exec_driver_sql(found.format("sqlite\\_%' ESCAPE '\\")).all()
        for kind in ("trigger", "view", "table"):
            for name in (each.name for each in named if each.type == kind):
                connection.exec_driver_sql(f'DROP {kind.upper()} "{name}"')
    db.engine.dispose()  # with the connection that asks for no keys
