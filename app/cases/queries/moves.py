"""环节调整: where a case waits, and what would become of it if one of its tasks went on as another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.cases import rules
from app.cases.models import Case, CaseStatus
from app.cases.queries.migrations import acts_of, records_of
from app.cases.rules.refusals import CannotMove
from app.database import execute, table
from app.definitions.queries import CompiledVersion, compiled_version, version_of_runs
from app.students.models import Directive, DirectiveStatus
from workflows import Kind, RunBroken
from workflows.errors import NotMovable
from workflows.migration import Migrated, move

CASES, DIRECTIVES = table(Case), table(Directive)
COLUMNS = ("id", "number", "process_key", "version_id", "status", "parties", "state", "written")
MESSAGE = "!"  # before the name of a message, as `written` keeps it
Row = Any


@dataclass(frozen=True)
class MovePlan:
    """A case moved, not yet written. version -- its own; migrated -- its run there."""

    version: CompiledVersion
    migrated: Migrated


def open_case_of(case_id: int) -> Row:
    """What a plan asks of a case. Raises CannotMove for one that has closed, or runs on no version."""
    row = execute(sa.select(*(CASES.c[name] for name in COLUMNS)).where(CASES.c.id == case_id)).one()
    if row.status == CaseStatus.CLOSED:
        raise CannotMove(why="办件已办结")
    if row.state is None or row.version_id is None:
        raise CannotMove(why="办件没有运行状态")
    return row


def plan_move(case: Row, key: str, to: str) -> MovePlan:
    """The case, read by `open_case_of`, with its task `key` gone on as `to`; nothing is written. Raises CannotMove.

    What was decided stands as it was decided: where the way on would break a policy the case does not move.
    """
    version = compiled_version(case.version_id)
    if why := _why_not(case, version, key, to):
        raise CannotMove(why=why)
    decided, written = records_of([case.id])[case.id].decided, case.written
    verbs = None if written is None else {name for _at, name in written if not name.startswith(MESSAGE)}
    acts = acts_of(version, decided, written or ())
    try:
        migrated = move(version_of_runs(version), bytes(case.state), key, to, acts, written=verbs)
    except NotMovable as why_not:
        raise CannotMove(why=str(why_not)) from why_not
    except RunBroken as error:
        raise CannotMove(why=f"办件的运行状态有误：{error}") from error
    return MovePlan(version, migrated)


def targets_of(case: Row, key: str) -> Mapping[str, str]:
    """Every other task of the diagram and why the case cannot go there from `key`, empty where it can."""
    found = {}
    for to in compiled_version(case.version_id).diagrams.tasks:
        if to != key:
            try:
                plan_move(case, key, to)
                found[to] = ""
            except CannotMove as refusal:
                found[to] = str(refusal.values["why"])
    return found


def _why_not(case: Row, version: CompiledVersion, key: str, to: str) -> str | None:
    """What stands against a move beside its diagram and its policy."""
    tasks, record = version.diagrams.tasks, records_of([case.id])[case.id]
    if key not in tasks or to not in tasks:
        return f"流程图中没有环节 {to if key in tasks else key}"
    if record.verb is not None:
        return "名单正在办理，请待办理完毕"
    if key in record.answered:
        return f"“{tasks[key].name}”正在会签，已有人提出意见"
    if tasks[to].kind is Kind.REPAIR:
        return f"“{tasks[to].name}”须由办理机构退回，不能直接调整到这一环节"
    if tasks[to].role not in case.parties:
        return f"环节“{tasks[to].name}”在本件中没有可办理的机构（{rules.role_name(tasks[to].role)}）"
    in_force = DIRECTIVES.c.case_id == case.id, DIRECTIVES.c.status == DirectiveStatus.ISSUED
    if number := execute(sa.select(DIRECTIVES.c.number).where(*in_force)).scalar():
        return f"指令 {number} 已下达、尚未使用，请先由下达机构撤销指令"
    return None
