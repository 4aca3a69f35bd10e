"""What the forms of a version may ask of each other: a repair of its application, a desk of what it may keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.cases import hooks
from app.cases.models import CaseStatus
from app.definitions.queries import APPLICATION, ROW, CompiledVersion
from app.definitions.rules.forms import NUMBERS, fields_of
from app.students.rules.particulars import SEALED_NUMBERS
from app.web.conditions import conditional
from workflows import Kind

SUBJECT_FIELDS = ("student", "school", "name", "main_number")  # whom or what a case is about
ALL_NUMBERS = ("main_number", "national_number", *SEALED_NUMBERS)


def about_forms(version: CompiledVersion) -> Iterator[str]:
    """What is wrong with forms that are ones, in sentences."""
    repairs = _repairs(version)
    for title in sorted(repairs):
        yield from _about_repair(version, title)
    yield from _about_offers(version)
    if hooks.precheck.of(version.key) is not None:
        yield from _about_conditions(version, {APPLICATION, ROW, *repairs})
    if hooks.precheck.of(version.key) is None:  # a process with rules of its own says what it keeps, and how
        yield from _about_numbers(version, {APPLICATION, ROW, *repairs})
        yield from _about_tables(version)


def _about_offers(version: CompiledVersion) -> Iterator[str]:
    """A field that is chosen from what the system offers has such an offer: without one nobody could choose."""
    offered = hooks.choices.of(version.key)
    for title, form in version.forms.items():
        for name, part in fields_of(form).items():
            if "x-choices" in part and name not in offered:
                yield f"表单 {title}.json 的字段 {name} 由系统列出可选项（x-choices），本流程没有提供选项，请去掉"


def _repairs(version: CompiledVersion) -> set[str]:
    """The forms in which an applicant changes the application."""
    return {
        task.form
        for task in version.diagrams.tasks.values()
        if (task.kind is Kind.REPAIR or task.properties.get("status") == CaseStatus.REPAIRING)
        and task.form in version.forms
    }


def _about_repair(version: CompiledVersion, title: str) -> Iterator[str]:
    """A case is one: what it is about stays, and what is typed anew is of the kind that the application asked for."""
    asked, repaired = fields_of(version.forms.get(APPLICATION)), fields_of(version.form(title))
    own_rules = hooks.precheck.of(version.key) is not None
    table = None if hooks.precheck.of(version.rules_of) else version.tables.get(f"{version.rules_of}_rules")
    for name, when in conditional(version.form(APPLICATION)).items() if APPLICATION in version.forms else ():
        if when.keys() & repaired.keys() and name not in repaired:
            yield f"表单 {title}.json 可以改变字段 {name} 的填写条件，须也有字段 {name}"
    for name, part in repaired.items():
        place = f"表单 {title}.json 的字段 {name} "
        if name in asked and _shape(part) != _shape(asked[name]):
            yield f"{place}的 type 和 format 须与申请表的相同"
        if name not in asked and _is_number(name, part):
            yield f"{place}是证件号码，申请表没有这个字段，不能加密保存"
        if name == "student" or (name in SUBJECT_FIELDS and not own_rules):
            yield f"{place}是办理对象，补正时不能改变"
        if table is not None and name in table.inputs:  # it is asked once, at the opening
            yield f"{place}决定办理路径（决策表 {table.id} 问到它），补正时不能改变"


def _shape(part: Mapping[str, Any]) -> Any:
    """A field's type and format, and those of what lies in it."""
    inner = {name: _shape(each) for name, each in fields_of(part).items()}
    items = part.get("items")
    return part.get("type"), part.get("format"), inner, _shape(items) if isinstance(items, Mapping) else None


def _is_number(name: str, part: Mapping[str, Any]) -> bool:
    return part.get("format") in NUMBERS or name in ALL_NUMBERS


def _about_numbers(version: CompiledVersion, kept: set[str]) -> Iterator[str]:
    """Numbers of persons stand only where they are encrypted: in the application and its repair."""
    for title, form in version.forms.items():
        for name, part in fields_of(form).items():
            if title not in kept and _is_number(name, part):
                yield f"表单 {title}.json 的字段 {name} 是证件号码，只能在申请表和补正表中填写"


def _about_conditions(version: CompiledVersion, read: set[str]) -> Iterator[str]:
    """A process with rules of its own reads what its application must say, so that it must always be said."""
    for title in sorted(read & version.forms.keys()):
        for name in sorted(conditional(version.form(title)).keys() & set(version.form(title).get("required", ()))):
            yield f"表单 {title}.json 的必填字段 {name} 由本流程的规则读取，不能有何时填写的条件（x-when）"


def _about_tables(version: CompiledVersion) -> Iterator[str]:
    """A table is asked when somebody applies, who can do nothing about two answers or a list of them."""
    for table in version.tables.values():
        if table.hit_policy != "FIRST":
            yield f"决策表“{table.name}”的命中策略须为 FIRST（{table.hit_policy} 可能没有唯一的结论）"
