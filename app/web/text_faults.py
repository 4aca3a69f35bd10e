"""What a text of a form must not be though its schema allows it: formats checked for real, no character unseen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.errors import InvalidInput, InvalidValue
from app.web.fast_validation import Test
from app.web.formats import FORMATS
from app.web.instants import read_day, read_instant
from app.web.text import fault_of_identity_number, fault_of_name, fault_of_text

MOBILE = re.compile(r"1[3-9][0-9]{9}")


def title_of(part: Any, path: list[str]) -> str:
    """What a sentence calls the value at that place."""
    title = part.get("title") if isinstance(part, dict) else None
    return str(title or (path[-1] if path else "请求正文"))


def beyond_the_schema(schema: Mapping[str, Any], value: Any, path: list[str]) -> Iterator[InvalidInput]:
    """What is wrong with the texts of a value though the schema allows them."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from beyond_the_schema(schema.get("properties", {}).get(name, {}), each, [*path, name])
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from beyond_the_schema(schema.get("items", {}), each, [*path, str(number)])
    elif isinstance(value, str):
        yield from _about_text(schema, value, path)


def _about_text(schema: Mapping[str, Any], value: str, path: list[str]) -> Iterator[InvalidInput]:
    title, field = title_of(schema, path), ".".join(path) or None
    code, fault = InvalidInput.code, None
    match schema.get("format"):
        case "cn-id":
            if found := fault_of_identity_number(value):
                code, fault = found
        case "cn-mobile" if not MOBILE.fullmatch(value):
            fault = "须为 11 位手机号码"
        case "date":
            fault = _fault_of_date(value)
        case "person-name":
            fault = fault_of_name(value)
        case "date-time" if read_instant(value) is None:
            fault = "须写作 2026-11-24 或 2026-11-24T10:00:00+08:00 的样子"
        case name if name in FORMATS:
            if found := FORMATS[name].fault(value):
                code, fault = found
    fault = fault or fault_of_text(value, lines=schema.get("x-widget") == "textarea")
    if fault:
        yield InvalidValue(code, sentence=f"{title}：{fault}。", field=field)


def text_test(schema: Mapping[str, Any]) -> Test:
    """What is True for a text against which `_about_text` says nothing."""
    fault, lines = _fault_of(schema.get("format")), schema.get("x-widget") == "textarea"

    def holds(value: str) -> bool:
        return not (fault and fault(value)) and not fault_of_text(value, lines=lines)

    return holds


def _fault_of(kind: Any) -> Callable[[str], Any] | None:
    match kind:
        case "cn-id":
            return fault_of_identity_number
        case "cn-mobile":
            return lambda value: not MOBILE.fullmatch(value)
        case "date":
            return _fault_of_date
        case "person-name":
            return fault_of_name
        case "date-time":
            return lambda value: read_instant(value) is None
        case name if name in FORMATS:
            return FORMATS[name].fault
    return None


def _fault_of_date(value: str) -> str | None:
    try:
        return None if read_day(value) else "须写作 2026-09-01 的样子"
    except ValueError:
        return "没有这一天"
