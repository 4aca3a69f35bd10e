"""The verbs of a whole school that a diagram may call by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.queries.open_cases import is_about, is_held
from app.students.operations import CaseContext, graduation, promotion, school_reversal
from workflows import service_task


@service_task("school/promote")
def promote(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """升级: the whole school, but for the children whom another case holds."""
    promotion.promote(context, is_held)


@service_task("school/graduate")
def graduate(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """毕业、结业、肄业: the last grade of the school, once nobody of it has an open case."""
    graduation.graduate(context, is_held)


@service_task("school/reverse")
def reverse_act(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """撤销毕业或升级: every child of that case back, or none."""
    school_reversal.reverse_act(context, is_about)
