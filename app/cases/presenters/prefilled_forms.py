"""What stands in the form of a task before anything is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import clock
from app.cases import hooks
from app.cases.models import Task
from app.cases.queries.struck_rows import STRUCK, struck_before
from app.definitions.queries import compiled_version
from app.definitions.rules.forms import fields_of
from app.divisions.rules.countries import country_name
from app.divisions.rules.gazetteer import division_name
from app.dry_runs import in_dry_run
from app.students.queries.directives import directive_of
from app.web import canonical
from workflows import Kind

PLACES = {"cn-division": division_name, "country": country_name}  # formats, as they are read


def prefilled(task: Task) -> dict[str, Any]:
    """What stands in the form already: the directive's number at the pull, the application at the repair,
    whom the office has marked or struck off.
    """
    assert task.case.version_id is not None  # a takeover has no tasks
    version = compiled_version(task.case.version_id)
    spec = version.diagrams.tasks.get(task.key)
    if spec is None:  # it is over, and the version to which its case was migrated has no such task
        return {}
    asked = fields_of(version.form(spec.form))
    if spec.kind is Kind.PULL:
        directive = directive_of(task.case_id)
        return {"directive": directive.number} if directive else {}
    if spec.kind is Kind.GUARDIAN_NOTICE:  # how it was served nobody knows but who did so; a rehearsal needs a word
        return {"served_on": clock.today().isoformat(), **({"means": "signed"} if in_dry_run() else {})}
    fill = hooks.prefill.of(task.case.process_key)
    if fill and (values := fill(task)) is not None:
        return dict(values)
    if spec.kind is Kind.REPAIR:
        return {name: task.case.application[name] for name in asked if name in task.case.application}
    if STRUCK in asked and (struck := struck_before(task.case_id, task.office_id)):
        return {STRUCK: struck}
    return {}


def with_named_places(form: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a page: a place by its name, where that is read as the same place again."""
    said = dict(values)
    for name, part in fields_of(form).items():
        words = PLACES.get(str(part.get("format")))
        if words and said.get(name) and canonical.of_field(part, words(said[name])) == said[name]:
            said[name] = words(said[name])
    return said
