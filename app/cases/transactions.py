"""What pages and programming interface both do around an act: submit it once, and work on after it committed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases import operations
from app.cases.models import Case
from app.database import end_reading, execute, table, transaction
from app.definitions.queries import ROW, compiled_version
from app.errors import Refused, Stale

CASES = table(Case)


def submit_once(
    key: str | None, content: Any, act: Callable[[], int], *, actor: Actor, reads_first: bool = False
) -> int:
    """Do `act` in a transaction, once; an equal submission at once, or again under its key, gets the first's answer.

    key -- the sender's name for it, None without; content -- what tells it from every other one; act -- returns a
    case's id, which is returned. Raises KeyReused (E-KEY), and what `act` raises unless an equal one has done it.
    """
    what = operations.submitted(key, content, actor=actor)
    seen = what.before()
    if seen is not None and what.keyed:
        return seen
    try:
        with transaction(reads_first=reads_first):
            return operations.run_once(what, act, seen=seen)
    except Refused:  # by whatever the equal one has written: a claim, a held child, the submission itself
        first = what.before()
        if first is None or first == seen:
            raise
        return first


def work_at_once(case_id: int) -> str:
    """Work the first rows of a list that was just released, so that a short one is done when the answer comes.

    In a transaction of its own: the decision stands whatever becomes of it, and the worker goes on with the rest.
    Return the case's number.
    """
    case = execute(sa.select(CASES.c.number, CASES.c.version_id).where(CASES.c.id == case_id)).one()
    if ROW in compiled_version(case.version_id).forms:
        end_reading()
        with contextlib.suppress(Stale), transaction():
            operations.work_chunk(case_id)
    return str(case.number)
