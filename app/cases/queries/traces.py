"""Which of the things that few cases have there are of one, so that a page reads none of them in vain."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.cases.models import Advice, CaseCopy, Halt, Task
from app.cases.queries.facts import EFFECT_COLUMNS
from app.cases.queries.oversight import HURRIES
from app.cases.rules.permissions import Effects
from app.database import db
from app.students.models import Directive


@dataclass(frozen=True)
class Traces:
    """What a case has led to, and what few cases have."""

    effects: Effects
    hurried: bool  # was urged or supervised, or a calendar has moved a deadline of it
    paused: bool  # by an office, now or before
    copied: bool  # to a party
    advised: bool  # a colleague was asked about a task
    issued: bool  # a directive, in force or not


def traces_of(case_id: int) -> Traces:
    """What there is to read of that case beside its tasks and decisions, in one statement."""
    directive, released, written, *others = db.session.execute(TRACES, {"case": case_id}).one()
    return Traces(Effects(directive, released, written), *others)


_case: sa.BindParameter[int] = sa.bindparam("case")
#: built once: the page of every case asks it
TRACES = sa.select(
    *EFFECT_COLUMNS,
    sa.exists().where(*HURRIES),
    sa.exists().where(Halt.case_id == _case, Halt.office_id.is_not(None)),
    sa.exists().where(CaseCopy.case_id == _case),
    sa.exists().where(Task.case_id == _case, Advice.task_id == Task.id),
    sa.exists().where(Directive.case_id == _case),
)
