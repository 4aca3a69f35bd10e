"""A form of a draft as the official will see it: the fields, and around them what the page has for that form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app import clock
from app.cases import hooks
from app.cases.queries.proofs import Proof
from app.definitions.queries import APPLICATION, ROW
from app.definitions.rules.content import FORM, Content
from app.definitions.rules.earlier_versions import completed
from app.definitions.rules.form_folders import PROOFS, REASONS
from app.definitions.rules.forms import fields_of
from app.students.rules.ethnic_groups import GROUPS
from workflows import DiagramRefused, Diagrams, TaskSpec, compile_diagrams

LISTED_LATER = [{"const": "", "title": "（办理时由系统列出）"}]
STYLES = {"agree": "primary", "acknowledge": "primary", "refuse": "danger"}


@dataclass(frozen=True)
class FormPreview:
    """What the preview shows; `buttons` are texts with their styles."""

    heading: str
    schema: Mapping[str, Any] | None
    values: Mapping[str, Any] = field(default_factory=dict)
    documentation: str = ""
    buttons: Sequence[tuple[str, str]] = ()
    reasons: Sequence[Mapping[str, str]] = ()
    proofs: Sequence[Proof] | None = None
    outcomes: Sequence[str] = ()
    decides: bool = False


@dataclass(frozen=True)
class Step:
    """Where somebody fills in a form: the application, or a task of the diagrams."""

    name: str
    form: str


def drawn(key: str, content: Content) -> Diagrams | None:
    """The diagrams of a draft, None while they do not compile."""
    try:
        return completed(compile_diagrams(content.diagrams, key))
    except DiagramRefused:
        return None


def steps_of(diagrams: Diagrams | None) -> list[Step]:
    """Every step at which a form is filled in, in the order of the route."""
    if diagrams is None:
        return [Step("申请", f"{APPLICATION}{FORM}")]
    keys = dict.fromkeys([*diagrams.route, *diagrams.tasks])
    tasks = [diagrams.tasks[key] for key in keys]
    return [Step("申请", f"{APPLICATION}{FORM}"), *(Step(each.name, f"{each.form}{FORM}") for each in tasks)]


def preview_of(name: str, said: Any, key: str, process: str, content: Content) -> FormPreview:
    """The page of a form that has no faults."""
    title, forms = name.removesuffix(FORM), content.forms
    if title == REASONS:
        return FormPreview("办理意见", None, reasons=said, decides=True, outcomes=("refuse", "send_back"))
    if title == PROOFS:
        return FormPreview("证明材料", None, proofs=_proofs(said))
    schema, values = _shown(said, key), _initial(said)
    if title in (APPLICATION, ROW):
        proofs = _proofs(forms.get(PROOFS)) if title == APPLICATION else None
        buttons = [("提交申请", "primary")] if title == APPLICATION else []
        return FormPreview(f"{process}：填写申请", schema, values, buttons=buttons, proofs=proofs)
    task = _task(drawn(key, content), title)
    if task is None:
        return FormPreview(str(said.get("title") or name), schema, values)
    buttons = [(task.button(each), STYLES.get(each, "")) for each in task.outcomes]
    reasons = forms.get(REASONS)
    return FormPreview(
        task.name,
        schema,
        values,
        documentation=task.documentation,
        buttons=buttons,
        reasons=[each for each in reasons if isinstance(each, Mapping)] if isinstance(reasons, list) else [],
        outcomes=task.outcomes,
        decides=True,
    )


def _task(diagrams: Diagrams | None, form: str) -> TaskSpec | None:
    tasks = diagrams.tasks.values() if diagrams else ()
    return next((each for each in tasks if each.form == form), None)


def _shown(said: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The form with what is chosen by name; of what depends on the case, that it will be listed."""
    listed = {*hooks.choices.of(key), *hooks.names.of(key), "school_class"}
    properties = {
        name: part if "oneOf" in part else {**part, "oneOf": _offered(name)} if _is_listed(name, part, listed) else part
        for name, part in fields_of(said).items()
        if name != "student"
    }
    asked = [name for name in said.get("required", ()) if name in properties]
    return {**said, "properties": properties, "required": asked}


def _is_listed(name: str, part: Mapping[str, Any], listed: set[str]) -> bool:
    return part.get("type") in ("string", "integer") and (
        name in listed or name == "ethnic_group" or "x-choices" in part
    )


def _offered(name: str) -> list[dict[str, str]]:
    if name == "ethnic_group":
        return [{"const": code, "title": words} for code, words in GROUPS.items()]
    return LISTED_LATER


def _initial(said: Mapping[str, Any]) -> dict[str, Any]:
    """What stands there before anybody types; of a table, one empty row."""
    values: dict[str, Any] = {}
    for name, part in fields_of(said).items():
        if part.get("x-initial") == "school_year":
            values[name] = clock.school_year(clock.today())
        elif part.get("x-widget") == "rows":
            values[name] = [{}]
    return values


def _proofs(said: Any) -> list[Proof]:
    return [
        Proof(each["kind"], each["title"], each.get("required", False), each.get("when", {}), each.get("note", ""))
        for each in (said if isinstance(said, list) else ())
        if isinstance(each, Mapping) and isinstance(each.get("kind"), str) and isinstance(each.get("title"), str)
    ]
