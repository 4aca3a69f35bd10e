"""The verbs of a transfer that a diagram may call by name; those of the record stand in `students`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases import operations
from app.students.operations import CaseContext
from workflows import service_task


@service_task("case/follow_up")
def follow_up(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """纸质档案另行寄送: opens the paper archive's own case."""
    operations.open_follow_up("paper_archive", context)
