"""The verbs of a change that a diagram may call by name; those of the record stand in `students`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases import operations
from app.students.operations import CaseContext
from workflows import service_task


@service_task("case/end_others_of_the_dead")
def end_others_of_the_dead(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """终止其他在办业务: whatever else was under way for a child who has died."""
    operations.terminate_others(context, "学生死亡，学籍已注销")
