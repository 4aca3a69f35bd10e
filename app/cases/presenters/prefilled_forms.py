"""What stands in the form of a task before anything is typed."""

from __future__ import annotations

from typing import Any

from app.cases import hooks
from app.cases.models import Task
from app.cases.queries.struck_rows import STRUCK, struck_before
from app.definitions.queries import compiled_version
from app.definitions.rules.forms import fields_of
from app.students.queries.directives import directive_of
from workflows import Kind


def prefilled(task: Task) -> dict[str, Any]:
    """What stands in the form already: the directive's number at the pull, the application at the repair,
    whom the office has marked or struck off.
    """
    assert task.case.version_id is not None  # a takeover has no tasks
    version = compiled_version(task.case.version_id)
    spec = version.diagrams.tasks[task.key]
    asked = fields_of(version.form(spec.form))
    if spec.kind is Kind.PULL:
        directive = directive_of(task.case_id)
        return {"directive": directive.number} if directive else {}
    fill = hooks.prefill.of(task.case.process_key)
    if fill and (values := fill(task)) is not None:
        return dict(values)
    if spec.kind is Kind.REPAIR:
        return {name: task.case.application[name] for name in asked if name in task.case.application}
    if STRUCK in asked and (struck := struck_before(task.case_id, task.office_id)):
        return {STRUCK: struck}
    return {}
