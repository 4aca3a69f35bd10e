"""The verb of a reorganisation that a diagram may call by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.processes.reorganisation import operations
from app.students.operations import CaseContext
from workflows import service_task


@service_task("school/reorganise")
def reorganise(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """学校撤并、更名或划转: whatever hangs on the school moves with it."""
    operations.reorganise(context)
