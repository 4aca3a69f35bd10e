"""Reads of recruiting scopes and plans."""

from __future__ import annotations

import sqlalchemy as sa

from app.database import db
from app.divisions.models import Division, Office
from app.schools.plans import RecruitingScope


def scope_of(school_id: int) -> tuple[str, ...]:
    """The divisions from which the school recruits as from its own area; none while nothing has been set."""
    query = sa.select(RecruitingScope.division_code).where(RecruitingScope.school_id == school_id)
    return tuple(db.session.scalars(query.order_by(RecruitingScope.division_code)))


def cities_of_divisions() -> dict[str, str]:
    """Every division's code to the city it counts to; a county unit that acts as a city counts to itself."""
    acting = set(db.session.scalars(sa.select(Office.division_code).where(Office.acts_as_city)))
    codes = db.session.scalars(sa.select(Division.code))
    return {code: code if code in acting else f"{code[:4]}00" for code in codes}
