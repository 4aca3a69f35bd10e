"""转为补录: a registration that its lock has overtaken says so, before anything of it is written."""

from __future__ import annotations

import functools
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases.models import Case, CaseStatus, Notice, NoticeKind, Task, TaskStatus
from app.cases.queries.late_registrations import cohort_of
from app.database import ask_at_commit, db
from app.errors import Stale
from app.students.operations import CaseContext
from app.students.operations.locking import is_closed

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


def overtaken(case: Row, context: CaseContext) -> None:
    """Mark the case as late once its cohort has closed; in time, see to it that it is in time at the commit too.

    Raises Stale at the commit when the cohort has closed in between: tried again, it is late.
    """
    year = cohort_of(case.case_id, context.process, case.application)
    if year is None or case.late_at is not None:
        return
    if is_closed(year):
        context.claim()
        mark_late(case.case_id, case.number, case.applicant_office_id, actor=context.actor)
    else:
        ask_at_commit(functools.partial(_still_open, year))


def _still_open(year: int) -> None:
    if is_closed(year):
        raise Stale()


def mark_late(case_id: int, number: str, applicant_office_id: int, *, actor: Actor) -> bool:
    """Let an open case say that it goes on as 补录, and tell its offices; False when it has said so already."""
    now = clock.now()
    marked = db.session.execute(
        sa.update(Case)
        .where(Case.id == case_id, Case.late_at.is_(None), Case.status != CaseStatus.CLOSED)
        .values(late_at=now)
    )
    if marked.rowcount != 1:  # type: ignore[attr-defined]
        return False
    waiting = db.session.scalars(
        sa.select(Task.office_id).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
    )
    text = f"办件 {number} 未在新生信息锁定前办结，转为补录，须经上级教育行政部门作为补录核准。"
    rows = [
        {"case_id": case_id, "office_id": office, "kind": NoticeKind.RESULT, "text": text, "at": now}
        for office in sorted({applicant_office_id, *waiting})
    ]
    db.session.execute(sa.insert(Notice), rows)
    audit.record("cases/late", f"case:{number}", actor=actor, after={"late_at": now.isoformat()})
    return True
