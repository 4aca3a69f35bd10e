"""The words of the studio's pages."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.cases.models import MigratedStatus, MigrationStatus, MoveStatus
from app.cases.rules.migrations import Verdict
from app.cases.rules.routing import role_name
from app.definitions.queries import CompiledVersion
from app.studio.models import ProposalStatus
from app.studio.queries.replays import Way
from app.studio.rules.migrations import STATUS_NAMES
from app.studio.rules.moves import MOVE_NAMES

PROPOSAL_STATUSES = {
    ProposalStatus.OPEN: ("待审批", "blue"),
    ProposalStatus.APPROVED: ("已发布", "green"),
    ProposalStatus.RETURNED: ("已退回", "amber"),
    ProposalStatus.WITHDRAWN: ("已撤回", "grey"),
}
SEVERITIES = {"error": ("错误", "red"), "warning": ("提醒", "amber"), "info": ("说明", "grey")}
KINDS = {
    "standard": "BPMN 标准",
    "soundness": "流程走向",
    "policy": "办事规则",
    "engine": "运行引擎",
    "house": "平台要求",
}
WAYS = {
    Way.SAME: ("照原样办理", "green"),
    Way.MORE: ("多办环节", "blue"),
    Way.FEWER: ("少办环节", "amber"),
    Way.OTHER: ("结果不同", "red"),
    Way.STUCK: ("走不下去", "red"),
}
MIGRATION_STATUSES = {
    status: (STATUS_NAMES[status], colour)
    for status, colour in (
        (MigrationStatus.PROPOSED, "blue"),
        (MigrationStatus.RUNNING, "amber"),
        (MigrationStatus.DONE, "green"),
        (MigrationStatus.RETURNED, "grey"),
        (MigrationStatus.WITHDRAWN, "grey"),
        (MigrationStatus.UNDOING, "amber"),
        (MigrationStatus.UNDONE, "grey"),
    )
}
MOVE_STATUSES = {
    status: (MOVE_NAMES[status], colour)
    for status, colour in (
        (MoveStatus.PROPOSED, "blue"),
        (MoveStatus.DONE, "green"),
        (MoveStatus.RETURNED, "grey"),
        (MoveStatus.WITHDRAWN, "grey"),
    )
}
MIGRATED_STATUSES = {
    MigratedStatus.WAITING: ("待迁移", "grey"),
    MigratedStatus.MOVED: ("已迁移", "green"),
    MigratedStatus.LEFT: ("未迁移", "red"),
    MigratedStatus.UNDOING: ("待撤销", "amber"),
    MigratedStatus.UNDONE: ("已撤销迁移", "blue"),
    MigratedStatus.KEPT: ("不能撤销", "red"),
}
VERDICTS = {
    Verdict.MOVES: ("可以迁移", "green"),
    Verdict.CHANGED: ("可以迁移，当前环节有变化", "amber"),
    Verdict.CANNOT: ("不能迁移", "red"),
}
FILE_KINDS = {"bpmn": "流程图", "dmn": "决策表", "policy": "办事规则", "scenario": "演练用例", "json": "表单"}
OWN_KINDS = {"reasons.json": "办理原因", "proofs.json": "证明材料", "application.json": "申请表"}


NAMED = {  # what names a file: its process, its first decision
    "bpmn": re.compile(r"<(?:[\w.-]+:)?process\b[^>]*?\sname=\"([^\"]+)\""),
    "dmn": re.compile(r"<(?:[\w.-]+:)?decision\b[^>]*?\sname=\"([^\"]+)\""),
}


@dataclass(frozen=True)
class TaskLine:
    """One step of a version as people read it."""

    name: str
    office: str
    duty: str
    working_days: int | None
    outcomes: Sequence[str]
    form: str


def task_lines(version: CompiledVersion) -> Sequence[TaskLine]:
    """The steps of a version: those of the route in its order, then the others."""
    tasks = version.diagrams.tasks
    keys = dict.fromkeys([*version.diagrams.route, *tasks])
    return [
        TaskLine(
            each.name,
            role_name(each.role),
            each.duty,
            each.working_days,
            [each.button(outcome) for outcome in each.outcomes],
            f"{each.form}.json",
        )
        for each in (tasks[key] for key in keys)
    ]


def kind_of_file(name: str) -> str:
    """流程图, 决策表, 申请表 …"""
    return OWN_KINDS.get(name) or FILE_KINDS.get(name.rpartition(".")[2], "文件")


def title_of_file(name: str, text: str, steps: Mapping[str, Sequence[str]] | None = None) -> str:
    """What a file is called in Chinese, with the steps that use it; its kind where it has no title of its own.

    steps -- the names of the steps by the form they fill in
    """
    kind, ending = kind_of_file(name), name.rpartition(".")[2]
    title = OWN_KINDS.get(name) or _title_of_form(text) if ending == "json" else None
    if (pattern := NAMED.get(ending)) and (found := pattern.search(text)):
        title = html.unescape(found.group(1))
    used = "、".join(f"“{each}”" for each in (steps or {}).get(name, ()))
    return (title or kind) + (f"（环节{used}）" if used and name not in OWN_KINDS else "")


def _title_of_form(text: str) -> str | None:
    try:
        said = json.loads(text)
    except ValueError:
        return None
    title = said.get("title") if isinstance(said, dict) else None
    return title if isinstance(title, str) else None
