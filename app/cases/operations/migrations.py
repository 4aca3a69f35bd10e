"""迁移: a running case goes over to another version of its process, each in a transaction of its own, and back.

Whoever decides a task of the case meanwhile and whoever migrates it raise its revision: one of them wins, the other
hears that somebody was faster. A worker killed in the middle has lost nothing but the case it was at, which waits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases.models import (
    CaseStatus,
    JointAnswer,
    MigratedCase,
    MigratedStatus,
    Migration,
    MigrationStatus,
    Notice,
    NoticeKind,
    RouteStep,
    TaskStatus,
)
from app.cases.operations.closing import CASES, claim_case
from app.cases.operations.transitions import DEFAULT_DAYS, TASKS, Row, case_by_number, end_tasks, status_after, task_row
from app.cases.queries.migrations import Plan, offices_of, plan_of, records_of
from app.cases.rules.migrations import Verdict
from app.cases.rules.refusals import NotUndone
from app.database import db, execute, table, write_together
from app.definitions.queries import CompiledVersion, compiled_version
from app.writes import Write

MIGRATIONS, MIGRATED, ROUTE, NOTICES = table(Migration), table(MigratedCase), table(RouteStep), table(Notice)
ANSWERS = table(JointAnswer)
CHUNK = 50  # cases that are looked up at once; each has its transaction
MOMENTS = ("arrived_at", "deadline", "reminded_at", "escalated_at")
OF_A_TASK = ("id", "run_task", "key", "name", "office_id", "duty", "note", *MOMENTS)
OF_A_STEP = ("position", "key", "name", "office_id", "duty", "reason", "skipped")
REPLACED = "E-MIGRATED"  # stands in a task that goes on as another one
LONGEST = 500  # characters of what is said of a case


def migrations_to_work() -> Sequence[Migration]:
    """Those whose cases wait for the worker, the oldest first."""
    working = Migration.status.in_((MigrationStatus.RUNNING, MigrationStatus.UNDOING))
    return db.session.scalars(sa.select(Migration).where(working).order_by(Migration.id)).all()


def cases_to_work(migration_id: int, after: int, limit: int = CHUNK) -> Sequence[int]:
    """The next cases of a migration that wait for the worker, behind that one."""
    waits = sa.text("status IN ('waiting', 'undoing')")  # as its index has it
    asked = sa.select(MIGRATED.c.case_id).where(MIGRATED.c.migration_id == migration_id, waits)
    return list(execute(asked.where(MIGRATED.c.case_id > after).order_by(MIGRATED.c.case_id).limit(limit)).scalars())


def work_case(migration_id: int, case_id: int, *, actor: Actor) -> None:
    """Migrate a case that waits for it, or move it back. Raises Stale when somebody has done something to it just now.

    Its row in the migration is written first, so that two workers take turns instead of moving it twice.
    """
    mine = MIGRATED.c.migration_id == migration_id, MIGRATED.c.case_id == case_id
    waits = MIGRATED.c.status.in_((MigratedStatus.WAITING, MigratedStatus.UNDOING))
    if execute(sa.update(MIGRATED).where(*mine, waits).values(worked_at=clock.now())).rowcount != 1:
        return
    row = execute(sa.select(MIGRATED, MIGRATIONS).join(MIGRATIONS, MIGRATIONS.c.id == migration_id).where(*mine)).one()
    work = _migrate if row.status is MigratedStatus.WAITING else _move_back
    execute(sa.update(MIGRATED).where(*mine).values(**work(row, actor)))


def leave_case(migration_id: int, case_id: int, why: str) -> None:
    """A case at which the program failed stays where it is, and the others go on."""
    mine = MIGRATED.c.migration_id == migration_id, MIGRATED.c.case_id == case_id
    for waits, becomes in (
        (MigratedStatus.WAITING, MigratedStatus.LEFT),
        (MigratedStatus.UNDOING, MigratedStatus.KEPT),
    ):
        values = {"status": becomes, "detail": why[:LONGEST], "worked_at": clock.now()}
        execute(sa.update(MIGRATED).where(*mine, MIGRATED.c.status == waits).values(**values))


def finish(migration_id: int, *, actor: Actor) -> bool:
    """The last case of a migration has been worked: it is over; False while some wait."""
    now = clock.now()
    over = {MigrationStatus.RUNNING: MigrationStatus.DONE, MigrationStatus.UNDOING: MigrationStatus.UNDONE}
    if cases_to_work(migration_id, 0, 1):
        return False
    for status, becomes in over.items():
        same = MIGRATIONS.c.id == migration_id, MIGRATIONS.c.status == status
        values = {"status": becomes} if becomes is MigrationStatus.UNDONE else {"status": becomes, "finished_at": now}
        if execute(sa.update(MIGRATIONS).where(*same).values(**values)).rowcount:
            audit.record("studio/finish_migration", f"migration:{migration_id}", actor=actor)
    return True


def undo_one(migration_id: int, case_id: int, *, actor: Actor) -> None:
    """撤销一件的迁移, now. Raises NotUndone (E-UNDO) when something has happened to it since, Stale."""
    mine = MIGRATED.c.migration_id == migration_id, MIGRATED.c.case_id == case_id
    moved = MIGRATED.c.status == MigratedStatus.MOVED
    if execute(sa.update(MIGRATED).where(*mine, moved).values(status=MigratedStatus.UNDOING)).rowcount != 1:
        raise NotUndone(why="该件没有迁移，或者已经撤销迁移")
    work_case(migration_id, case_id, actor=actor)
    row = execute(sa.select(MIGRATED.c.status, MIGRATED.c.detail).where(*mine)).one()
    if row.status is not MigratedStatus.UNDONE:
        raise NotUndone(why=row.detail)


# --- onwards


def _migrate(row: Row, actor: Actor) -> dict[str, Any]:
    """Move the case; what its row in the migration says of it then. Raises Stale."""
    case, _siblings = case_by_number(_number(row.case_id))
    if case.case_status == CaseStatus.CLOSED or case.version_id != row.from_id:
        return _left("已办结" if case.case_status == CaseStatus.CLOSED else "已不在原来的版本上")
    own, target = compiled_version(row.from_id), compiled_version(row.to_id)
    record = records_of([row.case_id])[row.case_id]
    plan = plan_of(case, own, target, record, offices_of(set(case.parties.values())), row.mapping)
    if plan.verdict is Verdict.CANNOT or plan.migrated is None or plan.parties is None:
        return _left(plan.sentence)
    before = {
        "status": case.case_status,
        "parties": case.parties,
        "tasks": [_kept(each) for each in _open_tasks(row.case_id)],
        "route": None,
        "last_answer": _last_answer(row.case_id),
    }
    status = status_after(case, target, plan.migrated.run)
    claim_case(case, version_id=row.to_id, state=plan.migrated.run.state, status=status, parties=dict(plan.parties))
    _migrate_tasks(case, own, target, plan)
    before["route"] = _migrate_route(case, target, plan, {key for key, _outcome in record.decided})
    _record("cases/migrate", case, own.number, target.number, row.migration_id, actor)
    return {
        "status": MigratedStatus.MOVED,
        "detail": plan.sentence[:LONGEST],
        "state": case.state,
        "before": before,
        "revision": case.revision + 1,
    }


def _left(why: str) -> dict[str, Any]:
    return {"status": MigratedStatus.LEFT, "detail": why[:LONGEST]}


def _record(verb: str, case: Row, before: int, after: int, migration_id: int, actor: Actor) -> None:
    now = {"version": after, "migration": migration_id}
    audit.record(verb, f"case:{case.number}", actor=actor, before={"version": before}, after=now)


def _migrate_tasks(case: Row, own: CompiledVersion, target: CompiledVersion, plan: Plan) -> None:
    """The open tasks follow the other version: their names, offices, duties and deadlines."""
    assert plan.migrated is not None
    assert plan.parties is not None
    now, rows = clock.now(), {each.run_task: each for each in _open_tasks(case.case_id)}
    for step in plan.migrated.steps:
        task = rows[step.before.id]
        if step.before.key != step.after.key:
            note = {"code": REPLACED, "detail": f"流程迁移到第 {target.number} 版，原环节为“{task.name}”。"}
            new = task_row(case.case_id, plan.parties, case.clocks, target, step.after, now, note)
            ended = {"ended": REPLACED, "detail": f"本件已迁移到新版流程，改办“{step.after.name}”。"}
            write_together(end_tasks([task.id], TaskStatus.CANCELLED, now, ended), Write(TASKS, new))
            _tell_of_office(case, task.office_id, new["office_id"], step.after.name, now)
            continue
        changed = _changed_task(case, own, target, task, plan.parties, now)
        values = {**changed, "version_id": target.version_id}
        execute(sa.update(TASKS).where(TASKS.c.id == task.id).values(**values))
        _tell_of_office(case, task.office_id, changed.get("office_id", task.office_id), step.after.name, now)


def _changed_task(
    case: Row, own: CompiledVersion, target: CompiledVersion, task: Row, parties: Mapping[str, int], now: dt.datetime
) -> dict[str, Any]:
    """What of an open task is another thing in the other version.

    Other working days count from its arrival, but nobody is late by a migration alone: a day at least is left.
    """
    before, after = own.diagrams.tasks[task.key], target.diagrams.tasks[task.key]
    wanted = {"name": after.name, "duty": after.duty, "office_id": parties[after.role]}
    changed = {name: value for name, value in wanted.items() if getattr(task, name) != value}
    days = after.working_days or DEFAULT_DAYS
    if "office_id" in changed:
        detail = f"流程迁移到第 {target.number} 版，本环节原由其他机构办理，现由本机构办理。"
        note = {**(task.note or {}), "detail": f"{(task.note or {}).get('detail', '')}{detail}"}
        return {
            **changed,
            "arrived_at": now,
            "deadline": clock.deadline_after(now, case.clocks.get(task.key, days)),
            "reminded_at": None,
            "remind_at": None,
            "escalated_at": None,
            "assignee_id": None,
            "seen_at": None,
            "note": note,
        }
    if before.working_days != after.working_days and task.key not in case.clocks:
        deadline = clock.deadline_after(task.arrived_at, days)
        if deadline < now <= task.deadline:
            deadline = clock.deadline_after(now, 1)
        changed |= {"deadline": deadline, "reminded_at": None, "remind_at": None, "escalated_at": None}
    return changed


def _tell_of_office(case: Row, before: int, after: int, name: str, now: dt.datetime) -> None:
    """Both offices read it where a task has gone from one to the other."""
    if before == after:
        return
    row = {"case_id": case.case_id, "kind": NoticeKind.RESULT, "at": now}
    told = {before: f"办件 {case.number} 已迁移到新版流程，不再由本机构办理当前环节。"}
    told[after] = f"办件 {case.number} 已迁移到新版流程，“{name}”由本机构办理。"
    write_together(*(Write(NOTICES, {**row, "office_id": office, "text": text}) for office, text in told.items()))


def _migrate_route(case: Row, target: CompiledVersion, plan: Plan, decided: set[str]) -> list[dict[str, Any]] | None:
    """The route of the other version; the former steps where it is another one, None where nothing changes.

    What an office has decided stays on it, also where the other version does not ask for it: the office sees the case.
    """
    before = _steps_of(case.case_id)
    by_key = {each["key"]: each for each in before}
    steps = [each for each in before if each["key"] in decided and each["key"] not in target.diagrams.tasks]
    for step in plan.steps:
        known = by_key.get(step.key)
        if known and (step.key in decided or known["office_id"] == step.office.id) and known["skipped"] == step.skipped:
            steps.append({**known, "name": step.name, "duty": step.duty})
            continue
        steps.append(
            {
                "key": step.key,
                "name": step.name,
                "office_id": step.office.id,
                "duty": step.duty,
                "reason": step.reason,
                "skipped": step.skipped,
            }
        )
    after = [{**each, "position": position} for position, each in enumerate(steps)]
    if after == before:
        return None
    _write_route(case.case_id, after)
    return before


def _steps_of(case_id: int) -> list[dict[str, Any]]:
    columns = [ROUTE.c[name] for name in OF_A_STEP]
    rows = execute(sa.select(*columns).where(ROUTE.c.case_id == case_id).order_by(ROUTE.c.position))
    return [{name: getattr(row, name) for name in OF_A_STEP} for row in rows]


def _write_route(case_id: int, steps: Sequence[Mapping[str, Any]]) -> None:
    execute(sa.delete(ROUTE).where(ROUTE.c.case_id == case_id))
    if steps:
        execute(sa.insert(ROUTE), [{**each, "case_id": case_id} for each in steps])


# --- and back


def _move_back(row: Row, actor: Actor) -> dict[str, Any]:
    """Restore the case as it was before; what its row in the migration says of it then. Raises Stale."""
    case, _siblings = case_by_number(_number(row.case_id))
    if case.case_status == CaseStatus.CLOSED:
        return _stays("迁移后已办结")
    if case.version_id != row.to_id or case.revision != row.revision or _answered_since(row):
        return _stays("迁移后已有办理或变动")
    before = row.before
    claim_case(
        case, version_id=row.from_id, state=row.state, status=CaseStatus(before["status"]), parties=before["parties"]
    )
    _restore_tasks(row.case_id, before["tasks"], row.from_id)
    if before["route"] is not None:
        _write_route(row.case_id, before["route"])
    own, target = compiled_version(row.from_id), compiled_version(row.to_id)
    _record("cases/undo_migration", case, target.number, own.number, row.migration_id, actor)
    return {"status": MigratedStatus.UNDONE, "detail": "", "state": None, "before": None, "revision": None}


def _answered_since(row: Row) -> bool:
    """Has somebody answered a task of several people since? That alone does not raise the revision of the case."""
    return _last_answer(row.case_id) > int(row.before["last_answer"])


def _last_answer(case_id: int) -> int:
    asked = sa.select(sa.func.max(ANSWERS.c.id)).join(TASKS, TASKS.c.id == ANSWERS.c.task_id)
    return int(execute(asked.where(TASKS.c.case_id == case_id)).scalar() or 0)


def _stays(why: str) -> dict[str, Any]:
    return {"status": MigratedStatus.KEPT, "detail": why}


def _restore_tasks(case_id: int, before: Sequence[Mapping[str, Any]], version_id: int) -> None:
    """The tasks that wait again as they did: those that went on as another one get a row anew, the other one ends."""
    now, present = clock.now(), {each.id for each in _open_tasks(case_id)}
    kept = {each["id"] for each in before}
    if gone := sorted(present - kept):
        ended = {"ended": REPLACED, "detail": "本件的流程迁移已撤销。"}
        write_together(end_tasks(gone, TaskStatus.CANCELLED, now, ended))
    for each in before:
        values = {name: each[name] for name in ("name", "office_id", "duty", "note")}
        values |= {name: each[name] and dt.datetime.fromisoformat(each[name]) for name in MOMENTS}
        values["version_id"] = version_id
        if each["id"] in present:
            execute(sa.update(TASKS).where(TASKS.c.id == each["id"]).values(**values))
        else:
            same = {"case_id": case_id, "run_task": each["run_task"], "key": each["key"], "status": TaskStatus.OPEN}
            execute(sa.insert(TASKS).values(**same, **values))


def _open_tasks(case_id: int) -> Sequence[Row]:
    columns = [TASKS.c[name] for name in OF_A_TASK]
    rows: Sequence[Row] = execute(
        sa.select(*columns).where(TASKS.c.case_id == case_id, TASKS.c.status == TaskStatus.OPEN).order_by(TASKS.c.id)
    ).all()
    return rows


def _kept(task: Row) -> dict[str, Any]:
    whole = {name: getattr(task, name) for name in OF_A_TASK}
    return {**whole, **{name: whole[name] and whole[name].isoformat() for name in MOMENTS}}


def _number(case_id: int) -> str:
    return str(execute(sa.select(CASES.c.number).where(CASES.c.id == case_id)).scalar_one())
