"""Drafts of applications and decisions, as programs and pages show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict

from app.access import Actor
from app.cases.models import Task
from app.cases.presenters.application_forms import asked_form
from app.cases.presenters.cases import compiled_version_of
from app.cases.queries.form_drafts import DraftLine, Field, fields_of
from app.cases.queries.migrations import decided_in
from app.cases.rules.form_drafts import DraftPlace
from app.database import db
from app.definitions.queries import current_version
from app.web import Instant, instant

#: of fields that stand beside the form
TITLES = {"opinion": "意见", "reason_code": "原因", "declared": "声明", "list": "名单"}
HIDDEN = {"student"}  # who the child is stands above


class FieldJson(TypedDict):
    """A field of a form as it was typed; one that is ticked several times stands there as often."""

    name: str
    value: str


class FormDraftJson(TypedDict):
    """填写草稿: of a task's decision (`task`, `case`), or of an application (`process`, perhaps `student`).

    `over` says that the task was decided or taken away meanwhile; `revision` rises with every saving.
    """

    id: int
    task: int | None
    case: str | None
    process: str | None
    student: int | None
    about: str
    title: str
    revision: int
    saved_at: Instant
    over: bool


class TypedFormJson(FormDraftJson):
    """The same with what was typed."""

    fields: list[FieldJson]


def draft_json(line: DraftLine) -> FormDraftJson:
    """A draft without its text."""
    draft = line.draft
    return {
        "id": draft.id,
        "task": draft.task_id,
        "case": line.number or None,
        "process": draft.process_key or None,
        "student": draft.student_id,
        "about": draft.about,
        "title": line.title,
        "revision": draft.revision,
        "saved_at": instant(draft.saved_at),
        "over": line.over,
    }


def typed_json(line: DraftLine) -> TypedFormJson:
    """A draft with its text."""
    fields: list[FieldJson] = [{"name": name, "value": value} for name, value in fields_of(line.draft)]
    return {**draft_json(line), "fields": fields}


def typed_lines(place: DraftPlace, fields: Sequence[Field], actor: Actor) -> list[tuple[str, str]]:
    """What was typed, with the titles that its form gives the fields and the words of what was chosen."""
    parts = dict(_parts_of(_form_of(place, actor)))
    return [
        (str(part.get("title") or TITLES.get(name, name)), _words(part, value))
        for name, value in fields
        if value and name not in HIDDEN
        for part in (parts.get(name, {}),)
    ]


def _form_of(place: DraftPlace, actor: Actor) -> Mapping[str, Any]:
    if place.task is None:
        return asked_form(current_version(place.process, actor.office_id), None, actor)
    task = db.session.get_one(Task, place.task)
    asked = decided_in(task.case_id, compiled_version_of(task.case), task.key)
    return asked[0].form(asked[1].form) if asked else {}


def _parts_of(schema: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, part in schema.get("properties", {}).items():
        yield f"{prefix}{name}", part
        yield from _parts_of(part, f"{prefix}{name}.")


def _words(part: Mapping[str, Any], value: str) -> str:
    choices = [*part.get("oneOf", ()), *part.get("items", {}).get("oneOf", ())]
    chosen = next((each["title"] for each in choices if str(each["const"]) == value), None)
    if chosen is None and part.get("type") == "boolean":
        return "是"
    return str(chosen or value)
