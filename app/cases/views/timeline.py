"""The story of a case as its page tells it: what happened, what waits, what is to come, what was asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from app import clock
from app.cases import rules
from app.cases.models import (
    OUTCOME_NAMES,
    Case,
    CaseStatus,
    Decision,
    JointAnswer,
    Outcome,
    TaskStatus,
)
from app.cases.models.coming_changes import ComingChange
from app.cases.presenters.applications import state_of_declared
from app.cases.presenters.cases import compiled_version_of, light_of, shown_of, state_of
from app.cases.queries.coming_changes import live
from app.cases.queries.joint_answers import answers_by_task
from app.cases.queries.migrations import decided_in
from app.cases.queries.parts_read import (
    ComingRead,
)
from app.cases.queries.traces import Traces
from app.cases.views.standstill_shown import stood_still
from app.cases.views.timeline_events import hurried, late, the_end
from app.cases.views.went_back import went_back
from app.database import db
from app.definitions.queries import APPLICATION
from app.definitions.rules.forms import fields_of
from app.divisions.models import Division
from app.divisions.queries import office_by_code
from app.divisions.rules.countries import country_name
from app.divisions.rules.gazetteer import division_name
from app.students.rules.ethnic_groups import ethnic_group


def timeline(case: Case, see: bool, traces: Traces) -> list[dict[str, Any]]:
    """What happened, then what waits, then the steps to come with who will act."""
    entries: list[dict[str, Any]] = [
        {
            "title": "提交申请",
            "office": case.applicant_office.name,
            "who": "",
            "outcome": "已提交",
            "kind": "blue",
            "opinion": "",
            "reason": "",
            "at": case.opened_at,
            "state": "done",
            "duration": "",
        }
    ]
    arrived = {task.id: task.arrived_at for task in case.tasks}
    names = {task.id: task.name for task in case.tasks}
    version = compiled_version_of(case)
    joint = answers_by_task(version, case)
    said = {(each.user_id, each.at): each for some in joint.values() for each in some}  # once, though a task came twice
    entries.extend(_said_jointly(each, names[each.task_id], see) for each in said.values())
    for decision in case.decisions:
        elapsed = clock.working_days_between(
            clock.local(arrived[decision.task_id]).date(), clock.local(decision.at).date()
        )
        entries.append(
            {
                "title": names[decision.task_id],
                "office": decision.office.name,
                "who": decision.by if see and decision.task_id not in joint else "",
                "outcome": _recorded(case, decision) + ("" if decision.undone_id is None else "（不再有效）"),
                "kind": _colour(decision),
                "opinion": _opinion(decision) if see and decision.task_id not in joint else "",
                "reason": f"会签结果，{len(joint[decision.task_id])} 人提出意见"
                if decision.task_id in joint
                else _because(version.reason_text(decision.reason_code) if see else ""),
                "at": decision.at,
                "state": "done",
                "duration": f"用时 {max(0, elapsed)} 个工作日",
            }
        )
    if traces.hurried:
        entries.extend(hurried(case, see, names))
    entries.extend(went_back(case, see))
    if traces.paused:
        entries.extend(stood_still(case, see))
    if case.late_at:
        entries.append(late(case))
    entries.sort(key=lambda entry: entry["at"])
    now = clock.now()
    for task in case.tasks:
        if task.status is TaskStatus.OPEN:
            entries.append(
                {
                    "title": task.name,
                    "office": task.office.name,
                    "who": "",
                    "outcome": rules.time_left(task.deadline, now, paused=case.status is CaseStatus.PAUSED),
                    "kind": {"red": "red", "yellow": "amber"}.get(light_of(task, now), "blue"),
                    "opinion": (task.note or {}).get("detail", ""),
                    "reason": next((step.reason for step in case.route if step.key == task.key), ""),
                    "at": task.arrived_at,
                    "state": "waiting",
                    "duration": _waited(task.arrived_at, now),
                }
            )
    if coming := live(case):
        entries.append(_coming(coming))
    if case.status is not CaseStatus.CLOSED:
        entries.extend(_to_come(case))
    elif case.ended_because:
        entries.append(the_end(case))
    return entries


def _because(reason: str) -> str:
    return f"原因：{reason}" if reason else ""


def _waited(since: dt.datetime, now: dt.datetime) -> str:
    """For how long a step has waited, as its limit counts."""
    days = clock.working_days_between(clock.local(since).date(), clock.local(now).date())
    return f"到达，已历 {days} 个工作日" if days > 0 else "到达"


def _colour(decision: Decision) -> str:
    if decision.undone_id is not None:
        return "grey"
    return {Outcome.REFUSE: "red", Outcome.SEND_BACK: "amber"}.get(decision.outcome, "green")


def _said_jointly(answer: JointAnswer, task: str, see: bool) -> dict[str, Any]:
    """What one person has said to a task that several answer."""
    return {
        "title": f"{task}（会签）",
        "office": "",
        "who": answer.user.name if see else "",
        "outcome": OUTCOME_NAMES[answer.outcome] if see else "已提出意见",
        "kind": "grey",
        "opinion": answer.opinion if see else "",
        "reason": "",
        "at": answer.at,
        "state": "done",
        "duration": "",
    }


def _opinion(decision: Decision) -> str:
    """What was chosen in the form, where it is meant to be read, and what was written."""
    return "。".join(part for part in (*(words for _name, words in shown_of(decision)), decision.opinion) if part)


def _coming(coming: ComingChange | ComingRead) -> dict[str, Any]:
    """What has been agreed to and waits for its day."""
    return {
        "title": "到日生效",
        "office": "",
        "who": "",
        "outcome": f"自 {coming.takes_effect_on:%Y-%m-%d} 起生效",
        "kind": "amber" if coming.fault else "blue",
        "opinion": coming.fault["detail"] if coming.fault else "",
        "reason": "由系统在该日生效；生效前可由申请单位撤回，或由核准机关撤销核准",
        "at": None,
        "state": "waiting",
        "duration": "",
    }


def _recorded(case: Case, decision: Decision) -> str:
    """What the record says of a decision: in the words of the version that asked for it."""
    decided = decided_in(case.id, compiled_version_of(case), decision.key)
    return decided[1].record(decision.outcome) if decided else OUTCOME_NAMES[decision.outcome]


def _to_come(case: Case) -> list[dict[str, Any]]:
    coming = []
    for step in case.route:
        state = state_of(step, case)
        if state in ("to come", "skipped"):
            coming.append(
                {
                    "title": step.name,
                    "office": step.office.name,
                    "who": "",
                    "outcome": "略过" if state == "skipped" else "待办理",
                    "kind": "grey",
                    "opinion": "",
                    "reason": step.reason,
                    "at": None,
                    "state": state,
                    "duration": "",
                }
            )
    return coming


SHOWN_ALREADY = ("name", "to_school")  # the card above says both, the school by its name


def application_lines(case: Case, version: Any, apart: Collection[str] = ()) -> list[tuple[str, str]]:
    """The application in the words of its form.

    apart -- fields that are shown elsewhere
    """
    schema = version.forms.get(APPLICATION)
    values = dict(case.application)
    if state := state_of_declared(case):
        values["national_number_masked"] = f"{values.get('national_number_masked', '')}（{state}）"
    lines = _lines(schema, values) if schema and values else []
    hidden = SHOWN_ALREADY if case.student and "to_school" in case.application else ()  # a correction names a new name
    return [(label, value) for name, label, value in lines if name not in (*hidden, *apart)]


def _lines(schema: Any, values: Any) -> Any:
    for name, part in fields_of(schema).items() if isinstance(values, dict) else ():
        if f"{name}_masked" in values:  # a number is kept sealed
            yield name, part.get("title", name), values[f"{name}_masked"]
        elif name not in values or part.get("x-widget") in ("rows", "student"):
            continue
        elif name == "student" and part.get("type") == "integer":
            continue  # the child stands above by name: the number of its row is nobody's business
        elif part.get("type") == "object":
            for inner, label, value in _lines(part, values[name]):
                yield f"{name}.{inner}", label, value
        elif name == "ethnic_group":
            yield name, "民族", ethnic_group(values[name])
        else:
            yield name, part.get("title", name), words_of(part, values[name])


def words_of(part: dict[str, Any], value: Any) -> str:
    """A value in the words of its form."""
    if part.get("type") == "array" and isinstance(value, list):
        return "\n".join(words_of(part.get("items", {}), each) for each in value)
    if part.get("x-widget") == "division":
        return _division(value)
    if part.get("format") == "cn-division":
        return division_name(value)
    if part.get("format") == "country":
        return country_name(value)
    if part.get("format") == "kilometres":
        return f"{value} 公里"
    if part.get("x-widget") == "office" or part.get("pattern") == "^[0-9]{10}$":
        return _office(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if value == 0 and "x-zero" in part:
        return str(part["x-zero"])
    if "x-unit" in part and not part.get("oneOf"):
        return f"{value} {part['x-unit']}"
    return next((str(each["title"]) for each in part.get("oneOf", ()) if each.get("const") == value), str(value))


def application_tables(case: Case, version: Any) -> list[tuple[str, list[str], list[list[str]]]]:
    """The lists of an application as title, headings and lines."""
    tables = []
    for name, part in fields_of(version.forms.get(APPLICATION)).items():
        if part.get("x-widget") == "rows" and case.application.get(name):
            columns = fields_of(part.get("items"))
            lines = [
                [words_of(column, value.get(key, "")) for key, column in columns.items()]
                for value in case.application[name]
            ]
            tables.append((part.get("title", name), [each.get("title", key) for key, each in columns.items()], lines))
    return tables


def _office(code: str) -> str:
    """第一小学（2133010601）: a code says nothing to who decides."""
    office = office_by_code(code)
    return f"{office.name}（{code}）" if office else code


def _division(code: str) -> str:
    """西湖区（330106）"""
    division = db.session.get(Division, code)
    return f"{division.name}（{code}）" if division else code
