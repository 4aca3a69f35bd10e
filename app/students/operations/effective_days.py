"""The day from which a change holds, as the verb that writes it finds it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db
from app.students.models import Student
from app.students.operations.context import CaseContext
from app.students.queries import last_change_of_standing
from app.students.rules.dates import life_of, objections_to_days
from workflows import Later

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


def effective_day(context: CaseContext, name: str, enrolment: Row) -> dt.date:
    """The day that the application names, once it has come.

    enrolment -- the one that changes; an ended one is about to be followed by another. Raises InvalidInput when the
    day is out of its bounds by now, Later while it lies ahead: nothing of the record is written by then.
    """
    asked = {name: context.application[name]}
    on, today = dt.date.fromisoformat(asked[name]), clock.today()
    born_on = db.session.scalar(sa.select(Student.born_on).where(Student.id == enrolment.student_id))
    life = life_of(enrolment, born_on, last_change_of_standing(enrolment.student_id, enrolment.epoch), today)
    policy = context.policy_for(enrolment.stage)
    for objection in objections_to_days(context.rules_of, asked, life, ahead=policy.get("ahead", 0)):
        raise objection
    if on > today:
        raise Later(on)
    return on
