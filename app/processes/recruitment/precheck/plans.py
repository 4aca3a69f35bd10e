"""Precheck of recruiting beyond the own area: a school's scope, its plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.cases.rules import next_tier
from app.database import db
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import office_by_code
from app.errors import Missing, NotAllowed, Objected, Refused, WrongOffice
from app.processes.recruitment.models import PlanKind
from app.processes.recruitment.queries import live_plan, promised
from app.processes.recruitment.rules import PlanThere, objections_to_cap, objections_to_dates, objections_to_source
from app.schools.models import STAGE_NAMES, School, Stage
from app.schools.queries import cities_of_divisions, quota_of, school_by_code, school_right_below, scope_of
from app.schools.rules import city_of, objections_to_scope


class NotTheSuperior(WrongOffice, NotAllowed):
    text = "招生范围只能由学校的上级教育行政部门提出。"


@hooks.precheck("recruiting_scope")
def open_scope(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """A case of the superior bureau. Raises Missing (no such school here), NotTheSuperior, or Objected."""
    school = school_right_below(actor, application["school"], NotTheSuperior)
    _check_divisions(application)
    superior = school.office.superior
    return Opening({"next_tier": superior is not None and next_tier(superior) is not None})


@hooks.repair("recruiting_scope")
def _scope_repaired(version: CompiledVersion, application: Mapping[str, Any], case: hooks.Row) -> Mapping[str, Any]:
    _check_divisions(application)
    return application


def _check_divisions(application: Mapping[str, Any]) -> None:
    """Raises Objected with everything against the divisions asked for."""
    school = school_by_code(application["school"])
    if school is None:
        raise Missing()
    objections = list(objections_to_scope(school, application["divisions"], cities_of_divisions()))
    if objections:
        raise Objected(objections)


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@hooks.precheck("plan_cross_county", "plan_cross_city")
def open_plan(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P07 跨县（市、区）招生方案, P08 跨设区市招生方案, asked by the school. Raises Missing, or Objected."""
    school = db.session.get(School, actor.office_id)
    if school is None:
        raise Missing()
    kind, source = PlanKind(version.key.removeprefix("plan_")), office_by_code(application["source"])
    objections = list(objections_to_source(kind, school.office, source, scope_of(school.id)))
    objections += _about_the_figures(school, source, application)
    if source is not None:
        objections += _about_another_plan(school, source, application)
    if objections or source is None:
        raise Objected(objections)
    facts, offices = _asked_of(kind, school.office, source)
    kept = {"school": school.office.code, **application}
    return Opening(facts, receiving=school.office, offices=offices, application=kept)


def _about_the_figures(school: School, source: Office | None, application: Mapping[str, Any]) -> Iterator[Refused]:
    stage, year = Stage(application["stage"]), application["entry_year"]
    yield from objections_to_dates(year, dt.date.fromisoformat(application["closes_on"]), clock.today())
    others = promised(school.id, stage, year, but_for=source.id if source else 0)
    yield from objections_to_cap(application["cap"], school, stage, year, quota_of(school.id, stage, year), others)


def _about_another_plan(school: School, source: Office, application: Mapping[str, Any]) -> Iterator[Refused]:
    stage, year = Stage(application["stage"]), application["entry_year"]
    if live_plan(school.id, stage, year, source.id) is not None:
        yield PlanThere(year=year, stage=STAGE_NAMES[stage], source=source.name, field="source")


@hooks.repair("plan_cross_county", "plan_cross_city")
def _plan_repaired(version: CompiledVersion, application: Mapping[str, Any], case: hooks.Row) -> Mapping[str, Any]:
    """Other figures for the same source. Raises Objected."""
    school = db.session.get_one(School, case.applicant_office_id)
    objections = list(_about_the_figures(school, office_by_code(application["source"]), application))
    if objections:
        raise Objected(objections)
    return application


def _asked_of(kind: PlanKind, school: Office, source: Office) -> tuple[dict[str, bool], dict[str, Office]]:
    """What the diagram must know of a plan, and the offices of both sides."""
    local, city = _county_of(school), _city_bureau(school)
    if kind is PlanKind.CROSS_COUNTY:
        offices = {"local_bureau": local, "source_bureau": source, "filing_bureau": city}
        return {"endorse": local.id != school.superior_id}, offices
    other = _city_bureau(source)
    offices = {"local_city": city, "source_city": other, "filing_bureau": _above(city)}
    if local.id != city.id:
        offices["local_county"] = local
    if source.id != other.id:
        offices["source_county"] = source
    return {"local_opinion": "local_county" in offices, "source_opinion": "source_county" in offices}, offices


def _county_of(school: Office) -> Office:
    """The county bureau where the school stands; above a city's school whose county nobody has told, the city's."""
    above = school.superior
    assert above is not None
    if above.kind in (OfficeKind.COUNTY, OfficeKind.ZONE):
        return above
    found: Office | None = db.session.scalar(
        sa.select(Office).where(Office.kind == OfficeKind.COUNTY, Office.division_code == school.division_code)
    )
    return found or above


def _city_bureau(office: Office) -> Office:
    bureau = office_by_code(city_of(office))
    if bureau is None:
        raise Missing()
    return bureau


def _above(bureau: Office) -> Office:
    above = next_tier(bureau)
    if above is None:
        raise Missing()
    return above
