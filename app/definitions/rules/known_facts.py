"""The facts that a decision table may be asked about, and all values of those that are finite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.definitions.rules.forms import fields_of
from workflows.decision_table_facts import OF_EVERY_CASE, YES_NO, values_of_field

PROFILE_NAMES = OF_EVERY_CASE["profile"]


@dataclass(frozen=True)
class KnownFact:
    """A fact by its name in diagrams and tables; `values` is empty where it may be anything."""

    name: str
    title: str
    values: Mapping[Any, str]


def known_facts(application: Any) -> list[KnownFact]:
    """Profile and stage, and the fields of the application form."""
    return [
        KnownFact("profile", "规则版本", PROFILE_NAMES),
        KnownFact("stage", "学段", OF_EVERY_CASE["stage"]),
        *(
            KnownFact(name, str(part.get("title", name)), values_of_field(part))
            for name, part in fields_of(application).items()
            if part.get("type") in ("string", "integer", "boolean")
        ),
    ]


def words_of_value(name: str, value: Any) -> str:
    """What people call a value of a fact; one that is told only by a form is shown as it is."""
    if value is None:
        return "空"
    known = {each.name: each.values for each in known_facts(None)}.get(name, {})
    return str(YES_NO[value] if isinstance(value, bool) else known.get(value, value))
