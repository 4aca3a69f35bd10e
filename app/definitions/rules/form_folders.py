"""All that stands in `forms/<key>/`: forms, the reasons for refusing, the papers that an application brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.definitions.rules.forms import NAME, faults_of_form, fields_of

REASONS = "reasons"
PROOFS = "proofs"
LONGEST_CODE = 30  # of a reason, as a decision keeps it
LONGEST_TEXT = 200
MOST_ENTRIES = 100
SCALARS = (str, int, bool)


def faults_of_folder(forms: Mapping[str, Any], application: str) -> list[str]:
    """Everything against publishing these forms, in sentences without their ends.

    application -- the name of the form that a case opens with
    """
    faults = []
    for name, said in forms.items():
        if not NAME.fullmatch(name):
            faults.append(f"表单文件名 {name}.json 须由小写字母、数字和下划线组成，不超过 40 个字符")
        elif name == REASONS:
            faults += [f"{name}.json {each}" for each in _about_reasons(said)]
        elif name == PROOFS:
            faults += [f"{name}.json {each}" for each in _about_proofs(said, fields_of(forms.get(application)))]
        else:
            faults += [f"表单 {name}.json：{each}" for each in faults_of_form(said)]
    return faults


def _about_reasons(said: Any) -> Iterator[str]:
    yield from _about_entries(said, {"code": LONGEST_CODE, "text": LONGEST_TEXT}, {}, "code")


def _about_proofs(said: Any, asked: Mapping[str, Any]) -> Iterator[str]:
    optional = {"required": bool, "when": dict, "note": str, "basis": str}
    yield from _about_entries(said, {"kind": 40, "title": LONGEST_TEXT}, optional, "kind")
    for number, each in enumerate(said if isinstance(said, list) else (), start=1):
        when = each.get("when") if isinstance(each, Mapping) else None
        for name, values in when.items() if isinstance(when, Mapping) else ():
            if name not in asked:
                yield f"第 {number} 项的条件（when）中，申请表没有字段 {name}"
            if not isinstance(values, list) or not values or not all(isinstance(value, SCALARS) for value in values):
                yield f"第 {number} 项的条件（when）中，{name} 须为取值的列表"


def _about_entries(said: Any, texts: Mapping[str, int], optional: Mapping[str, type], code: str) -> Iterator[str]:
    """A list of entries: `texts` each of them has, by their longest, `optional` it may have; `code` is its own."""
    if not isinstance(said, list) or len(said) > MOST_ENTRIES:
        yield f"须为不超过 {MOST_ENTRIES} 项的列表"
        return
    for number, each in enumerate(said, start=1):
        if not isinstance(each, Mapping):
            yield f"第 {number} 项须为一个 JSON 对象"
            continue
        for name, longest in texts.items():
            if not isinstance(each.get(name), str) or not 0 < len(each[name]) <= longest:
                yield f"第 {number} 项须有 {name}（1 至 {longest} 个字）"
        if isinstance(each.get(code), str) and not NAME.fullmatch(each[code]):
            yield f"第 {number} 项的 {code} 须由小写字母、数字和下划线组成"
        yield from (f"第 {number} 项不能有 {name}" for name in each if name not in texts and name not in optional)
        yield from (
            f"第 {number} 项的 {name} 的类型不对"
            for name, kind in optional.items()
            if name in each and type(each[name]) is not kind
        )
    codes = [each.get(code) for each in said if isinstance(each, Mapping) and isinstance(each.get(code), str)]
    if len(set(codes)) < len(codes):
        yield f"的 {code} 不能重复"
