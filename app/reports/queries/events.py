"""The event log of a process: what happened in each case, where and when; offices and duties, never people."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Case, CaseOffice, Decision, Task, TaskStatus
from app.database import db, end_reading
from app.definitions.models import ProcessVersion
from app.divisions.models import Office
from app.encryption import keyed_hash
from app.identity.models import DUTY_NAMES, Duty

AT_ONCE = 200  # cases read together
OPENED, CLOSED = "提交申请", "办结"


@dataclass(frozen=True)
class Event:
    """Something that happened in a case."""

    name: str
    at: dt.datetime
    lifecycle: str  # start, complete, withdraw (XES, standard life-cycle)
    office: str = ""  # its code
    kind: str = ""  # of the office
    duty: str = ""
    outcome: str = ""
    key: str = ""  # of the task in the diagram


@dataclass(frozen=True)
class Trace:
    """One case: under a name that leads back to nobody, with its events in their order."""

    name: str
    version: int
    profile: str
    outcome: str
    events: Sequence[Event]


@dataclass(frozen=True)
class Wanted:
    """Which log: of a process, of the cases opened from a moment until before another."""

    process: str
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def traces(actor: Actor, wanted: Wanted, within: Callable[[], AbstractContextManager[object]]) -> Iterator[Trace]:
    """The cases of the process that the actor's office sees, by and by: so many are read at a time, none is kept.

    within -- the application, entered anew for each reading: whoever takes the log in lets go of it in between
    """
    after, more = 0, True
    while more:
        with within():
            ids = _next(actor, wanted.process, after)
            found = list(_traces_of(ids, wanted)) if ids else []
            end_reading()
        yield from found
        after, more = (ids[-1], True) if ids else (after, False)


def _next(actor: Actor, process: str, after: int) -> Sequence[int]:
    seen = (CaseOffice.office_id == actor.office_id, CaseOffice.process_key == process, CaseOffice.case_id > after)
    return db.session.scalars(
        sa.select(CaseOffice.case_id).where(*seen).order_by(CaseOffice.case_id).limit(AT_ONCE)
    ).all()


def _traces_of(ids: Sequence[int], wanted: Wanted) -> Iterator[Trace]:
    asked = (
        sa.select(
            Case.id, Case.number, Case.profile, Case.outcome, Case.opened_at, Case.closed_at, Office.code, Office.kind,
            ProcessVersion.number.label("version"),
        )
        .join(Office, Office.id == Case.applicant_office_id)
        .outerjoin(ProcessVersion, ProcessVersion.id == Case.version_id)
        .where(Case.id.in_(ids))
        .order_by(Case.id)
    )  # fmt: skip
    if wanted.since is not None:
        asked = asked.where(Case.opened_at >= wanted.since)
    if wanted.until is not None:
        asked = asked.where(Case.opened_at < wanted.until)
    cases = db.session.execute(asked).all()
    events = _events_of([case.id for case in cases])
    for case in cases:
        outcome = case.outcome.value if case.outcome else ""
        first = Event(OPENED, case.opened_at, "complete", case.code, case.kind.value, Duty.OPERATOR.value)
        last = [Event(CLOSED, case.closed_at, "complete", outcome=outcome)] if case.closed_at else []
        between = sorted(events[case.id], key=lambda each: each.at)  # of one moment: what ends before what begins
        name = keyed_hash(f"event log:{case.number}")[:16]
        yield Trace(name, case.version or 0, case.profile, outcome, [first, *between, *last])


def _events_of(cases: Sequence[int]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    asked = (
        sa.select(
            Task.case_id, Task.key, Task.name, Task.duty, Task.status, Task.arrived_at, Task.ended_at, Office.code,
            Office.kind, Decision.outcome,
        )
        .join(Office, Office.id == Task.office_id)
        .outerjoin(Decision, Decision.task_id == Task.id)
        .where(Task.case_id.in_(cases))
        .order_by(Task.id)
    )  # fmt: skip
    for row in db.session.execute(asked):
        place = (row.code, row.kind.value, row.duty.value)
        found[row.case_id].append(Event(row.name, row.arrived_at, "start", *place, key=row.key))
        if row.ended_at:
            how = "complete" if row.status is TaskStatus.DONE else "withdraw"
            outcome = row.outcome.value if row.outcome else ""
            found[row.case_id].append(Event(row.name, row.ended_at, how, *place, outcome=outcome, key=row.key))
    return found


def duty_name(duty: str) -> str:
    """The name of a duty as the log gives it."""
    return DUTY_NAMES[Duty(duty)] if duty else ""
