"""The form in which an application is typed: what is known already left out, what may be chosen offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app import clock
from app.access import Actor
from app.cases import hooks
from app.definitions.queries import APPLICATION, ROW, CompiledVersion
from app.definitions.rules.forms import fields_of
from app.students.models import Student


def is_about_a_child(version: CompiledVersion) -> bool:
    """True where a child kept here is chosen before anything is typed."""
    return "student" in fields_of(version.form(APPLICATION))


def initial_values(version: CompiledVersion) -> dict[str, Any]:
    """What stands in an opening form before anybody types: the present school year where it says so (`x-initial`)."""
    asked = fields_of(version.form(APPLICATION))
    return {
        name: clock.school_year(clock.today()) for name, part in asked.items() if part.get("x-initial") == "school_year"
    }


def asked_form(version: CompiledVersion, child: Student | None, actor: Actor) -> dict[str, Any]:
    """The form without the child, who is chosen already; with what may be chosen about this one.

    Where the process is about a list, with the form of its first child.
    """
    schema = version.form(APPLICATION)
    if ROW in version.forms:
        row = version.form(ROW)
        properties = {**schema["properties"], **row["properties"]}
        return {**schema, "properties": properties, "required": [*schema.get("required", ()), *row.get("required", ())]}
    asked = {name: part for name, part in schema["properties"].items() if name != "student"}
    if child is not None or not is_about_a_child(version):
        for name, choices in hooks.choices.of(version.key).items():
            offered = [{"const": value, "title": words} for value, words in choices(child, actor)]
            asked[name] = {**asked[name], "oneOf": offered}
    return {**schema, "properties": asked, "required": [name for name in schema.get("required", ()) if name in asked]}


def split_row(version: CompiledVersion, typed: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]] | None]:
    """The application, and the list of the one child that was typed with it; None where there is no list."""
    if ROW not in version.forms:
        return dict(typed), None
    own = version.form(APPLICATION)["properties"]
    child = {name: value for name, value in typed.items() if name not in own}
    return {name: value for name, value in typed.items() if name in own}, [child]
