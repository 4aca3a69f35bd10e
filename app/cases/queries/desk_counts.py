"""How much lies in each list of whoever acts: all of it in one statement, each counted no further than MOST_COUNTED."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Case, CaseCopy, CaseOffice, CasePerson, Notice, Task
from app.cases.queries.form_drafts import NOT_SENT_BY, OF_POST
from app.cases.queries.tasks import CLOCK_RUNS, PAUSED_CASES, counted
from app.cases.rules.deadlines import deadline_bounds
from app.database import db
from app.web.formatting import MOST_COUNTED


@dataclass(frozen=True)
class DeskCounts:
    """待办, 催办, 待阅, 通知, 草稿, 在办, 办结 and 我发起 of one post; of 待办 also the lights, where asked for."""

    waiting: int
    urged: int
    copies: int
    unread: int
    drafts: int
    running: int
    closed: int
    applied: int
    red: int = 0
    yellow: int = 0
    paused: int = 0


def desk_counts(actor: Actor, now: dt.datetime | None = None) -> DeskCounts:
    """The counts of the actor's lists; now -- count the lights too, as they are at that moment."""
    asked = {"office": actor.office_id, "duty": actor.duty, "user": actor.user_id}
    if now is None:
        return DeskCounts(*db.session.execute(COUNTS, asked).one())
    soon, since = deadline_bounds("yellow", now)
    return DeskCounts(*db.session.execute(WITH_LIGHTS, {**asked, "now": since, "soon": soon}).one())


def _rows(*conditions: Any, order: Any = None) -> Any:
    """How many rows meet the conditions; order -- the column by which their index goes on: named, the index is read,
    whatever the statistics say of the table, which otherwise is read where most of it seems to be this office's.
    """
    rows = sa.select(sa.literal(1)).where(*conditions).order_by(order).limit(MOST_COUNTED)
    return sa.select(sa.func.count()).select_from(rows.subquery()).scalar_subquery()


_office: Any = sa.bindparam("office")
_OWN = CaseOffice.office_id == _office, CaseOffice.own.is_(True)
#: built once: it stands on every page
COUNTS = sa.select(
    counted().scalar_subquery(),
    counted(Task.urged_at.is_not(None)).scalar_subquery(),
    _rows(CaseCopy.office_id == _office, CaseCopy.read_at.is_(None)),
    _rows(Notice.office_id == _office, Notice.read_at.is_(None), order=Notice.id),
    _rows(*OF_POST, NOT_SENT_BY),
    _rows(CasePerson.user_id == sa.bindparam("user"), order=CasePerson.case_id),  # of one's posts together
    _rows(*_OWN, CaseOffice.closed.is_(True), order=CaseOffice.case_id),
    _rows(Case.applicant_office_id == _office),
)
WITH_LIGHTS = COUNTS.add_columns(
    counted(Task.deadline < sa.bindparam("now"), CLOCK_RUNS).scalar_subquery(),
    counted(Task.deadline >= sa.bindparam("now"), Task.deadline < sa.bindparam("soon"), CLOCK_RUNS).scalar_subquery(),
    counted(Task.case_id.in_(PAUSED_CASES)).scalar_subquery(),
)
