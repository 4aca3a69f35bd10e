"""A case in motion: its row, the claim on it, and what is written when its run has walked on.

Core statements: `decide` passes here, so one locked read and few writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import rules
from app.cases.hooks import Closing
from app.cases.models import CaseOutcome, CaseStatus, Notice, NoticeKind, Task, TaskStatus
from app.cases.models.coming_changes import ComingChange
from app.cases.models.halts import HALTED
from app.cases.operations.closing import CASES, claim_case, claim_of, closing_writes
from app.cases.operations.figures import attempt_of, is_counted
from app.cases.operations.joint_decisions import hold_case_of
from app.cases.operations.policy_enforcement import Decided, PolicyEnforcement
from app.cases.queries.cases import case_number
from app.cases.rules.permissions import CaseFacts
from app.database import db, execute, table, write_kept, write_together
from app.definitions.queries import CompiledVersion
from app.errors import Missing
from app.office_settings.queries import windows_of_office
from app.students.operations import CaseContext
from app.writes import Write
from workflows import Run, Waiting

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
# the tables of the hot path: statements about them need no object layer
TASKS = table(Task)
DEFAULT_DAYS = 10  # working days of a task whose diagram gives none


def task_row(
    case_id: int,
    parties: Mapping[str, int],
    clocks: Mapping[str, int],
    version: CompiledVersion,
    waiting: Waiting,
    now: dt.datetime,
    note: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    spec = version.diagrams.tasks[waiting.key]
    if spec.role not in parties:
        raise rules.Unroutable(task=spec.name, role=rules.role_name(spec.role))
    days = clocks.get(spec.key, spec.working_days or DEFAULT_DAYS)
    return {
        "case_id": case_id,
        "run_task": waiting.id,
        "key": spec.key,
        "version_id": version.version_id,
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
        CASES.c.process_key,
        CASES.c.version_id,
        CASES.c.profile,
        CASES.c.status.label("case_status"),
        CASES.c.outcome.label("case_outcome"),
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
        CASES.c.written,
        CASES.c.late_at,
        HALTED.label("halted"),
    ]


def facts_of_row(case: Row) -> CaseFacts:
    """What the rules about permissions ask of a case that was read with `case_columns`."""
    offices = frozenset({*case.parties.values(), case.applicant_office_id})
    how = case.case_status, case.case_outcome, case.halted, case.process_key, offices
    return CaseFacts(case.applicant_office_id, case.opened_by, *how)


def case_by_number(number: str) -> tuple[Row, dict[str, int]]:
    asked = sa.select(*case_columns()).where(CASES.c.number == number)
    if (row := execute(asked.with_for_update(of=CASES, key_share=True)).first()) is None:
        raise Missing()
    siblings = db.session.execute(
        sa.select(Task.run_task, Task.id).where(Task.case_id == row.case_id, Task.status == TaskStatus.OPEN)
    )
    return row, dict(siblings.all())


def lock_case(case_id: int) -> Row:
    """The case by its id, locked; whatever was read of it before is read anew. Raises Missing."""
    hold_case_of(case_id)
    case, _siblings = case_by_number(case_number(case_id))
    db.session.expire_all()
    return case


def context_of(
    case: Row,
    version: CompiledVersion,
    actor: Actor,
    form: Mapping[str, Any],
    opinion: str = "",
    *,
    decided: Sequence[Decided] | None = None,
    now: Decided | None = None,
) -> CaseContext:
    """What the verbs of a diagram are told of a case that was read with `case_columns`.

    decided, now -- the decisions before this act, read when they are needed where they are not at hand, and its own.
    """
    claimed: list[bool] = []
    enforcement = PolicyEnforcement(
        case.case_id, version, case.written, drafted_by=case.opened_by, decided=decided, now=now
    )

    def claim() -> None:
        """Take the case with its first write, so that on SQLite nobody's reading goes stale unnoticed.

        Every verb begins so: what one before it has kept for later is written now, for this one may read it.
        """
        if not claimed:
            claim_case(case)
            claimed.append(True)
        write_kept()

    more = {"form": form, "opinion": opinion, "claim": claim, "claimed": claimed, "enforcement": enforcement}
    return context_for(case, case.case_id, version, actor, **more)


def context_for(case: Any, case_id: int, version: CompiledVersion, actor: Actor, **more: Any) -> CaseContext:
    """What the verbs of a diagram are told of a case, whether it is a row or has just been made."""
    profile = case.profile  # of the row as it is now: a table may be asked later
    return CaseContext(
        case_id=case_id,
        number=case.number,
        process=version.key,
        follows=version.rules_of,
        student_id=case.student_id,
        receiving_school_id=case.receiving_school_id,
        releasing_school_id=case.releasing_school_id,
        applicant_office_id=case.applicant_office_id,
        actor=actor,
        policy_for=lambda stage: version.decide_if_any(f"{version.rules_of}_rules", profile=profile, stage=stage),
        windows=lambda: windows_of_office(version, profile, case.applicant_office_id),
        profile=case.profile,
        application=case.application,
        **more,
    )


def closed_cases() -> sa.Select[Any]:
    """The ids of the cases that have closed: what they held is free."""
    return sa.select(CASES.c.id).where(CASES.c.status == CaseStatus.CLOSED)


@dataclass(frozen=True)
class Transition:
    """A case whose run has walked on, about to be written."""

    case: Row
    version: CompiledVersion
    run: Run
    siblings: Mapping[str, int]  # the tasks open before, by the engine's id
    now: dt.datetime
    context: CaseContext

    def save(self, *, ended: Mapping[str, str] | None = None, tell: bool = False) -> None:
        """Write where the run stands, now. Arguments as of `writes`. Raises Stale, Recalled."""
        write_together(*self.writes(ended=ended, tell=tell))

    def writes(
        self,
        *,
        application: Mapping[str, Any] | None = None,
        clocks: Mapping[str, int] | None = None,
        decided: int | None = None,
        ended: Mapping[str, str] | None = None,
        tell: bool = False,
    ) -> list[Write]:
        """What is to be written of where the run stands: the case, the tasks that ended, the tasks that arrived.

        The claim on the case comes first, unless a service task has made it; a case whose process has something to end
        with it (`on_close`) is closed at once.

        decided -- the task whose decision moved the run; ended -- why the other tasks that vanished did so;
        tell -- the applicant is told the result although nobody has decided just now.
        """
        values: dict[str, Any] = {"state": self.run.state, **self._written()}
        if application is not None:
            values["application"] = dict(application)
        if clocks is not None:
            values["clocks"] = dict(clocks)
        claim = self._case(values)
        told = [_result(self.case, self.run, self.now)] if self.run.finished and (tell or decided is not None) else []
        told += self._coming()
        known_clocks = clocks if clocks is not None else self.case.clocks
        return [*claim, *self._ending(decided, ended), *self._arriving(known_clocks), *self._refused(), *told]

    def _written(self) -> dict[str, Any]:
        """What the diagram has written by now, where it is more than before. Raises PolicyNotHeld at an end."""
        enforcement = self.context.enforcement
        assert isinstance(enforcement, PolicyEnforcement)
        if self.run.finished and self.run.outcome:
            enforcement.check_end(self.run.outcome, self.run.facts)
        written = enforcement.written
        return {} if written is None else {"written": written}

    def _coming(self) -> list[Write]:
        """What was agreed to for a later day: the case waits for it, the applicant is told."""
        day = self.run.wakes_on
        if day is None:
            return []
        row = {
            "case_id": self.case.case_id,
            "takes_effect_on": day,
            "agreed_at": self.now,
            "ended_at": None,
            "fault": None,
        }
        text = f"办件 {self.case.number} 已核准，自 {day:%Y-%m-%d} 起生效。"
        return [
            Write(table(ComingChange), row, same_by=("case_id",), replaces={}),
            _notice(self.case, text, self.now),
        ]

    def _case(self, values: Mapping[str, Any]) -> list[Write]:
        status, claimed = status_after(self.case, self.version, self.run), self.context.claimed
        if status is CaseStatus.CLOSED:
            outcome, actor = CaseOutcome(self.run.outcome or "terminated"), self.context.actor
            closing = Closing(self.case.case_id, self.case.process_key, outcome, self.now, actor)
            claims = closing_writes(closing, claim=None if claimed else self.case, **values)
        elif claimed:
            claims = [Write(CASES, {"status": status, **values}, {"id": self.case.case_id})]
        else:
            claims = [claim_of(self.case, status=status, **values)]
        if not claimed:
            claimed.append(True)
        return claims

    def _ending(self, decided: int | None, ended: Mapping[str, str] | None) -> Iterator[Write]:
        waiting = {each.id for each in self.run.waiting}
        gone = [task_id for run_task, task_id in self.siblings.items() if run_task not in waiting]
        if decided is not None:
            yield end_tasks([decided], TaskStatus.DONE, self.now)
        if cancelled := [task_id for task_id in gone if task_id != decided]:
            yield end_tasks(cancelled, TaskStatus.CANCELLED, self.now, ended)

    def _refused(self) -> Iterator[Write]:
        """What a rule refused, and the diagram has gone another way: an attempt of the school all the same."""
        office = self.case.receiving_school_id or self.case.applicant_office_id
        for each in self.context.noted:
            if is_counted(each.code):
                yield attempt_of(office, self.case.process_key, each.code)

    def _arriving(self, clocks: Mapping[str, int]) -> Iterator[Write]:
        note = _note(self.context)
        for each in self.run.waiting:
            if each.id not in self.siblings:
                case_id, parties = self.case.case_id, self.case.parties
                yield Write(TASKS, task_row(case_id, parties, clocks, self.version, each, self.now, note))


def end_coming(case_id: int, now: dt.datetime) -> bool:
    """Nothing of this case waits for its day any more; True when something did."""
    coming = table(ComingChange)
    waited = (coming.c.case_id == case_id, coming.c.ended_at.is_(None))
    return bool(execute(sa.update(coming).where(*waited).values(ended_at=now)).rowcount)


def status_of(version: CompiledVersion, run: Run) -> CaseStatus:
    """The status of a case whose run stands so."""
    if run.finished:
        return CaseStatus.CLOSED
    repairing = any(
        version.diagrams.tasks[each.key].properties.get("status") == CaseStatus.REPAIRING.value for each in run.waiting
    )
    return CaseStatus.REPAIRING if repairing else CaseStatus.OPEN


def status_after(case: Row, version: CompiledVersion, run: Run) -> CaseStatus:
    """The same of a case that was read with `case_columns`: a paused one stays so, unless it ends."""
    status = status_of(version, run)
    stays = case.case_status == CaseStatus.PAUSED and status is not CaseStatus.CLOSED
    return CaseStatus.PAUSED if stays else status


def _note(context: CaseContext) -> dict[str, str] | None:
    """The refusal that led the run onto a drawn path stands in the task it led to."""
    return {"code": context.noted[-1].code, "detail": context.noted[-1].detail} if context.noted else None


def end_tasks(ids: list[int], status: TaskStatus, now: dt.datetime, note: Mapping[str, str] | None = None) -> Write:
    """The end of these tasks, to be written."""
    values: dict[str, Any] = {"status": status, "ended_at": now}
    if note:
        values["note"] = dict(note)
    return Write(TASKS, values, {"id": ids})


def _result(case: Row, run: Run, now: dt.datetime) -> Write:
    text = {"agreed": "已办结：同意", "refused": "已办结：不予办理"}.get(run.outcome or "", "已办结")
    return _notice(case, f"办件 {case.number} {text}。", now)


def _notice(case: Row, text: str, now: dt.datetime) -> Write:
    row = {"case_id": case.case_id, "office_id": case.applicant_office_id, "kind": NoticeKind.RESULT}
    return Write(table(Notice), {**row, "text": text, "at": now})
