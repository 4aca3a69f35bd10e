"""Precheck of setting and changing a school's number (核定学籍总数): only its own superior sets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.database import db
from app.definitions.queries import CompiledVersion
from app.errors import InvalidInput, Missing, Objected, Refused
from app.schools.models import School, Stage
from app.schools.queries import quota_of, school_right_below
from app.schools.rules import NotItsSuperior, objections_to_total


@hooks.precheck("quota_setting")
def open_setting(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P03, a case of the superior bureau. Raises NotItsSuperior, Missing, or Objected."""
    return _opening(school_right_below(actor, application["school"], NotItsSuperior), application)


@hooks.precheck("quota_change")
def open_change(version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """P04, asked by the school itself. Raises Objected."""
    school = db.session.get(School, actor.office_id)
    if school is None:
        raise Missing()
    opening = _opening(school, application)
    return Opening(application={**application, "school": school.office.code}, facts=opening.facts)


def _opening(school: School, application: Mapping[str, Any]) -> Opening:
    stage, year = Stage(application["stage"]), application["year"]
    objections: list[Refused] = list(
        objections_to_total(
            school, quota_of(school.id, stage, year), stage, application["total"], application.get("outside")
        )
    )
    if not clock.school_year(clock.today()) - 6 <= year <= clock.today().year + 1:
        objections.append(InvalidInput(sentence="入学年份不在可设定的范围内。", field="year"))
    if objections:
        raise Objected(objections)
    return Opening()
