"""The verbs of a case that a diagram may call by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases import operations
from app.students.operations import CaseContext
from workflows import service_task


@service_task("rows/conclude")
def conclude(context: CaseContext, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """名单办理完毕: how many were registered decides how the case ends."""
    return operations.conclude(context)
