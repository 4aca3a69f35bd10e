"""Hostile until proven otherwise: JSON bodies and forms, checked against a JSON Schema, every fault with its field."""

from __future__ import annotations

import functools
import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import request
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable

from app.errors import InvalidInput, Objected
from app.web import canonical
from app.web.conditions import WHEN, conditional, faults_of_conditions, without_unasked
from app.web.fast_validation import Test, acceptor, texts
from app.web.integers import LARGEST, SMALLEST, whole_number
from app.web.text import INVISIBLE, visible
from app.web.text_faults import beyond_the_schema, text_test, title_of

MOST_BYTES = 1_000_000  # of a JSON body
FORM = "multipart/form-data"
DEEPEST = 20
MOST_DIGITS = 18  # of a whole number in JSON, so that it fits into 64 bits
MOST_NAMED = 20  # choices that a sentence lists
Validator = extend(  # 1.0 is a whole number to JSON Schema, and none to a column
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _checker, value: type(value) is int),
)
NOTHING_ELSE: Registry[Any] = Registry()  # a schema stands alone: what it refers to is fetched from nowhere
SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(schema: Mapping[str, Any], *, part: str | None = None) -> dict[str, Any]:
    """The request's JSON object in canonical form, checked. Raises InvalidInput (no JSON), Objected.

    part -- where the object may also come with files: the field of a form that holds it
    """
    if part and request.mimetype == FORM:
        raw = request.form.get(part, "").encode("utf-8", "surrogatepass")
    elif (request.content_length or 0) > MOST_BYTES:
        raw = bytes(MOST_BYTES + 1)  # not even read
    else:
        raw = request.get_data(cache=True)
    if len(raw) > MOST_BYTES:
        raise InvalidInput(sentence=f"请求正文过大（最多 {MOST_BYTES // 1000} KB）。")
    if request.mimetype not in ("application/json", "", *([FORM] if part else [])):
        raise InvalidInput(sentence="请求正文须为 JSON（Content-Type: application/json）。")
    value: dict[str, Any] = canonical.values(schema, parse_json(raw))
    faults = list(objections(schema, value))
    if faults:
        raise Objected(list(faults))
    return value


def parse_json(raw: bytes) -> dict[str, Any]:
    """A JSON object without repeated names, NaN, numbers out of range, lone surrogates, or nesting that is too deep.

    Raises InvalidInput with the place.
    """
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_once,
            parse_constant=_no_constant,
            parse_int=_integer,
            parse_float=_fraction,
        )
    except json.JSONDecodeError as error:
        raise InvalidInput(sentence=f"请求正文不是正确的 JSON：第 {error.lineno} 行第 {error.colno} 列。") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(sentence="请求正文须为 UTF-8 编码。") from error
    except RecursionError as error:
        raise InvalidInput(sentence="请求正文嵌套过深。") from error
    if not isinstance(value, dict):
        raise InvalidInput(sentence="请求正文须为一个 JSON 对象。")
    _refuse_unreadable(value)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InvalidInput(sentence="请求正文中有重复的字段名。")
    return value


def _no_constant(name: str) -> Any:
    raise InvalidInput(sentence=f"请求正文中不能有 {name}。")


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        raise InvalidInput(sentence=f"请求正文中有超过 {MOST_DIGITS} 位的数字：{visible(digits)}。")
    return int(digits)


def _fraction(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise InvalidInput(sentence=f"请求正文中有超出范围的数字：{visible(digits)}。")
    return value


def _refuse_unreadable(value: dict[str, Any]) -> None:
    """Nothing lies too deep, no name holds what cannot be printed, and no text a lone surrogate.

    Other faults of a text are found where its field is known.
    """
    stack: list[tuple[Any, int]] = [(value, 1)]
    while stack:
        item, depth = stack.pop()
        if depth > DEEPEST:
            raise InvalidInput(sentence="请求正文嵌套过深。")
        if isinstance(item, dict):
            for name in item:
                _refuse_name(name)
        elif isinstance(item, str) and not item.isascii() and SURROGATE.search(item):
            raise InvalidInput(sentence="请求正文中有不成对的代理字符（\\ud800 至 \\udfff），它不是文字。")
        children = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        stack.extend((child, depth + 1) for child in children)


def _refuse_name(name: str) -> None:
    strange = next((each for each in name if unicodedata.category(each) in INVISIBLE), None)
    if strange is not None:
        raise InvalidInput(sentence=f"字段名中不能有控制符或不可见字符（U+{ord(strange):04X}）。")


def objections(schema: Mapping[str, Any], value: Any, *, under: str = "") -> list[InvalidInput]:
    """Every fault of a value, each with its field (`guardian.phone`) and a sentence; [] when it is all right.

    Beyond the schema: unknown fields are refused, no text holds control characters or emoji, and the formats
    `cn-id`, `cn-mobile`, `date`, `person-name` are checked for real.
    """
    return checked_form(schema).objections(value, under=under)


@dataclass(frozen=True)
class CheckedForm:
    """A schema made ready to check many values; it must not change any more."""

    schema: Mapping[str, Any]
    accepts: Test
    validator: Any
    #: True where no text of a value has a fault of its own
    clean: Test
    #: True where some fields are asked only where others say so
    has_conditions: bool = False

    def objections(self, value: Any, *, under: str = "") -> list[InvalidInput]:
        """As the function of that name."""
        accepted = self.accepts(value)
        unmet = list(faults_of_conditions(self.schema, value, under)) if self.has_conditions else []
        if accepted and self.clean(value) and not unmet:
            return []
        try:
            faults = [] if accepted else [_as_fault(error, under) for error in self.validator.iter_errors(value)]
        except Unresolvable:
            sentence = "此表单引用了系统以外的内容，不能填写，请联系流程管理员更正。"
            return [InvalidInput(sentence=sentence, field=under or None)]
        known = {fault.field for fault in faults}
        faults += [each for each in unmet if each.field not in known]
        faults += [
            each for each in beyond_the_schema(self.schema, value, [under] if under else []) if each.field not in known
        ]
        asked = list(_fields(self.schema, under))
        return sorted(faults, key=lambda fault: asked.index(fault.field) if fault.field in asked else len(asked))


def checked_form(schema: Mapping[str, Any]) -> CheckedForm:
    """The schema made ready: for whoever checks many values against it."""
    return _checked_form(orjson.dumps(schema))


def _fields(schema: Mapping[str, Any], under: str) -> Iterator[str]:
    """Every field by its full name, in the order in which the form asks."""
    for name, part in schema.get("properties", {}).items():
        full = f"{under}.{name}" if under else name
        yield full
        yield from _fields(part, full)


@functools.lru_cache(maxsize=256)
def _checked_form(written: bytes) -> CheckedForm:
    schema = orjson.loads(written)
    closed = closed_schema(schema)
    return CheckedForm(
        schema,
        acceptor(closed),
        Validator(closed, registry=NOTHING_ELSE),
        texts(schema, text_test),
        bool(conditional(schema)),
    )


def closed_schema(schema: Any) -> Any:
    """The schema as it is enforced: objects closed to unknown fields, whole numbers within the database's range.

    Choices are compared at once, not one by one.
    """
    if not isinstance(schema, dict):
        return schema
    closed = {name: closed_schema(each) if name == "items" else each for name, each in schema.items()}
    if all("const" in each for each in schema.get("oneOf", [{}])):
        closed["enum"] = [each["const"] for each in closed.pop("oneOf")]
    if "properties" in schema:
        closed["properties"] = {name: closed_schema(each) for name, each in schema["properties"].items()}
        closed.setdefault("additionalProperties", False)
        if "required" in schema:  # what is asked under a condition is looked after by `faults_of_conditions`
            closed["required"] = [each for each in schema["required"] if WHEN not in closed["properties"].get(each, ())]
    if "integer" in _types(schema):
        closed.setdefault("minimum", SMALLEST)
        closed.setdefault("maximum", LARGEST)
    return closed


def _types(schema: Mapping[str, Any]) -> Sequence[str]:
    named = schema.get("type", ())
    return (named,) if isinstance(named, str) else named


#: what is wrong with a list, by the rule of its schema
LISTS = {"maxItems": "一次最多 {} 项", "minItems": "至少 {} 项", "uniqueItems": "有重复"}


def _as_fault(error: ValidationError, under: str) -> InvalidInput:
    path = [under, *map(str, error.absolute_path)] if under else [str(each) for each in error.absolute_path]
    title = title_of(error.schema, path)
    match error.validator:
        case "required":
            missing = _missing(error)
            part = error.schema.get("properties", {}).get(missing, {})
            verb = "请选择" if "enum" in part else "请填写"
            return InvalidInput(sentence=f"{verb}{part.get('title', missing)}。", field=".".join([*path, missing]))
        case "additionalProperties":
            known = error.schema.get("properties", {})
            extra = next(name for name in error.instance if name not in known)
            shown = visible(extra)
            return InvalidInput(sentence=f"没有名为“{shown}”的字段。", field=".".join([*path, shown]))
        case "maxLength":
            sentence = f"{title}不能超过 {error.validator_value} 字（现有 {len(error.instance)} 字）。"
        case "minLength":
            sentence = f"请填写{title}。"
        case "enum" | "const" | "oneOf":
            sentence = f"{title}不在可选范围内{_choices(error.validator_value)}。"
        case "pattern":
            sentence = f"{title}的格式不对。"
        case "type":
            sentence = f"{title}须为整数。" if error.validator_value == "integer" else f"{title}的类型不对。"
        case "minimum" | "maximum":
            word = "小于" if error.validator == "minimum" else "大于"
            sentence = f"{title}不能{word} {error.validator_value}。"
        case _:
            sentence = f"{title}{LISTS.get(error.validator, '不符合要求').format(error.validator_value)}。"
    return InvalidInput(sentence=sentence, field=".".join(path) or None)


def _choices(values: Any) -> str:
    """What may be chosen, where it can be said in a line."""
    named = [str(each) for each in values if each is not None] if isinstance(values, list) else []
    return f"（可选：{'、'.join(named)}）" if 0 < len(named) <= MOST_NAMED else ""


def _missing(error: ValidationError) -> str:
    """Which field a `required` error is about: the validator reports each, and names it only in its sentence."""
    absent = [name for name in error.validator_value if name not in error.instance]
    return next(name for name in absent if error.message.startswith(repr(name)))


def typed_text(name: str) -> str:
    """What was typed into a field that no schema shapes (an opinion, a reason), in canonical form; empty for nothing.

    As a program's is, so that the same words are the same act and meet the same objections on a page.
    """
    return canonical.text(request.form.get(name, ""))


def form_values(schema: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """What was typed into a form, in the schema's shape and canonical form: dotted names nested, empty left out,
    and what is not asked where other fields say what they say.
    """
    values: dict[str, Any] = {}
    for name, part in schema.get("properties", {}).items():
        dotted = f"{prefix}{name}"
        if part.get("type") == "object":
            nested = form_values(part, dotted + ".")  # one that may be left out is, where nothing of it is said
            if nested or name in schema.get("required", ()):
                values[name] = nested
            continue
        if part.get("x-widget") == "rows":
            values[name] = [form_values(part["items"], f"{dotted}.{place}.") for place in range(_rows_of(dotted))]
            continue
        several = request.form.getlist(dotted) if part.get("type") == "array" else [request.form.get(dotted, "")]
        typed = canonical.of_field(part, "\n".join(several))
        if part.get("type") == "boolean":
            values[name] = typed in ("true", "on", "1")
        elif part.get("type") == "array":
            items = part.get("items", {})
            if lines := [canonical.of_field(items, line) for line in typed.split("\n") if line.strip()]:
                values[name] = lines
        elif typed:
            values[name] = converted(part, typed)
    return without_unasked(schema, values)


def converted(schema: Mapping[str, Any], typed: str) -> Any:
    """A typed text as the type its schema asks for; as it is where it is not that, so that the schema says so."""
    match schema.get("type"):
        case "integer":
            number = whole_number(typed)
            return typed if number is None else number
        case "boolean" if typed in ("true", "false"):
            return typed == "true"
    return typed


def _rows_of(dotted: str) -> int:
    """How many rows of a table were sent: `classes.0.teacher`, `classes.1.teacher` …"""
    places = {name.removeprefix(f"{dotted}.").split(".")[0] for name in request.form if name.startswith(f"{dotted}.")}
    return next(place for place in range(len(places) + 1) if str(place) not in places)
