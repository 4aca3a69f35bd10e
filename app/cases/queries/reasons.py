"""The reasons that an office may choose where it refuses or sends back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.cases.models import Outcome, Task
from app.definitions.queries import CompiledVersion
from app.office_settings.queries import reasons_in_force


def reasons_for(version: CompiledVersion, task: Task) -> Sequence[Mapping[str, str]]:
    """As `{"code", "text"}`, as the task's office has set them; none for a task that cannot say no."""
    spec = version.diagrams.tasks[task.key]
    if not {Outcome.REFUSE, Outcome.SEND_BACK} & set(spec.outcomes):
        return ()
    return reasons_in_force(version, task.office.path)
