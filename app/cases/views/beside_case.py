"""What stands beside the application on the page of a case, for those who see its content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Panel
from app.cases.models import Case
from app.cases.queries.guardian_objections import asks_the_guardian, notice_in
from app.cases.rules.guardian_objections import ANSWER
from app.definitions.queries import CompiledVersion
from app.definitions.rules.forms import fields_of
from workflows import Kind


def panels_of(case: Case, version: CompiledVersion, actor: Actor) -> Sequence[Panel]:
    """What was recorded of telling the guardian, and what the process of the case adds."""
    beside = hooks.beside_case.of(case.process_key)
    return [*_guardian(case, version), *(beside(case, actor) if beside else ())]


def form_at_desk(case: Case, version: CompiledVersion, form: str) -> dict[str, Any]:
    """A task's form as its desk is shown it: an answer to an objection is asked for where there is one."""
    asked = version.form(form)
    if ANSWER not in asked.get("properties", {}):
        return asked
    told = notice_in(version, ((each.key, each.form) for each in case.decisions if each.undone_id is None))
    if told is not None and told.objection:
        return {**asked, "required": [*asked.get("required", ()), ANSWER]}
    return {**asked, "properties": {name: part for name, part in asked["properties"].items() if name != ANSWER}}


def _guardian(case: Case, version: CompiledVersion) -> list[Panel]:
    """When the guardian was told, until when they may object, what they have said, how it was answered."""
    if not asks_the_guardian(version):
        return []
    stand = [each for each in case.decisions if each.undone_id is None]
    told = notice_in(version, ((each.key, each.form) for each in stand))
    if told is None:
        return []
    notice = next(each for each in version.diagrams.tasks.values() if each.kind is Kind.GUARDIAN_NOTICE)
    means = {each["const"]: each["title"] for each in fields_of(version.form(notice.form))["means"]["oneOf"]}
    answers = [(each, (each.form or {}).get(ANSWER, "")) for each in stand]
    values = {
        "told": told,
        "means": means.get(told.means, told.means),
        "answers": [(each.office.name, text) for each, text in answers if text],
    }
    return [Panel("cases/case/_guardian.html", values)]
