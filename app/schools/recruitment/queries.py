"""Reads of recruiting scopes and plans."""

from __future__ import annotations

import sqlalchemy as sa

from app.database import db
from app.divisions.models import Division, Office
from app.schools.models import Quota, Stage
from app.schools.plans import Plan, PlanStatus, RecruitingScope


def scope_of(school_id: int) -> tuple[str, ...]:
    """The divisions from which the school recruits as from its own area; none while nothing has been set."""
    query = sa.select(RecruitingScope.division_code).where(RecruitingScope.school_id == school_id)
    return tuple(db.session.scalars(query.order_by(RecruitingScope.division_code)))


def cities_of_divisions() -> dict[str, str]:
    """Every division's code to the city it counts to; a county unit that acts as a city counts to itself."""
    acting = set(db.session.scalars(sa.select(Office.division_code).where(Office.acts_as_city)))
    codes = db.session.scalars(sa.select(Division.code))
    return {code: code if code in acting else f"{code[:4]}00" for code in codes}


def plan_of_case(case_id: int) -> Plan | None:
    plan: Plan | None = db.session.scalar(sa.select(Plan).where(Plan.case_id == case_id))
    return plan


def live_plan(school_id: int, stage: Stage, entry_year: int, source_id: int) -> Plan | None:
    """The school's plan for that source in that year, unless it has ended."""
    plan: Plan | None = db.session.scalar(
        sa.select(Plan).where(*_live(school_id, stage, entry_year), Plan.source_id == source_id)
    )
    return plan


def promised(school_id: int, stage: Stage, entry_year: int, *, but_for: int) -> int:
    """The caps of the cohort's live plans together. but_for -- the source whose own plan does not count."""
    total = sa.select(sa.func.coalesce(sa.func.sum(Plan.cap), 0))
    return db.session.scalar(total.where(*_live(school_id, stage, entry_year), Plan.source_id != but_for)) or 0


def _live(school_id: int, stage: Stage, entry_year: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Plan.school_id == school_id,
        Plan.stage == stage,
        Plan.entry_year == entry_year,
        Plan.status != PlanStatus.ENDED,
    )


def quota_of(school_id: int, stage: Stage, entry_year: int, *, held: bool = False) -> Quota | None:
    """The cohort's number. held -- locked until the transaction ends, so that two plans do not promise one seat."""
    query = sa.select(Quota).where(Quota.school_id == school_id, Quota.stage == stage, Quota.entry_year == entry_year)
    query = query.with_for_update().execution_options(populate_existing=True) if held else query
    quota: Quota | None = db.session.scalar(query)
    return quota
