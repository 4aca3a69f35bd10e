"""A case in motion: its row, the claim on it, and what is written when its run has walked on.

Core statements: `decide` passes here, so one locked read and few writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Case, CaseOutcome, CaseStatus, Notice, NoticeKind, Task, TaskStatus
from app.database import db, execute, table, write_together
from app.errors import Missing, Stale
from app.processes.queries import Edition
from app.students.operations import Proceeding
from workflows import Run, Waiting

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
# the tables of the hot path: statements about them need no object layer
CASES = table(Case)
TASKS = table(Task)
DEFAULT_DAYS = 10  # working days of a task whose diagram gives none


def task_row(
    case_id: int,
    parties: Mapping[str, int],
    clocks: Mapping[str, int],
    chosen: Edition,
    waiting: Waiting,
    now: dt.datetime,
    note: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    spec = chosen.diagrams.tasks[waiting.key]
    if spec.role not in parties:
        raise rules.Unroutable(task=spec.name, role=rules.ROLE_NAMES.get(spec.role, spec.role))
    days = clocks.get(spec.key, spec.working_days or DEFAULT_DAYS)
    return {
        "case_id": case_id,
        "run_task": waiting.id,
        "key": spec.key,
        "name": spec.name,
        "office_id": parties[spec.role],
        "duty": spec.duty,
        "status": TaskStatus.OPEN,
        "arrived_at": now,
        "deadline": clock.deadline_after(now, days),
        "note": note,
    }


def case_columns() -> list[Any]:
    return [
        CASES.c.id.label("case_id"),
        CASES.c.number,
        CASES.c.version_id,
        CASES.c.profile,
        CASES.c.status.label("case_status"),
        CASES.c.student_id,
        CASES.c.opened_by,
        CASES.c.applicant_office_id,
        CASES.c.receiving_school_id,
        CASES.c.releasing_school_id,
        CASES.c.parties,
        CASES.c.clocks,
        CASES.c.application,
        CASES.c.state,
        CASES.c.revision,
    ]


def case_by_number(number: str) -> tuple[Row, dict[str, int]]:
    row = execute(sa.select(*case_columns()).where(CASES.c.number == number).with_for_update(of=CASES)).first()
    if row is None:
        raise Missing()
    siblings = db.session.execute(
        sa.select(Task.run_task, Task.id).where(Task.case_id == row.case_id, Task.status == TaskStatus.OPEN)
    )
    return row, dict(siblings.all())


def proceeding_of(case: Row, chosen: Edition, actor: Actor, form: Mapping[str, Any], opinion: str = "") -> Proceeding:
    claimed: list[bool] = []

    def claim() -> None:
        """Take the case with its first write, so that on SQLite nobody's reading goes stale unnoticed."""
        if not claimed:
            claim_case(case)
            claimed.append(True)

    return told_of(case, case.case_id, chosen, actor, form=form, opinion=opinion, claim=claim, claimed=claimed)


def told_of(case: Any, case_id: int, chosen: Edition, actor: Actor, **more: Any) -> Proceeding:
    """What the verbs of a diagram are told of a case, whether it is a row or has just been made."""
    return Proceeding(
        case_id=case_id,
        number=case.number,
        process=chosen.key,
        student_id=case.student_id,
        receiving_school_id=case.receiving_school_id,
        releasing_school_id=case.releasing_school_id,
        applicant_office_id=case.applicant_office_id,
        actor=actor,
        policy=chosen.decide(f"{chosen.key}_rules", profile=case.profile, stage=None) or {},
        profile=case.profile,
        application=case.application,
        **more,
    )


def claim_case(case: Row, **values: Any) -> None:
    """Raise the case's revision, writing `values` with it. Raises Stale when somebody else has done so."""
    claimed = execute(
        sa.update(CASES)
        .where(CASES.c.id == case.case_id, CASES.c.revision == case.revision)
        .values(revision=case.revision + 1, **values)
    )
    if claimed.rowcount != 1:
        raise Stale()


@dataclass(frozen=True)
class Moved:
    """A case whose run has walked on, about to be written."""

    case: Row
    chosen: Edition
    run: Run
    siblings: Mapping[str, int]  # the tasks open before, by the engine's id
    now: dt.datetime
    proceeding: Proceeding

    def keep(
        self,
        *others: Any,
        application: Mapping[str, Any] | None = None,
        clocks: Mapping[str, int] | None = None,
        decided: int | None = None,
        ended: Mapping[str, str] | None = None,
        tell: bool = False,
    ) -> None:
        """Write where the run stands: the case, the tasks that ended, the tasks that arrived, and `others`.

        decided -- the task whose decision moved the run; ended -- why the other tasks that vanished did so;
        tell -- the applicant is told the result although nobody has decided just now.
        """
        values: dict[str, Any] = {"state": self.run.state, "status": _status(self.chosen, self.run)}
        if self.run.finished:
            values |= {"outcome": CaseOutcome(self.run.outcome or "terminated"), "closed_at": self.now}
        if application is not None:
            values["application"] = dict(application)
        if clocks is not None:
            values["clocks"] = dict(clocks)
        self._write_case(values)
        told = [_result(self.case, self.run, self.now)] if self.run.finished and (tell or decided is not None) else []
        known_clocks = clocks if clocks is not None else self.case.clocks
        statements = [*self._ending(decided, ended), *self._arriving(known_clocks), *told, *others]
        if statements:
            write_together(*statements)

    def _write_case(self, values: Mapping[str, Any]) -> None:
        if self.proceeding.claimed:
            execute(sa.update(CASES).where(CASES.c.id == self.case.case_id).values(**values))
        else:
            claim_case(self.case, **values)
            self.proceeding.claimed.append(True)

    def _ending(self, decided: int | None, ended: Mapping[str, str] | None) -> Iterator[Any]:
        waiting = {each.id for each in self.run.waiting}
        gone = [task_id for run_task, task_id in self.siblings.items() if run_task not in waiting]
        if decided is not None:
            yield end_tasks([decided], TaskStatus.DONE, self.now)
        if cancelled := [task_id for task_id in gone if task_id != decided]:
            yield end_tasks(cancelled, TaskStatus.CANCELLED, self.now, ended)

    def _arriving(self, clocks: Mapping[str, int]) -> Iterator[Any]:
        note = _note(self.proceeding)
        for each in self.run.waiting:
            if each.id not in self.siblings:
                case_id, parties = self.case.case_id, self.case.parties
                yield sa.insert(TASKS).values(**task_row(case_id, parties, clocks, self.chosen, each, self.now, note))


def _status(chosen: Edition, run: Run) -> CaseStatus:
    if run.finished:
        return CaseStatus.CLOSED
    repairing = any(
        chosen.diagrams.tasks[each.key].properties.get("status") == CaseStatus.REPAIRING.value for each in run.waiting
    )
    return CaseStatus.REPAIRING if repairing else CaseStatus.OPEN


def _note(proceeding: Proceeding) -> dict[str, str] | None:
    """The refusal that led the run onto a drawn path stands in the task it led to."""
    return {"code": proceeding.noted[-1].code, "detail": proceeding.noted[-1].detail} if proceeding.noted else None


def end_tasks(ids: list[int], status: TaskStatus, now: dt.datetime, note: Mapping[str, str] | None = None) -> Any:
    values: dict[str, Any] = {"status": status, "ended_at": now}
    if note:
        values["note"] = dict(note)
    return sa.update(TASKS).where(TASKS.c.id.in_(ids)).values(**values)


def _result(case: Row, run: Run, now: dt.datetime) -> Any:
    text = {"agreed": "已办结：同意", "refused": "已办结：不予办理"}.get(run.outcome or "", "已办结")
    return sa.insert(table(Notice)).values(
        case_id=case.case_id,
        office_id=case.applicant_office_id,
        kind=NoticeKind.RESULT,
        text=f"办件 {case.number} {text}。",
        at=now,
    )
