"""The one way a case closes: by its diagram, by recall, from outside, or as soon as it has opened."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.cases import hooks
from app.cases.hooks import Closing
from app.cases.models import Case, CaseStatus
from app.cases.rules.ended_cases import too_late
from app.database import execute, table, write_together
from app.errors import Stale
from app.writes import Write

CASES = table(Case)
Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


def claim_case(case: Row, **values: Any) -> None:
    """Raise the case's revision, writing `values` with it. Raises Stale when somebody else has done so, Recalled."""
    write_together(claim_of(case, **values))


def claim_of(case: Row, **values: Any) -> Write:
    """The same, to be written."""

    def lost() -> Stale:
        return too_late(execute(sa.select(CASES.c.outcome).where(CASES.c.id == case.case_id)).scalar())

    same = {"id": case.case_id, "revision": case.revision}
    return Write(CASES, {"revision": case.revision + 1, **values}, same, lost=lost)


def close(closing: Closing, *, claim: Row | None = None, **more: Any) -> None:
    """Close a case, writing `more` of its columns with it, and let its process end what hangs on it (`on_close`).

    claim -- the case as it was read, where nobody has claimed it yet. Raises Stale, Recalled when it is no more so.
    """
    write_together(*closing_writes(closing, claim=claim, **more))


def closing_writes(closing: Closing, *, claim: Row | None = None, **more: Any) -> list[Write]:
    """The same, to be written; nothing is left to write where the process ends something that reads the case closed."""
    values = {"status": CaseStatus.CLOSED, "outcome": closing.outcome, "closed_at": closing.at, **more}
    if closing.because:
        values["ended_because"] = closing.because
    write = Write(CASES, values, {"id": closing.case_id}) if claim is None else claim_of(claim, **values)
    if end := hooks.on_close.of(closing.process):
        write_together(write)
        end(closing)
        return []
    return [write]
