"""Hostile until proven otherwise: JSON bodies and forms, checked against a JSON Schema, every fault with its field."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from flask import request
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from app.errors import InvalidInput, Objected
from app.interface.accepting import Test, acceptor
from app.interface.text import fault_of_identity_number, fault_of_name, fault_of_text

LARGEST = 1_000_000  # bytes of a JSON body
DEEPEST = 20
MOBILE = re.compile(r"1[3-9][0-9]{9}")


def read_json(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The request's JSON object, checked. Raises InvalidInput (not JSON) or Objected with every fault."""
    raw = request.get_data(cache=True)
    if len(raw) > LARGEST:
        raise InvalidInput(sentence=f"请求正文过大（最多 {LARGEST // 1000} KB）。")
    if request.mimetype not in ("application/json", ""):
        raise InvalidInput(sentence="请求正文须为 JSON（Content-Type: application/json）。")
    value = parse_json(raw)
    faults = list(objections(schema, value))
    if faults:
        raise Objected(list(faults))
    return value


def parse_json(raw: bytes) -> dict[str, Any]:
    """A JSON object without repeated names, NaN, or bottomless nesting. Raises InvalidInput with the place."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InvalidInput(sentence=f"请求正文不是正确的 JSON：第 {error.lineno} 行第 {error.colno} 列。") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(sentence="请求正文须为 UTF-8 编码。") from error
    except RecursionError as error:
        raise InvalidInput(sentence="请求正文嵌套过深。") from error
    if not isinstance(value, dict):
        raise InvalidInput(sentence="请求正文须为一个 JSON 对象。")
    if _depth(value) > DEEPEST:
        raise InvalidInput(sentence="请求正文嵌套过深。")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InvalidInput(sentence="请求正文中有重复的字段名。")
    return value


def _no_constant(name: str) -> Any:
    raise InvalidInput(sentence=f"请求正文中不能有 {name}。")


def _depth(value: Any) -> int:
    deepest, stack = 0, [(value, 1)]
    while stack:
        item, depth = stack.pop()
        deepest = max(deepest, depth)
        children = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        stack.extend((child, depth + 1) for child in children)
    return deepest


def objections(schema: Mapping[str, Any], value: Any, *, under: str = "") -> list[InvalidInput]:
    """Every fault of a value, each with its field (`guardian.phone`) and a sentence; [] when it is all right.

    Beyond the schema: unknown fields are refused, no text holds control characters or emoji, and the formats
    `cn-id`, `cn-mobile`, `date`, `person-name` are checked for real.
    """
    accepts, validator = _validator(orjson.dumps(schema))
    faults = [] if accepts(value) else [_as_fault(error, under) for error in validator.iter_errors(value)]
    known = {fault.field for fault in faults}
    faults += [each for each in _beyond(schema, value, [under] if under else []) if each.field not in known]
    if not faults:
        return []
    asked = list(_fields(schema, under))
    return sorted(faults, key=lambda fault: asked.index(fault.field) if fault.field in asked else len(asked))


def _fields(schema: Mapping[str, Any], under: str) -> Iterator[str]:
    """Every field by its full name, in the order in which the form asks."""
    for name, part in schema.get("properties", {}).items():
        full = f"{under}.{name}" if under else name
        yield full
        yield from _fields(part, full)


@functools.lru_cache(maxsize=256)
def _validator(schema: bytes) -> tuple[Test, Draft202012Validator]:
    closed = _closed(orjson.loads(schema))
    return acceptor(closed), Draft202012Validator(closed)


def _closed(schema: Any) -> Any:
    """The same schema with every object closed to unknown fields, and choices compared at once, not one by one."""
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) if name == "items" else each for name, each in schema.items()}
    if all("const" in each for each in schema.get("oneOf", [{}])):
        closed["enum"] = [each["const"] for each in closed.pop("oneOf")]
    if "properties" in schema:
        closed["properties"] = {name: _closed(each) for name, each in schema["properties"].items()}
        closed.setdefault("additionalProperties", False)
    return closed


def _as_fault(error: ValidationError, under: str) -> InvalidInput:
    path = [under, *map(str, error.absolute_path)] if under else [str(each) for each in error.absolute_path]
    title = _title(error.schema, path)
    match error.validator:
        case "required":
            missing = _missing(error)
            part = error.schema.get("properties", {}).get(missing, {})
            verb = "请选择" if "enum" in part else "请填写"
            return InvalidInput(sentence=f"{verb}{part.get('title', missing)}。", field=".".join([*path, missing]))
        case "additionalProperties":
            known = error.schema.get("properties", {})
            extra = next(name for name in error.instance if name not in known)
            shown = extra if len(extra) <= 40 else extra[:40] + "…"
            return InvalidInput(sentence=f"没有名为“{shown}”的字段。", field=".".join([*path, shown]))
        case "maxLength":
            sentence = f"{title}不能超过 {error.validator_value} 字（现有 {len(error.instance)} 字）。"
        case "minLength":
            sentence = f"请填写{title}。"
        case "enum" | "const" | "oneOf":
            sentence = f"{title}不在可选范围内。"
        case "pattern":
            sentence = f"{title}的格式不对。"
        case "type":
            sentence = f"{title}的类型不对。"
        case "minimum" | "maximum":
            word = "小于" if error.validator == "minimum" else "大于"
            sentence = f"{title}不能{word} {error.validator_value}。"
        case _:
            sentence = f"{title}不符合要求。"
    return InvalidInput(sentence=sentence, field=".".join(path) or None)


def _missing(error: ValidationError) -> str:
    """Which field a `required` error is about: the validator reports each, and names it only in its sentence."""
    absent = [name for name in error.validator_value if name not in error.instance]
    return next(name for name in absent if error.message.startswith(repr(name)))


def _title(part: Any, path: list[str]) -> str:
    title = part.get("title") if isinstance(part, dict) else None
    return str(title or (path[-1] if path else "请求正文"))


def _beyond(schema: Mapping[str, Any], value: Any, path: list[str]) -> Iterator[InvalidInput]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _beyond(schema.get("properties", {}).get(name, {}), each, [*path, name])
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _beyond(schema.get("items", {}), each, [*path, str(number)])
    elif isinstance(value, str):
        yield from _about_text(schema, value, path)


def _about_text(schema: Mapping[str, Any], value: str, path: list[str]) -> Iterator[InvalidInput]:
    title, field = _title(schema, path), ".".join(path) or None
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
    fault = fault or fault_of_text(value, lines=schema.get("x-widget") == "textarea")
    if fault:
        refusal = InvalidInput(sentence=f"{title}：{fault}。", field=field)
        refusal.code = code
        yield refusal


def _fault_of_date(value: str) -> str | None:
    try:
        day = dt.date.fromisoformat(value) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else None
    except ValueError:
        return "没有这一天"
    return None if day and 1900 <= day.year <= 2100 else "须写作 2026-09-01 的样子"


def form_values(schema: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """What was typed into a form, in the schema's shape: dotted names nested, numbers converted, empty left out."""
    values: dict[str, Any] = {}
    for name, part in schema.get("properties", {}).items():
        dotted = f"{prefix}{name}"
        if part.get("type") == "object":
            values[name] = form_values(part, dotted + ".")
            continue
        if part.get("x-widget") == "rows":
            values[name] = [form_values(part["items"], f"{dotted}.{place}.") for place in range(_rows_of(dotted))]
            continue
        typed = request.form.get(dotted, "").replace("\r\n", "\n").strip()
        if part.get("type") == "boolean":
            values[name] = typed in ("true", "on", "1")
        elif part.get("type") == "array":
            if lines := [line.strip() for line in typed.split("\n") if line.strip()]:
                values[name] = lines
        elif typed:
            values[name] = int(typed) if part.get("type") == "integer" and typed.lstrip("-").isdigit() else typed
    return values


def _rows_of(dotted: str) -> int:
    """How many rows of a table were sent: `classes.0.teacher`, `classes.1.teacher` …"""
    places = {name.removeprefix(f"{dotted}.").split(".")[0] for name in request.form if name.startswith(f"{dotted}.")}
    return next(place for place in range(len(places) + 1) if str(place) not in places)
