"""`audit reconcile`: what lives is computed again from the records of the acts, and compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import sqlalchemy as sa

from app import audit
from app.cases.models import Case, CaseStatus, Decision, Task, TaskStatus
from app.database import execute, table
from app.schools.models import Quota, QuotaEntry, QuotaEntryKind, QuotaVersion
from app.students.models import Change, Directive, Enrolment

AT_ONCE = 1000


def reconcile() -> Iterator[str]:
    """A sentence for every row that lives and is not what the acts have made of it; nothing when all is well.

    First every row that is not as it was sealed last, then what can be computed: seats from enrolments and the
    ledger, totals from the numbers that were set, tasks from their decisions, standings from the changes. To be read
    in a `snapshot`. No row is held longer than it is compared.
    """
    for fault in audit.differences():
        yield fault.text
    for what, compared in (("环节", _tasks), ("名额", _seats), ("学籍", _standings), ("指令", _directives)):
        try:
            yield from compared()
        except audit.UNREADABLE:  # named above, as a row that is not as it was sealed
            yield f"{what}未能核对：记录中有不能读取的内容"


def _found(query: sa.Select[Any]) -> Iterator[Any]:
    yield from execute(query.execution_options(yield_per=AT_ONCE))


def _tasks() -> Iterator[str]:
    task, decision, case = table(Task), table(Decision), table(Case)
    told = (
        sa.select(task.c.id, task.c.status, task.c.office_id, task.c.key, decision.c.office_id, decision.c.key)
        .join(decision, decision.c.task_id == task.c.id)
        .where(
            sa.or_(
                task.c.status != TaskStatus.DONE, task.c.office_id != decision.c.office_id, task.c.key != decision.c.key
            )
        )
    )
    for row in _found(told):
        yield f"环节（task）{row[0]} 与其办理结果不符"
    left = sa.select(task.c.id).join(case, case.c.id == task.c.case_id)
    for row in _found(left.where(task.c.status == TaskStatus.OPEN, case.c.status == CaseStatus.CLOSED)):
        yield f"环节（task）{row.id} 所属办件已办结，环节仍待办"


def _seats() -> Iterator[str]:
    quota, entry, version, enrolment = table(Quota), table(QuotaEntry), table(QuotaVersion), table(Enrolment)
    held = sa.case((entry.c.kind == QuotaEntryKind.RESERVE, entry.c.seats), else_=-entry.c.seats)
    reserved = sa.select(sa.func.coalesce(sa.func.sum(held), 0)).where(entry.c.quota_id == quota.c.id)
    last = sa.select(version.c.total).where(version.c.quota_id == quota.c.id).order_by(version.c.id.desc()).limit(1)
    cohort = sa.and_(
        enrolment.c.school_id == quota.c.school_id,
        enrolment.c.stage == quota.c.stage,
        enrolment.c.entry_year == quota.c.entry_year,
    )
    used = sa.select(sa.func.count()).where(cohort, enrolment.c.ends_on.is_(None))
    columns = {"used": used, "reserved": reserved, "total": last}
    computed = [query.scalar_subquery().label(f"{name}_computed") for name, query in columns.items()]
    words = {"used": "已用", "reserved": "预留", "total": "核定"}
    for row in _found(sa.select(quota.c.id, quota.c.used, quota.c.reserved, quota.c.total, *computed)):
        for name, word in words.items():
            now, then = getattr(row, name), getattr(row, f"{name}_computed")
            if then is not None and now != then:
                yield f"新生学籍总数（quota）{row.id}：{word}为 {now}，依记录应为 {then}"


def _standings() -> Iterator[str]:
    """The last change of an enrolment that says a standing or a grade says the one that it has."""
    change, enrolment = table(Change), table(Enrolment)
    query = (
        sa.select(enrolment.c.id, enrolment.c.standing, enrolment.c.grade, change.c.after)
        .join(change, sa.and_(change.c.student_id == enrolment.c.student_id, change.c.epoch == enrolment.c.epoch))
        .order_by(enrolment.c.id, change.c.id)
    )
    present: Any = None
    last: dict[str, Any] = {}
    for row in _found(query):
        if present is not None and row.id != present.id:
            yield from _standing_of(present, last)
            last = {}
        present = row
        after = row.after if isinstance(row.after, dict) else orjson.loads(row.after)
        last |= {name: after[name] for name in ("standing", "grade") if name in after}
    if present is not None:
        yield from _standing_of(present, last)


def _standing_of(row: Any, last: dict[str, Any]) -> Iterator[str]:
    for name, value in last.items():
        now = getattr(row, name)
        if str(getattr(now, "value", now)) != str(value):
            yield f"学籍（enrolment）{row.id}：{name} 为 {getattr(now, 'value', now)}，依学籍异动应为 {value}"


def _directives() -> Iterator[str]:
    """A directive's signature is a proof of its own; here only that a used one has led to a move."""
    directive, change = table(Directive), table(Change)
    moved = sa.select(change.c.id).where(change.c.student_id == directive.c.student_id)
    query = sa.select(directive.c.number).where(directive.c.status == "consumed", ~moved.exists())
    for row in _found(query):
        yield f"指令（directive）{row.number} 已使用，却没有学籍异动"
