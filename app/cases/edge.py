"""What both doors, the pages and the programs, do after a decision has committed."""

from __future__ import annotations

import contextlib

import sqlalchemy as sa

from app.cases import operations
from app.cases.forms import has_list
from app.cases.models import Case
from app.database import db, transaction
from app.errors import Stale


def work_at_once(number: str) -> None:
    """Work the first rows of a list that was just released, so that a short one is done when the answer comes.

    In a transaction of its own: the decision stands whatever becomes of it, and the worker goes on with the rest.
    """
    case = db.session.scalar(sa.select(Case).where(Case.number == number))
    if case is None or not has_list(case):
        return
    case_id = case.id
    db.session.rollback()
    with contextlib.suppress(Stale), transaction():
        operations.work_chunk(case_id)
