"""补录: registrations that were applied for in time and not done before their cohort closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases import hooks
from app.cases.models import Case, CaseStatus
from app.cases.queries.case_reading import AnyCase
from app.database import db
from app.students.queries import locked_since
from app.students.rules.locks import last_moment

LOOKED_FOR = dt.timedelta(days=31)  # after a lock; whoever decides or works a list later marks it too


def cohort_of(case_id: int, process: str, application: Mapping[str, Any]) -> int | None:
    """The entry year whose children a case registers; None for any case that cannot come too late."""
    asked = hooks.cohort.of(process)
    return asked(case_id, application) if asked else None


def sentence_of(case: AnyCase) -> str | None:
    """What whoever decides a late list must know; None for a case that is in time, or was."""
    year = cohort_of(case.id, case.process_key, case.application)
    if year is None or (case.closed_at and not case.late_at):
        return None
    closes = locked_since(year)
    if not case.late_at and clock.now() < closes:
        return None
    return f"{year} 年新生信息已于 {last_moment(closes)}锁定，本件未在锁定前办结，转为补录；核准即同意补录。"


def to_be_marked(limit: int = 200) -> Sequence[Any]:
    """Open registrations whose cohort has closed and which do not say so yet: id, number, applicant_office_id."""
    now, year = clock.now(), clock.today().year
    lately = {each for each in (year, year - 1) if locked_since(each) <= now <= locked_since(each) + LOOKED_FOR}
    if not lately:
        return []
    rows = db.session.execute(
        sa.select(Case.id, Case.number, Case.applicant_office_id, Case.process_key, Case.application)
        .where(Case.process_key.in_(hooks.cohort.keys), Case.status != CaseStatus.CLOSED, Case.late_at.is_(None))
        .order_by(Case.id)
    )
    return [row for row in rows if cohort_of(row.id, row.process_key, row.application) in lately][:limit]
