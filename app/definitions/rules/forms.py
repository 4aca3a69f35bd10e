"""What a form may ask: the part of JSON Schema that the pages show, the validator checks and a case can keep.

A form is written by whoever draws a process, and every case of it is validated against it, shown by it and kept for
good. So it is hostile until it is published: a keyword is refused unless it stands here, with the values it may have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.definitions.rules.form_conditions import about_condition, are_conditions
from app.definitions.rules.patterns import fault_of_pattern
from app.students.rules.particulars import SEALED_NUMBERS
from app.web import canonical
from app.web.formats import FORMATS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_FIELDS = 200
DEEPEST = 3  # names, one within the other
MOST_CHOICES = 500
LONGEST_TITLE = 200
LONGEST_HELP = 2000
LONGEST_UNIT = 10
LARGEST_NUMBER = 2**63 - 1
LONGEST_TERM = 365  # working days of `x-report-within`

#: formats of the numbers of a person, which are kept encrypted where the engine looks for them: at the top of a form
NUMBERS = ("cn-id", "cn-national-number")
#: what the engine adds to a name for the ciphertext of a number, for how it is shown, and for how it is found
ENDINGS = ("_sealed", "_masked", "_hash", "_state")
#: what stands beside the fields where a form is sent or its values are kept
RESERVED = {
    "attachments",
    "before",
    "csrf_token",
    "draft_about",
    "draft_process",
    "draft_revision",
    "draft_student",
    "draft_task",
    "form",
    "key",
    "opinion",
    "outcome",
    "reason_code",
    "rows",
    "typed_as",
    "typed_by",
}
#: fields that the engine reads by their names, and what it takes them for
TYPES_BY_NAME = {
    "student": "integer",
    **dict.fromkeys(
        ("school", "name", "main_number", "national_number", "document_type", "ethnic_group", "struck_off"), "string"
    ),
    **dict.fromkeys(SEALED_NUMBERS, "string"),
}

FORMATS_BY_NAME = {"main_number": "cn-id", "national_number": "cn-national-number"}

TYPES = ("string", "integer", "boolean", "array", "object")
EVERY_FIELD = {"type", "title", "description", "x-section", "x-when"}
CHOOSABLE = {"x-widget", "x-choices", "x-shown", "default", "readOnly"}
KEYWORDS = {  # beside those of every field
    "string": {"minLength", "maxLength", "pattern", "format", "oneOf", "enum", "x-report-within", *CHOOSABLE},
    "integer": {"minimum", "maximum", "x-zero", "x-initial", "x-unit", *CHOOSABLE},
    "boolean": {"x-shown", "default", "readOnly"},
    "array": {"items", "minItems", "maxItems", "x-widget", "readOnly"},
    "object": {"properties", "required", "additionalProperties"},
}
WIDGETS = {
    "string": ("textarea", "office", "division"),
    "integer": ("student",),
    "array": ("lines", "rows"),
}
BOUNDS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))
Place = tuple[str, ...]  # the names that lead to a field


def faults_of_form(form: Any) -> list[str]:
    """What is wrong with a form as such, each a sentence without its end; [] where it may be published."""
    if not isinstance(form, Mapping):
        return ["须为一个 JSON 对象"]
    faults = []
    if form.get("type") != "object":
        faults.append("type 须为 object")
    if form.get("$schema", DRAFT) != DRAFT:
        faults.append(f"$schema 只能是 {DRAFT}")
    faults += [f"不能有 {name}" for name in form if name not in {"$schema", *EVERY_FIELD, *KEYWORDS["object"]}]
    faults += [fault for name in ("title", "description") if (fault := _fault_of_value(form, name))]
    faults += _about_object(form, ())
    if (count := _count(form)) > MOST_FIELDS:
        faults.append(f"有 {count} 个字段，最多 {MOST_FIELDS} 个")
    return faults


def fields_of(form: Any) -> dict[str, dict[str, Any]]:
    """The fields of a form, as far as they are ones: a version that was published before forms were checked may not
    take away the pages of all others.
    """
    properties = form.get("properties") if isinstance(form, Mapping) else None
    if not isinstance(properties, Mapping):
        return {}
    return {name: part for name, part in properties.items() if isinstance(part, dict)}


def _count(form: Any) -> int:
    parts = fields_of(form).values()
    return sum(1 + _count(part) + _count(part.get("items")) for part in parts)


def _about_object(form: Mapping[str, Any], place: Place) -> Iterator[str]:
    """The fields of an object and which of them must be given."""
    of = _said_of(place)
    properties, required = form.get("properties"), form.get("required", [])
    if not isinstance(properties, Mapping):
        yield f"{of}须有 properties（字段，可以为空）"
        return
    if not isinstance(required, list) or not all(isinstance(each, str) for each in required):
        yield f"{of}的 required 须为必填字段名的列表"
    elif unknown := [each for each in required if each not in properties]:
        yield f"{of}的 required 中没有这些字段：{'、'.join(unknown)}"
    elif len(set(required)) < len(required):
        yield f"{of}的 required 中有重复的字段"
    if form.get("additionalProperties", False) is not False:
        yield f"{of}的 additionalProperties 只能是 false"
    for name, part in properties.items():
        yield from _about_name(name, part, (*place, name))
        yield from about_condition(name, part, properties, _said_of((*place, name)), top=not place)
        yield from _about_field(part, (*place, name))


def _said_of(place: Place) -> str:
    return f"字段 {'.'.join(place)} " if place else ""


def _about_name(name: str, part: Any, place: Place) -> Iterator[str]:
    of = _said_of(place)
    if not NAME.fullmatch(name):
        yield f"{of}的编号须由小写字母、数字和下划线组成，以字母开头，不超过 40 个字符"
    if name.endswith(ENDINGS):
        yield f"{of}的编号不能以 {'、'.join(ENDINGS)} 结尾（系统自用）"
    if len(place) > 1:
        if name in ("main_number", *SEALED_NUMBERS):
            yield f"{of}是证件号码，只能是表单最上层的字段"
        return
    if name in RESERVED:
        yield f"{of}的编号由系统自用"
    for keyword, needed in (("type", TYPES_BY_NAME.get(name)), ("format", FORMATS_BY_NAME.get(name))):
        if needed and isinstance(part, Mapping) and part.get(keyword) != needed:
            yield f"{of}的 {keyword} 须为 {needed}（系统按此名称读取）"


def _about_field(part: Any, place: Place, *, item: bool = False) -> Iterator[str]:
    """One field; or, as `item`, what a list is made of."""
    of = f"{_said_of(place)}{'的 items ' if item else ''}"
    if not isinstance(part, Mapping):
        yield f"{of}须为一个 JSON 对象"
        return
    kind = part.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        yield f"{of}的 type 须为 {'、'.join(TYPES)} 之一"
        return
    if not item and "title" not in part:
        yield f"{of}须有 title（名称）"
    yield from (f"{of}不能有 {name}" for name in part if name not in EVERY_FIELD | KEYWORDS[kind])
    yield from (f"{of}的 {fault}" for name in part if (fault := _fault_of_value(part, name)))
    yield from _about_bounds(part, of)
    yield from _about_place(part, of, place, item=item)
    if len(place) > DEEPEST:
        yield f"{of}嵌套过深（最多 {DEEPEST} 层）"
    elif kind == "object":
        yield from _about_object(part, place)
    elif kind == "array":
        yield from _about_array(part, place)


def _about_bounds(part: Mapping[str, Any], of: str) -> Iterator[str]:
    for least, most in BOUNDS:
        if _is_whole(part.get(least)) and _is_whole(part.get(most)) and part[least] > part[most]:
            yield f"{of}的 {least} 大于 {most}"
    if "oneOf" in part and "enum" in part:
        yield f"{of}不能同时有 oneOf 和 enum"


def _about_place(part: Mapping[str, Any], of: str, place: Place, *, item: bool) -> Iterator[str]:
    """Keywords that mean something in some places only."""
    nested = item or len(place) > 1
    if part.get("format") in NUMBERS and nested:
        yield f"{of}是证件号码（format 为 {part['format']}），只能是表单最上层的字段"
    if "x-report-within" in part and (nested or part.get("format") != "date"):
        yield f"{of}的 x-report-within 只能用于表单最上层的日期（format 为 date）"
    if part.get("x-widget") == "rows" and nested:
        yield f"{of}的 x-widget 为 rows 时，只能是表单最上层的字段"


def _about_array(part: Mapping[str, Any], place: Place) -> Iterator[str]:
    """A list of texts, one a line; or a table of rows."""
    items, widget = part.get("items"), part.get("x-widget")
    kind = items.get("type") if isinstance(items, Mapping) else None
    if (widget, kind) not in (("lines", "string"), ("rows", "object")):
        yield (
            f"{_said_of(place)}须写明 x-widget 和 items：每行一项的为 lines，items 的 type 为 string；"
            "表格为 rows，items 的 type 为 object"
        )
        return
    yield from _about_field(items, place, item=True)
    for name, cell in fields_of(items).items() if kind == "object" else ():
        if cell.get("type") == "object":
            yield f"字段 {'.'.join((*place, name))} 在表格之内，type 不能为 object"


# ── values of keywords ───────────────────────────────────────────────────────────────────────────────────────────────


def _fault_of_value(part: Mapping[str, Any], name: str) -> str | None:
    """What is wrong with the value of a keyword; None for one that is looked at elsewhere."""
    if name not in part or name not in VALUES:
        return None
    fits, words = VALUES[name]
    if name == "pattern":
        return fault_of_pattern(part[name])
    return None if fits(part[name], part) else f"{name} {words}"


def _is_whole(value: Any) -> bool:
    return type(value) is int and -LARGEST_NUMBER <= value <= LARGEST_NUMBER


def _is_measure(value: Any, _part: Mapping[str, Any]) -> bool:
    return type(value) is int and 0 <= value <= 1_000_000


def _is_truth(value: Any, _part: Mapping[str, Any]) -> bool:
    return isinstance(value, bool)


def _is_text(longest: int, *, least: int = 1) -> Callable[[Any, Mapping[str, Any]], bool]:
    return lambda value, _part: isinstance(value, str) and least <= len(value) <= longest


def _is_format(value: Any, _part: Mapping[str, Any]) -> bool:
    return isinstance(value, str) and value in known_formats()


def known_formats() -> set[str]:
    """The formats that a form may ask for."""
    return {*canonical.KINDS, *FORMATS} - {"password"}


def _is_widget(value: Any, part: Mapping[str, Any]) -> bool:
    return value in WIDGETS.get(part["type"], ())


def _are_choices(value: Any, _part: Mapping[str, Any]) -> bool:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_CHOICES:
        return False
    known = all(isinstance(each, Mapping) and each.keys() == {"const", "title"} for each in value)
    return (
        known
        and all(isinstance(text, str) and 0 < len(text) <= LONGEST_TITLE for each in value for text in each.values())
        and len({each["const"] for each in value}) == len(value)
    )


def _are_words(value: Any, _part: Mapping[str, Any]) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= MOST_CHOICES
        and all(isinstance(each, str) and 0 < len(each) <= LONGEST_TITLE for each in value)
        and len(set(value)) == len(value)
    )


def _is_default(value: Any, part: Mapping[str, Any]) -> bool:
    return type(value) is {"string": str, "integer": int, "boolean": bool}.get(str(part["type"]))


VALUES: dict[str, tuple[Callable[[Any, Mapping[str, Any]], bool], str]] = {
    "title": (_is_text(LONGEST_TITLE), f"须为 1 至 {LONGEST_TITLE} 个字"),
    "description": (_is_text(LONGEST_HELP, least=0), f"须为不超过 {LONGEST_HELP} 字的文字"),
    "default": (_is_default, "须与字段的 type 一致"),
    "readOnly": (_is_truth, "须为 true 或 false"),
    "minLength": (_is_measure, "须为 0 至 1000000 的整数"),
    "maxLength": (_is_measure, "须为 0 至 1000000 的整数"),
    "minItems": (_is_measure, "须为 0 至 1000000 的整数"),
    "maxItems": (_is_measure, "须为 0 至 1000000 的整数"),
    "minimum": (lambda value, _part: _is_whole(value), "须为整数"),
    "maximum": (lambda value, _part: _is_whole(value), "须为整数"),
    "pattern": (_is_text(LONGEST_HELP), ""),
    "format": (_is_format, "不是系统认识的格式"),
    "oneOf": (_are_choices, f"须为 1 至 {MOST_CHOICES} 个选项，每项只有 const 和 title，均为文字，const 不重复"),
    "enum": (_are_words, f"须为 1 至 {MOST_CHOICES} 个不重复的文字"),
    "x-widget": (_is_widget, "不能用于这样的字段"),
    "x-choices": (lambda value, _part: isinstance(value, str) and bool(NAME.fullmatch(value)), "须为选项的名称"),
    "x-initial": (lambda value, _part: value == "school_year", "只能是 school_year（本学年）"),
    "x-when": (are_conditions, "须写明取决于哪些字段、各为哪些值，值均为文字、整数或是否"),
    "x-section": (_is_text(LONGEST_TITLE), f"须为 1 至 {LONGEST_TITLE} 个字"),
    "x-shown": (_is_truth, "须为 true 或 false"),
    "x-unit": (_is_text(LONGEST_UNIT), f"须为 1 至 {LONGEST_UNIT} 个字"),
    "x-zero": (_is_text(LONGEST_TITLE), f"须为 1 至 {LONGEST_TITLE} 个字"),
    "x-report-within": (
        lambda value, _part: type(value) is int and 1 <= value <= LONGEST_TERM,
        f"须为 1 至 {LONGEST_TERM} 的整数（工作日）",
    ),
}
