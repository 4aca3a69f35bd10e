"""A quick yes to what a form says: its schema compiled to plain comparisons.

It says True only where the JSON Schema validator would find nothing; where it does not know a keyword, or says False,
the validator is asked and finds the words. Lists of a thousand children are asked about twice, and nearly all of them
are right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Test = Callable[[Any], bool]
NOTES = {"$schema", "$id", "title", "description", "format", "default", "examples"}  # they forbid nothing
TYPES: dict[str, Test] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "null": lambda value: value is None,
}


def acceptor(schema: Any) -> Test:
    """A function that is True for some of the values that the schema allows, nearly all of them, and for no other."""
    if not isinstance(schema, dict):
        return _never
    tests = [_test(keyword, said, schema) for keyword, said in schema.items() if not _is_note(keyword)]
    if not tests or _never in tests:
        return _never
    return _all_of(tests)


def _all_of(tests: list[Test]) -> Test:
    """Written out for the two or three that a field has: a generator costs more than they do."""
    match tests:
        case [only]:
            return only
        case [first, second]:
            return lambda value: first(value) and second(value)
        case [first, second, third]:
            return lambda value: first(value) and second(value) and third(value)
    return lambda value: all(test(value) for test in tests)


def texts(schema: Any, test_of: Callable[[Mapping[str, Any]], Test]) -> Test:
    """A function that is True for a value whose texts all hold, each by the test that its part of the schema gives.

    What the schema does not name is tested as a text of which nothing is said.
    """
    if not isinstance(schema, dict):
        return _never
    of_itself = test_of(schema)
    fields = {name: texts(part, test_of) for name, part in schema.get("properties", {}).items()}
    other = texts({}, test_of) if schema else None
    of_items = texts(schema["items"], test_of) if "items" in schema else other

    def holds(value: Any) -> bool:
        if isinstance(value, str):
            return of_itself(value)
        if isinstance(value, dict):
            return all(fields.get(name, other or holds)(each) for name, each in value.items())
        return all(map(of_items or holds, value)) if isinstance(value, list) else True

    return holds


def _is_note(keyword: str) -> bool:
    return keyword in NOTES or keyword.startswith("x-")


def _never(_value: Any) -> bool:
    return False


def _always(_value: Any) -> bool:
    return True


def _test(keyword: str, said: Any, schema: Mapping[str, Any]) -> Test:
    match keyword, said:
        case "type", str():
            return TYPES[said]
        case "type", list():
            return lambda value: any(TYPES[each](value) for each in said)
        case "enum", list() if all(isinstance(each, str) for each in said):
            words = frozenset(said)
            return lambda value: isinstance(value, str) and value in words
        case "pattern", str():
            search = re.compile(said).search
            return lambda value: isinstance(value, str) and search(value) is not None
        case "properties", dict():
            return _of_object(schema)
        case (("required" | "additionalProperties"), _):
            # the test of the properties looks after them
            return _always if "properties" in schema and schema.get("additionalProperties") is False else _never
        case "items", dict():
            each = acceptor(said)
            return lambda value: isinstance(value, list) and all(map(each, value))
    return _of_measure(keyword, said)


def _of_measure(keyword: str, most: Any) -> Test:
    match keyword:
        case "minLength":
            return lambda value: isinstance(value, str) and len(value) >= most
        case "maxLength":
            return lambda value: isinstance(value, str) and len(value) <= most
        case "minimum":
            return lambda value: type(value) in (int, float) and value >= most
        case "maximum":
            return lambda value: type(value) in (int, float) and value <= most
        case "minItems":
            return lambda value: isinstance(value, list) and len(value) >= most
        case "maxItems":
            return lambda value: isinstance(value, list) and len(value) <= most
    return _never


def _of_object(schema: Mapping[str, Any]) -> Test:
    """Every field is known and right, and none is missing."""
    if schema.get("additionalProperties") is not False:
        return _never
    fields = {name: acceptor(part) for name, part in schema["properties"].items()}
    required = frozenset(schema.get("required", ()))

    def holds(value: Any) -> bool:
        if not isinstance(value, dict) or not required <= value.keys():
            return False
        for name, each in value.items():
            test = fields.get(name)
            if test is None or not test(each):
                return False
        return True

    return holds
