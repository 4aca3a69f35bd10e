"""Reads of schools."""

from __future__ import annotations

import sqlalchemy as sa

from app.access import Actor
from app.database import db
from app.divisions.models import Division, Office
from app.divisions.queries import office_by_code
from app.errors import Missing, NotAllowed
from app.schools.models import GRADES, Quota, RecruitingScope, School, Stage, entry_year_of, grades_in, stage_of


def school_by_code(code: str) -> School | None:
    office = office_by_code(code)
    return db.session.get(School, office.id) if office else None


def grades_at(office_id: int) -> dict[str, str]:
    """The grades to choose from at an office: those of a school's own stages; for a bureau all there are."""
    school = db.session.get(School, office_id)
    return grades_in(school.stages) if school else GRADES


def school_right_below(actor: Actor, code: str, refusal: type[NotAllowed]) -> School:
    """The school of that code, for the bureau that is its own superior.

    Raises Missing outside the jurisdiction, `refusal` for a tier above the superior.
    """
    school = school_by_code(code)
    if school is None or not actor.answers_for(school.office.path):
        raise Missing()
    if school.office.superior_id != actor.office_id:
        raise refusal(field="school")
    return school


def scope_of(school_id: int) -> tuple[str, ...]:
    """The divisions from which the school recruits as from its own area; none while nothing has been set."""
    query = sa.select(RecruitingScope.division_code).where(RecruitingScope.school_id == school_id)
    return tuple(db.session.scalars(query.order_by(RecruitingScope.division_code)))


def cities_of_divisions() -> dict[str, str]:
    """Every division's code to the city it counts to; a county unit that acts as a city counts to itself."""
    acting = set(db.session.scalars(sa.select(Office.division_code).where(Office.acts_as_city)))
    codes = db.session.scalars(sa.select(Division.code))
    return {code: code if code in acting else f"{code[:4]}00" for code in codes}


def quota_of(school_id: int, stage: Stage, entry_year: int, *, held: bool = False) -> Quota | None:
    """The cohort's number. held -- locked until the transaction ends, so that two plans do not promise one seat."""
    query = sa.select(Quota).where(Quota.school_id == school_id, Quota.stage == stage, Quota.entry_year == entry_year)
    query = query.with_for_update().execution_options(populate_existing=True) if held else query
    quota: Quota | None = db.session.scalar(query)
    return quota


def seats_by_grade(school: School, school_year: int) -> dict[str, Quota | None]:
    """The number behind each grade of the school's stages in that school year; None where none has been set."""
    found = db.session.scalars(sa.select(Quota).where(Quota.school_id == school.id))
    quotas = {(each.stage, each.entry_year): each for each in found}
    grades = grades_in(school.stages)
    return {grade: quotas.get((stage_of(grade), entry_year_of(grade, school_year))) for grade in grades}
