"""What another version changes at the step where a case waits, and what a case cannot take with it. Pure answers."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum

from app.cases.rules.routing import role_name
from app.definitions.queries import ROW, CompiledVersion
from app.identity.models import DUTY_NAMES, Duty
from workflows import Kind, TaskSpec
from workflows.diagrams import BPMN, read


class Verdict(StrEnum):
    """What becomes of a case: it moves, it moves and its step is another one, or it cannot."""

    MOVES = "moves"
    CHANGED = "changed"
    CANNOT = "cannot"


def why_no_case_moves(own: CompiledVersion, target: CompiledVersion) -> str | None:
    """Against all cases of a version at once; None when each is to be looked at."""
    if own.rules_of != target.rules_of:
        return "新版本沿用的是另一项业务的规则"
    if own.subject != target.subject or own.applicant != target.applicant:
        return "新版本的申请单位或办理对象不同"
    if (ROW in own.forms) != (ROW in target.forms):
        return "两个版本一个按名单办理，一个不按名单办理"
    return None


def why_not_with_decisions(own: CompiledVersion, target: CompiledVersion, decided: Collection[str]) -> str | None:
    """A case whose applicant has repaired it: who did so drafted it, and the target must know that.

    decided -- the keys of the tasks that were decided
    """
    for key in sorted(set(decided)):
        spec = own.diagrams.tasks.get(key)
        if spec is None or spec.kind is not Kind.REPAIR:
            continue
        there = target.diagrams.tasks.get(key)
        if there is None or there.kind is not Kind.REPAIR:
            return f"已办过“{spec.name}”，新版本不再认其为补正，补正人不得审批的要求无法延续"
    return None


def why_not_with_list(target: CompiledVersion, verb: str) -> str | None:
    """A list that is being worked is worked by the verb that its decision named."""
    return None if verb in target.diagrams.operations else "名单正在办理，新版本没有办理名单的这项操作"


def why_not_with_answers(
    own: CompiledVersion, target: CompiledVersion, answered: Collection[str], mapping: Mapping[str, str]
) -> str | None:
    """What some have said to a task that several answer counts by the rule by which they were asked."""
    for key in sorted(answered):
        spec, there = own.diagrams.tasks[key], target.diagrams.tasks.get(key)
        asked = (spec.joint, spec.role, spec.duty, spec.outcomes)
        if key in mapping or there is None or (there.joint, there.role, there.duty, there.outcomes) != asked:
            return f"“{spec.name}”正在会签，已有人提出意见，新版本的会签规则、机构或岗位不同"
    return None


def why_not_with_reviews(own: CompiledVersion, reviewed: Collection[str], mapping: Mapping[str, str]) -> str | None:
    """Who has pre-reviewed a task does not decide it (E-SOD-01): what they have said stays with the task."""
    for key in sorted(reviewed):
        if key in mapping:
            return f"“{own.diagrams.tasks[key].name}”已初审，改到其他环节后初审人的回避无法延续"
    return None


def no_more_asked(own: CompiledVersion, target: CompiledVersion, waiting: Collection[str]) -> str:
    """Of the steps that are new in the target those that a case has gone past, in words; empty where there are none.

    waiting -- the keys of the steps at which it waits there. What is asked again after a repair is not counted: a case
    that waits for one may pass all of them.
    """
    tasks, following = target.diagrams.tasks, _following(tuple(sorted(target.files.items())), target.key)
    new = [key for key in tasks if key not in own.diagrams.tasks and key in following]
    if not new or any(key not in following or tasks[key].kind is Kind.REPAIR for key in waiting):
        return ""
    ahead, seen = list(waiting), {key for key, task in tasks.items() if task.kind is Kind.REPAIR}
    while ahead:
        if (node := ahead.pop()) not in seen:
            seen.add(node)
            ahead += following.get(node, ())
    passed = "、".join(f"“{tasks[key].name}”" for key in new if key not in seen)
    return f"不再经过新增的{passed}" if passed else ""


@functools.lru_cache(maxsize=16)
def _following(files: tuple[tuple[str, str], ...], key: str) -> Mapping[str, Collection[str]]:
    """Where one may go from each node of a process itself, events on a node's border among them."""
    following: dict[str, list[str]] = {}
    for name, text in files:
        if not name.endswith(".bpmn"):
            continue
        for process in read(text.encode(), name).iter(f"{BPMN}process"):
            if process.get("id") != key:
                continue
            for node in process.iterchildren(f"{BPMN}*"):
                following.setdefault(str(node.get("id")), [])
            for flow in process.iterchildren(f"{BPMN}sequenceFlow"):
                following.setdefault(str(flow.get("sourceRef")), []).append(str(flow.get("targetRef")))
            for border in process.iterchildren(f"{BPMN}boundaryEvent"):
                following.setdefault(str(border.get("attachedToRef")), []).append(str(border.get("id")))
    return following


def changes_of_step(own: CompiledVersion, target: CompiledVersion, key: str, new_key: str) -> Iterator[str]:
    """What is another one at the step where a case waits, in words."""
    before, after = own.diagrams.tasks[key], target.diagrams.tasks[new_key]
    if key != new_key:
        yield f"环节由“{before.name}”改为“{after.name}”"
    elif before.name != after.name:
        yield f"环节名称由“{before.name}”改为“{after.name}”"
    if before.role != after.role:
        yield f"办理机构由{role_name(before.role)}改为{role_name(after.role)}"
    if before.duty != after.duty:
        yield f"岗位由{DUTY_NAMES[Duty(before.duty)]}改为{DUTY_NAMES[Duty(after.duty)]}"
    if before.working_days != after.working_days:
        yield f"时限由{_days(before)}改为{_days(after)}"
    if before.joint != after.joint:
        yield (
            "会签规则有变化"
            if before.joint and after.joint
            else "一人办理改为会签"
            if after.joint
            else "会签改为一人办理"
        )
    if before.outcomes != after.outcomes:
        yield f"可选结果由{_outcomes(before)}改为{_outcomes(after)}"
    elif [before.button(each) for each in before.outcomes] != [after.button(each) for each in after.outcomes]:
        yield f"按钮由{_outcomes(before)}改为{_outcomes(after)}"
    if _form(own, before) != _form(target, after):
        yield "填写的内容有变化"


def _days(spec: TaskSpec) -> str:
    return f" {spec.working_days} 个工作日" if spec.working_days is not None else "不另规定"


def _outcomes(spec: TaskSpec) -> str:
    return f"“{'、'.join(spec.button(each) for each in spec.outcomes)}”"


def _form(version: CompiledVersion, spec: TaskSpec) -> Mapping[str, object] | None:
    return version.forms.get(spec.form)
