"""What both doors, the pages and the programs, do after a decision has committed."""

from __future__ import annotations

import contextlib

import sqlalchemy as sa

from app.cases import operations
from app.cases.models import Case
from app.database import db, execute, table, transaction
from app.errors import Stale
from app.processes.queries import ROW, edition

CASES = table(Case)


def work_at_once(case_id: int) -> str:
    """Work the first rows of a list that was just released, so that a short one is done when the answer comes.

    In a transaction of its own: the decision stands whatever becomes of it, and the worker goes on with the rest.
    Return the case's number.
    """
    case = execute(sa.select(CASES.c.number, CASES.c.version_id).where(CASES.c.id == case_id)).one()
    if ROW in edition(case.version_id).forms:
        db.session.rollback()
        with contextlib.suppress(Stale), transaction():
            operations.work_chunk(case_id)
    return str(case.number)
