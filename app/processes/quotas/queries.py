"""Reads of the numbers of schools, to be seen beside a form and a case."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Case
from app.database import db
from app.divisions.models import Office
from app.schools.models import Quota, Stage

MOST = 300  # numbers shown beside a form


def quotas_of(case: Case) -> Sequence[Quota]:
    """The number that the case is about as it stands now, with what of it is used and reserved."""
    asked = case.application
    school = sa.select(Office.id).where(Office.code == asked.get("school", "")).scalar_subquery()
    cohort = (Quota.stage == Stage(asked["stage"]), Quota.entry_year == asked["year"])
    return db.session.scalars(sa.select(Quota).where(Quota.school_id == school, *cohort)).all()


def quotas_before(actor: Actor) -> Sequence[Quota]:
    """What the actor's school, or each school right below its bureau, has now, to be seen beside the form."""
    since = clock.school_year(clock.today()) - 2
    return db.session.scalars(
        sa.select(Quota)
        .join(Office, Office.id == Quota.school_id)
        .where(sa.or_(Office.id == actor.office_id, Office.superior_id == actor.office_id), Quota.entry_year >= since)
        .order_by(Office.code, Quota.stage, Quota.entry_year.desc())
        .limit(MOST)
    ).all()
