"""Precheck of recruiting beyond the own area: a school's scope, its plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access import Actor
from app.cases.openings.opening import REPAIRS, Opening, opens
from app.cases.openings.reorganisation import school_by_code
from app.cases.rules import next_tier
from app.errors import Missing, NotAllowed, Objected
from app.processes.queries import Edition
from app.schools.recruitment.queries import cities_of_divisions
from app.schools.recruitment.rules import objections_to_scope


class NotTheSuperior(NotAllowed):
    code = "E-OFFICE"
    text = "招生范围只能由学校的上级教育行政部门提出。"


@opens("recruiting_scope")
def open_scope(edition: Edition, application: Mapping[str, Any], *, profile: str, actor: Actor) -> Opening:
    """A case of the superior bureau. Raises Missing (no such school here), NotTheSuperior, or Objected."""
    school = school_by_code(application["school"])
    if school is None or not actor.answers_for(school.office.path):
        raise Missing()
    if school.office.superior_id != actor.office_id:
        raise NotTheSuperior(field="school")
    _check_scope(application)
    superior = school.office.superior
    return Opening({"next_tier": superior is not None and next_tier(superior) is not None})


def _check_scope(application: Mapping[str, Any], applicant_id: int = 0) -> Mapping[str, Any]:
    """Raises Objected with everything against the divisions asked for."""
    school = school_by_code(application["school"])
    if school is None:
        raise Missing()
    objections = list(objections_to_scope(school, application["divisions"], cities_of_divisions()))
    if objections:
        raise Objected(objections)
    return application


REPAIRS["recruiting_scope"] = _check_scope
