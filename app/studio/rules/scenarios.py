"""演练用例: what is rehearsed, as data that any province can run: kinds of offices, an invented child, steps.

What an application or a form says of those who take part stands there by its name (`=applicant`, `=child.name`), a day
by how far it is from the day of the rehearsal (`=day-3`), a school year likewise, so that it holds later and elsewhere.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.definitions.rules.known_facts import PROFILE_NAMES
from app.errors import InvalidInput, Objected
from app.schools.models import GRADES
from app.web import objections
from app.web.validation import parse_json

LARGEST = 200_000  # bytes
MOST_STEPS = 60
LONGEST_NAME = 40
KINDS = {"school": "学校", "county": "县级教育局", "city": "设区市教育局", "province": "省教育厅"}
SUPERIORS = {"county": "县级教育局", "city": "设区市教育局"}
STAGES = {"primary": "小学", "junior": "初中", "senior": "高中"}
APART = {"same": "同一主管部门", "city": "同一设区市、不同县", "province": "不同设区市"}
STANDINGS = {  # of an invented child; a contested one is in attendance
    "active": "在读",
    "suspended": "休学",
    "dropped_out": "辍学",
    "withdrawn": "退学",
    "graduated": "毕业",
    "contested": "在读，问题学籍",
}
SIDES = {"applicant": "申请单位", "other": "另一所学校"}


@dataclass(frozen=True)
class Place:
    """An office that takes part: a real one by its code, or an invented school (a real bureau) of that kind.

    superior -- of a school, the kind of its bureau; apart -- of the other school, how far it is from the applicant
    """

    code: str = ""
    kind: str = "school"
    stage: str = "primary"
    superior: str = "county"
    apart: str = "same"

    def as_json(self) -> dict[str, Any]:
        """As it is kept; of a real office nothing but its code."""
        if self.code:
            return {"office": self.code}
        own = {"stage": self.stage, "superior": self.superior, "apart": self.apart} if self.kind == "school" else {}
        return {"kind": self.kind, **own}

    def in_words(self) -> str:
        """县级教育局所属小学"""
        if self.kind != "school":
            return KINDS[self.kind]
        return f"{SUPERIORS[self.superior]}所属{STAGES[self.stage]}"


@dataclass(frozen=True)
class Child:
    """The child in question: an invented one in that grade and standing at one of the two. No duty of the studio reads
    the records of real children.
    """

    at: str = "applicant"
    grade: str = "13"
    standing: str = "active"

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {"at": self.at, "grade": self.grade, "standing": self.standing}

    def in_words(self) -> str:
        """申请单位的虚拟学生，小学三年级，在读"""
        return f"{SIDES[self.at]}的虚拟学生，{GRADES[self.grade]}，{STANDINGS[self.standing]}"


@dataclass(frozen=True)
class Step:
    """What an office says to its task; with `waits` the day is awaited on which what was agreed to takes effect.

    task -- its key; without one whatever waits, with the form as it is prefilled
    process -- of a case that follows the first one; empty for the first one
    """

    task: str = ""
    outcome: str = ""
    process: str = ""
    reason_code: str | None = None
    opinion: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)
    papers: tuple[str, ...] = ()
    waits: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is kept, without what is empty."""
        if self.waits:
            return {"waits": True}
        said = {name: getattr(self, name) for name in ("process", "reason_code", "opinion", "form")}
        said["papers"] = list(self.papers)
        return {"task": self.task, "outcome": self.outcome, **{name: each for name, each in said.items() if each}}


@dataclass(frozen=True)
class Script:
    """Who takes part, what is applied for, and what each office then says.

    application -- None while it has not been filled in; row -- the child of a list, where the process is about one;
    papers -- the kinds of papers that come with it; on -- month and day on which it is, the next one to come, so that
    what has its season is in season; empty for today; profile -- the rules under which it opens, empty for those of
    the installation
    """

    applicant: Place
    other: Place | None = None
    child: Child | None = None
    application: Mapping[str, Any] | None = None
    row: Mapping[str, Any] | None = None
    papers: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    on: str = ""
    profile: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        when = {"on": self.on, "profile": self.profile}
        said = {**{name: each for name, each in when.items() if each}, "applicant": self.applicant.as_json()}
        for name in ("other", "child"):
            if (each := getattr(self, name)) is not None:
                said[name] = each.as_json()
        if self.application is not None:
            said["application"] = dict(self.application)
        if self.row is not None:
            said["row"] = dict(self.row)
        return {**said, "papers": list(self.papers), "steps": [each.as_json() for each in self.steps]}


@dataclass(frozen=True)
class Scenario:
    """A script under a name, with the course that it must take: tasks with their outcomes, verbs, the end."""

    name: str
    script: Script
    expected: Sequence[Mapping[str, str]]

    def text(self) -> str:
        """As its file is written."""
        said = {"name": self.name, **self.script.as_json(), "expected": [dict(each) for each in self.expected]}
        return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


# ── from outside ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _one_of(title: str, values: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, "enum": list(values)}


def _text(title: str, longest: int) -> dict[str, Any]:
    return {"type": "string", "title": title, "maxLength": longest}


PLACE = {
    "type": "object",
    "properties": {
        "office": _text("机构代码", 12),
        "kind": _one_of("机构种类", KINDS),
        "stage": _one_of("学段", STAGES),
        "superior": _one_of("主管部门", SUPERIORS),
        "apart": _one_of("与申请单位的关系", APART),
    },
}
ANYTHING = {"type": "object", "title": "内容"}
PAPERS = {"type": "array", "title": "证明材料", "maxItems": 40, "items": _text("证明材料", 40)}
STEP = {
    "type": "object",
    "properties": {
        "task": _text("环节", 60),
        "process": _text("流程编号", 40),
        "outcome": _one_of("结果", ("agree", "refuse", "send_back", "acknowledge")),
        "reason_code": _text("原因", 30),
        "opinion": {**_text("意见", 2000), "x-widget": "textarea"},
        "form": ANYTHING,
        "papers": PAPERS,
        "waits": {"type": "boolean", "title": "等到生效之日"},
    },
}
SCRIPT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "on": {"type": "string", "title": "演练日期", "pattern": "^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"},
        "profile": _one_of("规则版本", PROFILE_NAMES),
        "applicant": PLACE,
        "other": PLACE,
        "child": {
            "type": "object",
            "properties": {
                "at": _one_of("所在学校", SIDES),
                "grade": _one_of("年级", GRADES),
                "standing": _one_of("学籍状态", STANDINGS),
            },
        },
        "application": ANYTHING,
        "row": ANYTHING,
        "papers": PAPERS,
        "steps": {"type": "array", "title": "步骤", "maxItems": MOST_STEPS, "items": STEP},
    },
    "required": ["applicant"],
}
EXPECTED = {
    "type": "object",
    "properties": {name: _text("预期", 60) for name in ("task", "role", "duty", "outcome", "process", "verb", "end")},
}
SCENARIO: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {**_text("用例名称", LONGEST_NAME), "minLength": 1},
        **SCRIPT["properties"],
        "expected": {"type": "array", "title": "预期走向", "maxItems": 4 * MOST_STEPS, "items": EXPECTED},
    },
    "required": ["name", "applicant", "application", "steps", "expected"],
}


def script_of(said: Mapping[str, Any]) -> Script:
    """The script that JSON states. Raises Objected with everything that is wrong with its shape."""
    if faults := objections(SCRIPT, dict(said)):
        raise Objected(list(faults))
    return _script(said)


def scenario_of(raw: bytes) -> Scenario:
    """The scenario that a file states. Raises InvalidInput where it is no JSON or too much, Objected."""
    if len(raw) > LARGEST:
        raise InvalidInput(sentence=f"用例过大（最多 {LARGEST // 1000} KB）。")
    try:
        said = parse_json(raw)
    except InvalidInput as fault:
        raise InvalidInput(sentence=fault.detail.replace("请求正文", "文件")) from fault
    if faults := objections(SCENARIO, said):
        raise Objected(list(faults))
    return Scenario(said["name"], _script(said), tuple(said["expected"]))


def _script(said: Mapping[str, Any]) -> Script:
    other, child = said.get("other"), said.get("child")
    return Script(
        _place(said["applicant"]),
        _place(other) if other is not None else None,
        _child(child) if child is not None else None,
        said.get("application"),
        said.get("row"),
        tuple(said.get("papers", ())),
        tuple(_step(each) for each in said.get("steps", ())),
        said.get("on", ""),
        said.get("profile", ""),
    )


def _place(said: Mapping[str, Any]) -> Place:
    return Place(said.get("office", ""), **{name: said[name] for name in said.keys() - {"office"}})


def _child(said: Mapping[str, Any]) -> Child:
    return Child(**said)


def _step(said: Mapping[str, Any]) -> Step:
    return Step(**{**said, "papers": tuple(said.get("papers", ()))})


def days_until(on: str, today: dt.date) -> int:
    """From today to the next such month and day; 02-30 and the like are the days after."""
    if not on:
        return 0
    month, day = int(on[:2]), int(on[3:])
    coming = (dt.date(year, month, 1) + dt.timedelta(days=day - 1) for year in (today.year, today.year + 1))
    return next((each - today).days for each in coming if each >= today)
