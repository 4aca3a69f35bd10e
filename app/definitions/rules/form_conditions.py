"""When a field is asked (`x-when`): what such a condition may say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

WHEN = "x-when"
MOST_CONDITIONS = 10
MOST_VALUES = 100
LONGEST_VALUE = 200
ASKED = {"string": str, "integer": int, "boolean": bool}  # types of fields that may be asked
#: what a case is about is always asked: other rules read it
ALWAYS = ("student", "school", "name", "main_number")


def are_conditions(value: Any, _part: Mapping[str, Any]) -> bool:
    """True for names of fields, each with the values of which it must have one."""
    return (
        isinstance(value, Mapping)
        and 0 < len(value) <= MOST_CONDITIONS
        and all(isinstance(each, list) and 0 < len(each) <= MOST_VALUES for each in value.values())
        and all(
            type(one) in (bool, int) or (isinstance(one, str) and 0 < len(one) <= LONGEST_VALUE)
            for each in value.values()
            for one in each
        )
    )


def about_condition(name: str, part: Any, beside: Mapping[str, Any], of: str, *, top: bool) -> Iterator[str]:
    """What is wrong with the condition of a field, in sentences without their ends.

    beside -- the fields next to it, by their names; of -- how a sentence calls the field; top -- at the top of a form
    """
    if not isinstance(part, Mapping) or WHEN not in part or not are_conditions(part[WHEN], part):
        return
    if not top:
        yield f"{of}的 x-when 只能用于表单最上层的字段"
        return
    if name in ALWAYS:
        yield f"{of}是办理对象，总要填写，不能有 x-when"
    for other, values in part[WHEN].items():
        asked = beside.get(other)
        if other == name or not isinstance(asked, Mapping) or asked.get("type") not in ASKED:
            yield f"{of}的 x-when 取决于 {other}，表单最上层没有这样的文字、整数或是否字段"
        elif asked.get("format") in ("cn-id", "cn-national-number"):
            yield f"{of}的 x-when 不能取决于证件号码 {other}，号码是加密保存的"
        elif WHEN in asked:
            yield f"{of}的 x-when 取决于 {other}，而它自己也有条件"
        elif unfit := [each for each in values if not _fits(each, asked)]:
            yield f"{of}的 x-when 中，{other} 没有这样的取值：{'、'.join(map(str, unfit))}"


def _fits(value: Any, asked: Mapping[str, Any]) -> bool:
    if type(value) is not ASKED[str(asked["type"])]:
        return False
    one_of, words = asked.get("oneOf"), asked.get("enum")
    if isinstance(one_of, list):
        return value in [each.get("const") for each in one_of if isinstance(each, Mapping)]
    return value in words if isinstance(words, list) else True
