"""The form of a correction: below each field what the record says now, and what may not be written today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.access import Actor
from app.cases import hooks
from app.cases.operations import profile
from app.cases.views.compared import in_words, shown_present
from app.definitions.queries import CompiledVersion
from app.errors import Refused
from app.students.models import Student
from app.students.rules.corrections import FIELDS_OF_PROCESS


def closed_fields(version: CompiledVersion, child: Student | None, actor: Actor) -> Sequence[Refused]:
    """The fields that the actor may not write of this child today, each with why, by the rule that refuses them."""
    asks = hooks.closed_fields.of(version.key)
    return asks(version, child, profile(), actor) if asks and child is not None else ()


def with_present(
    schema: Mapping[str, Any], version: CompiledVersion, child: Student | None, closed: Sequence[Refused]
) -> dict[str, Any]:
    """The form with `x-present`, the record's value in words, and `x-closed`; any other process's form as it is."""
    fields = FIELDS_OF_PROCESS.get(version.key, ())
    if child is None or not fields:
        return dict(schema)
    shut = {each.field for each in closed}
    present = shown_present(child, fields)

    def annotated(name: str, part: Mapping[str, Any]) -> Mapping[str, Any]:
        if part.get("type") == "object":
            inner = part["properties"].items()
            return {**part, "properties": {each: annotated(f"{name}.{each}", it) for each, it in inner}}
        if name not in fields:
            return part
        return {**part, "x-present": in_words(part, name, present[name]), "x-closed": name in shut}

    return {**schema, "properties": {name: annotated(name, part) for name, part in schema["properties"].items()}}


def labels_of(schema: Mapping[str, Any]) -> dict[str, str]:
    """The label of every field of a form by its full name."""
    return dict(_labels(schema, ""))


def _labels(schema: Mapping[str, Any], under: str) -> Iterator[tuple[str, str]]:
    for name, part in schema["properties"].items():
        yield f"{under}{name}", str(part.get("title", name))
        if part.get("type") == "object":
            yield from _labels(part, f"{under}{name}.")
