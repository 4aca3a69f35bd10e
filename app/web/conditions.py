"""Fields that a form asks only where others say so: `"x-when": {"kind": ["illness"]}`; all conditions must hold.

Elsewhere such a field is not shown, not required and not taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.errors import InvalidInput

WHEN = "x-when"
YES_NO = {True: "是", False: "否"}


def conditional(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The fields of a form that are asked under conditions, with these."""
    properties = schema.get("properties", {})
    return {name: part[WHEN] for name, part in properties.items() if isinstance(part, Mapping) and WHEN in part}


def holds(when: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """True where each of the fields has one of the values."""
    return all(
        any(type(given) is type(each) and given == each for each in wanted)
        for name, wanted in when.items()
        for given in [values.get(name)]
    )


def without_unasked(schema: Mapping[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The values but for those of fields that are not asked."""
    unasked = {name for name, when in conditional(schema).items() if not holds(when, values)}
    return {name: value for name, value in values.items() if name not in unasked} if unasked else values


def faults_of_conditions(schema: Mapping[str, Any], value: Any, under: str) -> Iterator[InvalidInput]:
    """A field that is missing where it is asked and must be given, or given where it is not asked."""
    if not isinstance(value, Mapping):
        return
    for name, when in conditional(schema).items():
        part = schema["properties"][name]
        title, field = str(part.get("title", name)), f"{under}.{name}" if under else name
        if not holds(when, value):
            if name in value:
                sentence = f"{title}只在{words_of(schema, when)}时填写。"
                yield InvalidInput(sentence=sentence, field=field)
        elif name in schema.get("required", ()) and name not in value:
            verb = "请选择" if "oneOf" in part or "enum" in part else "请填写"
            yield InvalidInput(sentence=f"{verb}{title}。", field=field)


def words_of(schema: Mapping[str, Any], when: Mapping[str, Any]) -> str:
    """A condition as people read it: “休学原因”为“因病”."""
    return "，且".join(_one(schema["properties"].get(name, {}), name, wanted) for name, wanted in when.items())


def _one(part: Mapping[str, Any], name: str, wanted: Any) -> str:
    titles = {each.get("const"): each.get("title") for each in part.get("oneOf") or ()}
    words = [YES_NO[each] if isinstance(each, bool) else str(titles.get(each, each)) for each in wanted]
    return f"“{part.get('title', name)}”为“{'”或“'.join(words)}”"
