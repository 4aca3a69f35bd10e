"""The form in which those who take part in a rehearsal are chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from app import clock
from app.access import Actor
from app.cases import hooks
from app.definitions.queries import APPLICATION, CompiledVersion
from app.definitions.rules.forms import fields_of
from app.definitions.rules.known_facts import PROFILE_NAMES
from app.errors import InvalidInput, Refused
from app.schools.models import GRADES, stage_of
from app.studio.queries.rehearsal_choices import example_of, offices_named
from app.studio.rules.scenarios import (
    APART,
    KINDS,
    SIDES,
    STAGES,
    STANDINGS,
    SUPERIORS,
    Child,
    Place,
    Script,
    days_until,
)

Choices = Mapping[str, Sequence[tuple[str, str]]]
LONGEST_AHEAD = 365  # days
OFFICE, OTHER, CHILD = "申请单位", "另一所学校", "学生"


def cast_form(choices: Choices) -> dict[str, Any]:
    """As JSON Schema. choices -- of a field what was meant by what was typed, where that was more than one."""
    own = "名称或代码；留空则按下面的种类虚拟"
    parts = {
        "day": {
            "type": "string",
            "title": "演练日期",
            "format": "date",
            "description": "按这一天的时令办理，一年之内；留空为今日",
            "x-section": "日期",
        },
        "profile": _choice("日期", "规则版本", PROFILE_NAMES, "不选的，按本系统现用的规则版本"),
        "applicant": _text(OFFICE, "机构名称", own),
        "kind": _choice(OFFICE, "种类", KINDS),
        "stage": _choice(OFFICE, "学段", STAGES),
        "superior": _choice(OFFICE, "主管部门", SUPERIORS),
        "other": _text(OTHER, "学校名称", "名称或代码；留空则按下面的关系虚拟"),
        "apart": _choice(OTHER, "与申请单位的关系", APART, "不涉及另一所学校的，不选"),
        "at": _choice(CHILD, "在何校", SIDES, "不针对在籍学生的，不选"),
        "grade": _choice(CHILD, "虚拟学生的年级", GRADES),
        "standing": _choice(CHILD, "虚拟学生的学籍状态", STANDINGS),
    }
    for name, found in choices.items():
        parts[name] = {**parts[name], "oneOf": [{"const": value, "title": words} for value, words in found]}
    return {"type": "object", "properties": parts}


def _text(section: str, title: str, description: str) -> dict[str, Any]:
    return {"type": "string", "title": title, "description": description, "maxLength": 80, "x-section": section}


def _choice(section: str, title: str, names: Mapping[str, str], description: str = "") -> dict[str, Any]:
    offered = [{"const": value, "title": words} for value, words in names.items()]
    said = {"description": description} if description else {}
    return {"type": "string", "title": title, "oneOf": offered, "x-section": section, **said}


def default_cast(version: CompiledVersion) -> dict[str, str]:
    """What is likely to be meant by a process: a child that comes from elsewhere, one of the school, or none."""
    kind = {"bureau": "county", "province": "province"}.get(version.applicant, "school")
    said = {"kind": kind, "stage": "primary", "superior": "county", "grade": "13", "standing": "active"}
    said |= _by_rule(version, kind)
    example = example_of(version)
    return {**said, **example.cast, **_next(example.cast.get("day"))} if example else said


def _by_rule(version: CompiledVersion, kind: str) -> dict[str, str]:
    """Where the child is, if there is one, and the other school."""
    asked = fields_of(version.form(APPLICATION))
    if "to_school" in asked and "main_number" in asked:
        return {"apart": "province", "at": "other"}
    if "student" in asked or hooks.rehearsal.of(version.key):  # about one of the school's children, or all of them
        return {"at": "applicant"}
    return {"apart": "same"} if kind != "school" else {}


def _next(on: str | None) -> dict[str, str]:
    """The next day of that month and day."""
    today = clock.today()
    return {"day": (today + dt.timedelta(days=days_until(on, today))).isoformat()} if on else {}


def read_cast(actor: Actor, typed: Mapping[str, str]) -> tuple[Script | None, Choices, list[Refused]]:
    """The script that the form begins; None with what is to be chosen from, and every fault."""
    faults: list[Refused] = []
    choices: dict[str, Sequence[tuple[str, str]]] = {}

    def one(name: str, found: Sequence[tuple[str, str]]) -> str:
        if len(found) == 1:
            return found[0][0]
        if found:
            choices[name] = found
            sentence = f"符合“{typed[name]}”的不止一个，请选择。"
        else:
            sentence = f"没有找到“{typed[name]}”。"
        faults.append(InvalidInput(sentence=sentence, field=name))
        return ""

    codes = {name: one(name, offices_named(actor, typed[name])) for name in ("applicant", "other") if typed.get(name)}
    at = typed.get("at") or ""
    child = Child(at, typed.get("grade") or "13", typed.get("standing") or "active") if at else None
    if at == "other" and not codes.get("other") and not typed.get("apart"):
        sentence = "学生在另一所学校的，请写明另一所学校或者与申请单位的关系。"
        faults.append(InvalidInput(sentence=sentence, field="apart"))
    faults += _about_day(typed.get("day", ""))
    if faults:
        return None, choices, faults
    return _cast(typed, codes, child), {}, []


def _about_day(typed: str) -> list[Refused]:
    """Against a day that no rehearsal can be on; its format has been checked."""
    ahead = (dt.date.fromisoformat(typed) - clock.today()).days if typed else 0
    if 0 <= ahead < LONGEST_AHEAD:
        return []
    return [InvalidInput(sentence="演练日期须在今日之后的一年之内。", field="day")]


def _cast(typed: Mapping[str, str], codes: Mapping[str, str], child: Child | None) -> Script:
    kinds = {name: typed[name] for name in ("kind", "stage", "superior") if typed.get(name)}
    applicant = Place(codes["applicant"]) if codes.get("applicant") else Place(**kinds)
    other: Place | None = None
    if codes.get("other"):
        other = Place(codes["other"], apart=typed.get("apart") or "same")
    elif typed.get("apart"):
        shape = {name: each for name, each in kinds.items() if name != "kind"}
        if child is not None and child.at == "other":  # that school teaches the child
            shape["stage"] = stage_of(child.grade).value
        other = Place(**shape, apart=typed["apart"])
    return Script(applicant, other, child, on=typed.get("day", "")[5:], profile=typed.get("profile") or "")
