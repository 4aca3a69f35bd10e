"""A transaction of which nothing stays: what would be, by the very verbs that would do it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa

from app.database import INSIDE, LAST, LATER, QUESTIONS, begin_immediate, db, write_kept
from app.errors import Stale

DRY = "dry run"  # of a session within `undone`


@contextlib.contextmanager
def undone(*, wait: float, longest: float) -> Iterator[None]:
    """What the block writes is read within it, and rolled back at its end, whatever happens.

    wait, longest -- on PostgreSQL the seconds for which the lock of another transaction is waited for, so that the
        block gives way to whoever means it, and those that a statement may take; on SQLite the block has the writer's
        place, so it must be short. Raises Stale where something else was in the way.
    """
    session = db.session
    session.rollback()
    session.info[INSIDE] = session.info[DRY] = True
    try:
        if session.connection().dialect.name == "sqlite":
            begin_immediate(session.connection())
        else:
            for name, seconds in (("lock_timeout", wait), ("statement_timeout", longest)):
                session.connection().exec_driver_sql(f"SET LOCAL {name} = {round(seconds * 1000)}")
        yield
    except sa.exc.OperationalError as error:
        raise Stale() from error
    finally:
        session.rollback()
        for left in (LATER, LAST, QUESTIONS, INSIDE, DRY):
            session.info.pop(left, None)


def settle() -> None:
    """End an act within `undone` as its transaction would: write what is kept for the end, ask what is asked there.

    What everybody locks last, the chains of the audit, is left alone. Raises what a question raises.
    """
    db.session.flush()
    write_kept()
    db.session.info.pop(LAST, None)
    for question in db.session.info.pop(QUESTIONS, []):
        question()


def in_dry_run() -> bool:
    """True within `undone`, where nothing is waited for that only time or somebody outside brings."""
    return bool(db.session.info.get(DRY))
