"""What a file of `forms/<key>/` says: the fields of a form, the reasons for refusing, the papers asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from app.definitions.rules.form_folders import PROOFS, REASONS
from app.definitions.rules.forms import fields_of
from app.studio.rules.form_formats import FORMAT_NAMES
from app.studio.rules.things import Thing

TYPES = {"string": "文字", "integer": "整数", "boolean": "是否", "array": "列表", "object": "一组字段"}
TITLES = {
    "title": "名称",
    "description": "填写说明",
    "type": "类型",
    "format": "格式",
    "minLength": "最少字数",
    "maxLength": "最多字数",
    "minimum": "最小值",
    "maximum": "最大值",
    "minItems": "最少项数",
    "maxItems": "最多项数",
    "pattern": "格式要求",
    "default": "默认值",
    "readOnly": "只读",
    "oneOf": "选项",
    "enum": "选项",
    "x-widget": "填写方式",
    "x-section": "所在小标题",
    "x-unit": "单位",
    "x-choices": "选项来源",
    "x-shown": "是否显示",
    "x-initial": "初始值",
    "x-zero": "为零时显示",
    "x-report-within": "申报期限（工作日）",
    "x-when": "何时填写",
    "required": "必填",
    "items": "每一项",
    "additionalProperties": "可有其他字段",
}
WORDS: Mapping[str, Mapping[str, str]] = {  # of settings whose values are from a closed list
    "format": FORMAT_NAMES,
    "x-widget": {
        "textarea": "多行文字",
        "lines": "每行一项",
        "rows": "表格",
        "student": "选择学生",
        "office": "选择机构",
        "division": "选择行政区划",
    },
    "x-choices": {"acts": "本校已办结的毕业和升级", "changes": "该学生的学籍异动"},
    "x-initial": {"school_year": "本学年"},
}
CONDITIONS = ("x-when", "when")
WHOLE = ("required", "items", "additionalProperties")  # said of a form, its fields or its list beside the settings
YES_NO = {True: "是", False: "否"}


def things_of_form(name: str, said: Any, names: Mapping[str, str] | None = None) -> dict[str, Thing]:
    """Every field, reason or paper of a file by its key, and the file itself; {} of None.

    names -- of fields by their keys, of their choices by `field=choice`
    """
    known = names or {}
    if said is None:
        return {}
    if name == REASONS:
        return _entries(said, "code", "办理原因", {"text": "文字"}, known)
    if name == PROOFS:
        return _entries(
            said,
            "kind",
            "证明材料",
            {"title": "名称", "required": "必交", "when": "何时须交", "note": "说明", "basis": "依据"},
            known,
        )
    if not isinstance(said, Mapping):
        return {"": Thing("表单", f"{name}.json", {"内容": _text(said)})}
    whole = {"名称": str(said.get("title", "")), "说明": str(said.get("description", ""))}
    others = {key: each for key, each in said.items() if key not in ("title", "description", "properties", "required")}
    fields = fields_of(said)
    whole["字段次序"] = "、".join(str(part.get("title") or key) for key, part in fields.items())
    if others.get("additionalProperties") is False:  # as every form says it: no field but those that it names
        del others["additionalProperties"]
    whole["其他设置"] = _settings({key: each for key, each in others.items() if key not in ("type", "$schema")})
    form = Thing(
        "表单",
        str(said.get("title") or f"{name}.json"),
        {title: text for title, text in whole.items() if text},
        keys={"字段次序": "、".join(fields)},  # a field by another title stands where it stood
    )
    return {"": form, **dict(_fields(said, "", known))}


def _entries(said: Any, key: str, what: str, titles: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Thing]:
    if not isinstance(said, list):
        return {"": Thing(what, what, {"内容": _text(said)})}
    return {
        str(each.get(key, number)): Thing(
            what,
            str(each.get("text") or each.get("title") or each.get(key, number)),
            {titles.get(name, name): _told(name, value, names) for name, value in each.items() if name != key},
        )
        for number, each in enumerate(said)
        if isinstance(each, Mapping)
    }


def _fields(form: Mapping[str, Any], before: str, names: Mapping[str, str]) -> Iterator[tuple[str, Thing]]:
    required = form.get("required", ())
    for name, part in fields_of(form).items():
        place = f"{before}{name}"
        settings = {
            TITLES.get(key, key): _told(key, value, names)
            for key, value in part.items()
            if key in TITLES and key not in WHOLE
        }
        others = {key: value for key, value in part.items() if key not in TITLES and key != "properties"}
        if others:
            settings["其他设置"] = _settings(others)
        yield place, Thing("字段", str(part.get("title", name)), {**settings, "必填": YES_NO[name in required]})
        yield from _fields(part, f"{place}.", names)
        if isinstance(part.get("items"), Mapping):
            yield from _fields(part["items"], f"{place}.", names)
            row = {key: value for key, value in part["items"].items() if key != "properties"}
            yield f"{place}.*", Thing("列表的每一项", str(part.get("title", name)), {"设置": _settings(row, names)})


def _told(key: str, value: Any, names: Mapping[str, str]) -> str:
    """The value of a setting; a condition by the fields that it asks and the choices that it wants."""
    if key in CONDITIONS and isinstance(value, Mapping):
        return "；".join(
            f"{names.get(field, field)}为{'、'.join(names.get(f'{field}={each}', _text(each)) for each in wanted)}"
            for field, wanted in value.items()
            if isinstance(wanted, list)
        )
    if key == "required" and isinstance(value, list):
        return "、".join(names.get(str(each), str(each)) for each in value)
    return _value(key, value)


def _settings(said: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """Settings by their names in Chinese, each with its value."""
    return "；".join(f"{TITLES.get(key, key)}：{_told(key, value, names or {})}" for key, value in said.items())


def _value(key: str, value: Any) -> str:
    if key == "type":
        return TYPES.get(str(value), _text(value))
    if isinstance(value, str) and value in WORDS.get(key, {}):
        return WORDS[key][value]
    if key == "oneOf" and isinstance(value, list):
        return "、".join(str(each.get("title", each)) if isinstance(each, Mapping) else str(each) for each in value)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "、".join(value)
    if isinstance(value, Mapping):
        return _settings(value)
    return json.dumps(value, ensure_ascii=False)
