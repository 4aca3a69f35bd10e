"""The verb of a school's number that a diagram may call by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.divisions.queries import office_by_code
from app.errors import Missing
from app.schools.models import Stage
from app.schools.operations import set_total
from app.students.operations import CaseContext
from workflows import service_task


@service_task("quota/set")
def set_quota(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """核定学籍总数: the number of one cohort of one school, as the application names it."""
    context.claim()
    asked = context.application
    school = office_by_code(asked["school"])
    if school is None:
        raise Missing()
    set_total(
        school.id,
        Stage(asked["stage"]),
        asked["year"],
        asked["total"],
        basis=asked["basis"],
        case_id=context.case_id,
        actor=context.actor,
        outside=asked.get("outside"),
    )
