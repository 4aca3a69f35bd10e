"""What the clock does about deadlines: reminders, reports of overdue desks, deadlines that a calendar moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.calendars.models import CalendarYear
from app.cases.models import Case, CaseStatus, Notice, NoticeKind, Task, TaskStatus
from app.cases.rules.deadlines import next_reminder
from app.database import db, execute, table
from app.divisions.models import Office

BATCH = 200  # tasks told, or planned, in one transaction
TASKS = table(Task)
OPEN = Task.status == sa.literal_column("'open'")  # as the indexes say it
NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)


def plan_reminders(now: dt.datetime) -> int:
    """Work out for tasks that have come, or whose deadline has moved, when they are to be reminded of next."""
    columns = (Task.id, Task.arrived_at, Task.deadline, Task.reminded_at)
    asked = sa.select(*columns).where(OPEN, Task.remind_at.is_(None)).order_by(Task.id).limit(BATCH)
    return _set_next(db.session.execute(asked.with_for_update(skip_locked=True, of=Task)).all(), now)


def _set_next(tasks: Any, now: dt.datetime) -> int:
    """Of tasks with their moments: the next reminder, one that is due where the end was passed and nobody told."""
    found = [{"task": each.id, "next": _next(each, now)} for each in tasks]
    if found:
        mark = sa.update(TASKS).where(TASKS.c.id == sa.bindparam("task")).values(remind_at=sa.bindparam("next"))
        execute(mark, found)
    return len(found)


def _next(task: Any, now: dt.datetime) -> dt.datetime:
    untold = task.reminded_at is None or task.reminded_at < task.deadline
    past = task.deadline if untold and task.deadline <= now else NEVER
    return next_reminder(task.arrived_at, task.deadline, now) or past


def remind(now: dt.datetime) -> int:
    """到期提醒: to the office itself when half, four fifths and all of its time have gone; return how many.

    What was told before and nobody has read is read with it: a desk has one reminder of a task to read.
    """
    due = sa.select(Task.id).where(OPEN, Task.remind_at <= now).order_by(Task.remind_at)
    tasks = _claimed(due, {"reminded_at": now, "remind_at": None})
    for task in tasks:
        told = Notice.task_id == task.id, Notice.kind == NoticeKind.REMINDER, Notice.at == task.reminded_at
        db.session.execute(sa.update(Notice).where(*told, Notice.read_at.is_(None)).values(read_at=now))
        when = "将于" if task.deadline >= now else "已于"
        gone = _gone(task, now)
        text = f"办件 {task.number} 的“{task.name}”{when} {clock.local(task.deadline):%Y-%m-%d} 到期{gone}。"
        _tell(task, task.office_id, NoticeKind.REMINDER, text, now)
    return len(tasks)


def _gone(task: Any, now: dt.datetime) -> str:
    following = next_reminder(task.arrived_at, task.deadline, now)
    if following is None:
        return ""
    return "，办理时限已过五分之四" if following == task.deadline else "，办理时限已过半"


def escalate(now: dt.datetime, *, actor: Actor) -> int:
    """逾期上报: to the overdue office's own superior, which may urge and never decides in its place; how many."""
    due = sa.select(Task.id).where(OPEN, Task.deadline < now, Task.escalated_at.is_(None))
    tasks = _claimed(due, {"escalated_at": now})
    for task in tasks:
        if task.superior_id is None:
            continue
        text = f"{task.office_name}办理办件 {task.number} 的“{task.name}”已超期，请督办。"
        _tell(task, task.superior_id, NoticeKind.ESCALATION, text, now)
        audit.record("cases/escalate", f"case:{task.number}", actor=actor, after={"task": task.key})
    return len(tasks)


def _claimed(due: sa.Select[int], marks: Mapping[str, dt.datetime | None]) -> list[Any]:
    """Mark what is due so that no other process takes it, and return it with its case and office."""
    ids = db.session.scalars(due.limit(BATCH).with_for_update(skip_locked=True)).all()
    if not ids:
        return []
    rows = list(
        db.session.execute(
            sa.select(
                Task.id,
                Task.case_id,
                Task.key,
                Task.name,
                Task.arrived_at,
                Task.deadline,
                Task.reminded_at,
                Task.office_id,
                Case.number,
                Office.superior_id,
                Office.name.label("office_name"),
            )
            .join(Case, Case.id == Task.case_id)
            .join(Office, Office.id == Task.office_id)
            .where(Task.id.in_(ids), Task.status == TaskStatus.OPEN, Case.status != CaseStatus.PAUSED)
        )
    )
    db.session.execute(sa.update(Task).where(Task.id.in_(ids)).values(**marks))
    return rows


def _tell(task: Any, office_id: int, kind: NoticeKind, text: str, now: dt.datetime, **more: Any) -> None:
    told = {"case_id": task.case_id, "task_id": task.id, "office_id": office_id, "kind": kind}
    db.session.add(Notice(**told, text=text, at=now, **more))


# ── a calendar that comes late ───────────────────────────────────────────────────────────────────────────────────────


def move_deadlines(now: dt.datetime, *, actor: Actor) -> int | None:
    """Move the deadlines of the next open tasks that a notice of the State Council concerns; how many, None when there
    is nothing to look at.

    A notice that came after deadlines were set changes which of the days still to come are worked: the office keeps as
    many working days as it had. It and the page of the case are told.
    """
    year = db.session.scalar(
        sa.select(CalendarYear)
        .where(CalendarYear.moves.is_not(None))
        .order_by(CalendarYear.year)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if year is None or year.moves is None:
        return None
    moves = year.moves
    changed = {dt.date.fromisoformat(day): bool(works) for day, works in moves["days"].items()}  # as it was before
    first = clock.end_of(min(changed)) - dt.timedelta(days=1)
    asked = (
        sa.select(Task.id, Task.case_id, Task.name, Task.arrived_at, Task.deadline, Task.office_id, Case.number)
        .join(Case, Case.id == Task.case_id)
        .where(OPEN, Task.deadline >= first, Task.id > moves["after"])
        .order_by(Task.id)
        .limit(BATCH)
        .with_for_update(of=Task)
    )
    tasks, moved = db.session.execute(asked).all(), 0
    for task in tasks:
        deadline = moved_deadline(task.arrived_at, task.deadline, changed, now)
        if deadline == task.deadline:
            continue
        moved += 1
        db.session.execute(sa.update(Task).where(Task.id == task.id).values(deadline=deadline, remind_at=None))
        before, after = (f"{clock.local(each):%Y-%m-%d}" for each in (task.deadline, deadline))
        text = f"按{year.notice}调整工作日历，办件 {task.number} 的“{task.name}”期限由 {before} 改为 {after}。"
        _tell(task, task.office_id, NoticeKind.REMINDER, text, now, deadline_before=task.deadline)
    year.moves = {**moves, "after": tasks[-1].id} if len(tasks) == BATCH else None
    audit.record("calendar/move", f"year:{year.year}", actor=actor, after={"tasks": moved})
    return moved


def moved_deadline(
    arrived: dt.datetime, deadline: dt.datetime, before: dict[dt.date, bool], now: dt.datetime
) -> dt.datetime:
    """The deadline under the calendar of now, which differs from the one it was set by on these days.

    before -- whether each of them was worked; what has passed already is not counted anew
    """
    start, end = max(clock.local(arrived), clock.local(now)).date(), clock.local(deadline).date()
    between = [day for day in before if start < day <= end]
    if not between or end <= start:
        return deadline
    left = clock.working_days_between(start, end)
    left += sum(before[day] - clock.is_working_day(day) for day in between)
    return clock.end_of(clock.add_working_days(start, left))
