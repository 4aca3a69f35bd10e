"""The facts that a decision table may be asked about, and all values of those that are finite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.definitions.rules.forms import fields_of
from app.schools.models import STAGE_NAMES
from app.settings import PROFILES

PROFILE_NAMES = {"zj-2010": "2010 年规则", "zj-now": "现行规定"}
YES_NO = {True: "是", False: "否"}


@dataclass(frozen=True)
class KnownFact:
    """A fact by its name in diagrams and tables; `values` is empty where it may be anything."""

    name: str
    title: str
    values: Mapping[Any, str]


def known_facts(application: Any) -> list[KnownFact]:
    """Profile and stage, and the fields of the application form."""
    return [
        KnownFact("profile", "规则版本", {each: PROFILE_NAMES[each] for each in PROFILES}),
        KnownFact("stage", "学段", {each.value: words for each, words in STAGE_NAMES.items()}),
        *(
            KnownFact(name, str(part.get("title", name)), _values(part))
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


def _values(part: Mapping[str, Any]) -> dict[Any, str]:
    if part.get("type") == "boolean":
        return dict(YES_NO)
    one_of, words = part.get("oneOf"), part.get("enum")
    if isinstance(one_of, list):
        entries = [each for each in one_of if isinstance(each, Mapping) and isinstance(each.get("const"), str)]
        return {each["const"]: str(each.get("title", each["const"])) for each in entries}
    return {each: each for each in words if isinstance(each, str)} if isinstance(words, list) else {}
