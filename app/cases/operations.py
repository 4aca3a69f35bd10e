"""Verbs of a case: open, decide, recall, revoke its directive, wake what is due. None of them commits.

`decide` is the hot path: Core statements, one locked read, few writes, the audit appended last.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa
from flask import current_app

import workflows
from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import (
    Case,
    CaseOutcome,
    CaseStatus,
    Decision,
    Notice,
    NoticeKind,
    Outcome,
    PreReview,
    RouteStep,
    Submission,
    Task,
    TaskStatus,
)
from app.cases.openings import OPENINGS, Opening
from app.database import db, execute, table, write_together
from app.divisions.models import Office
from app.errors import InvalidInput, Missing, NotAllowed, Objected, Refused, Stale
from app.interface import objections as form_objections
from app.processes.queries import APPLICATION, Edition, current_edition, edition
from app.series import insert_for, next_in
from app.students import operations as students
from app.students.models import Directive
from app.students.operations import Proceeding
from workflows import Run, Waiting

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
# the tables of the hot path: statements about them need no object layer
CASES = table(Case)
TASKS = table(Task)
DECISIONS = table(Decision)
DEFAULT_DAYS = 10  # working days of a task whose diagram gives none
LONGEST_OPINION = 2000  # characters


# ── opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def profile() -> str:
    """The rules under which a new case opens: zj-2010 or zj-now."""
    return str(current_app.config["PROFILE"])


def open_case(process_key: str, application: Mapping[str, Any], *, actor: Actor) -> Case:
    """Open a case from an application: precheck, route, first task.

    Raises Objected with every objection, NotYourSchool, UnknownChild, Unroutable, Missing (no such process),
    AlreadyOpen when another application of the same child was faster.
    """
    chosen = current_edition(process_key)
    if process_key not in OPENINGS:
        raise Missing()
    if actor.duty != "operator":
        raise NotAllowed()
    if not may_start(chosen, actor):
        raise rules.NotTheApplicant()
    faults = form_objections(chosen.form(APPLICATION), application)
    if faults:
        raise Objected(list(faults))
    opening = OPENINGS[process_key](chosen, application, profile=profile(), actor=actor)
    applicant = db.session.get_one(Office, actor.office_id)
    case = _new_case(chosen, opening, applicant, profile=profile(), opened_by=actor.user_id)
    case.application = dict(opening.application if opening.application is not None else application)
    _insert(case, chosen, opening, applicant)
    audit.record("cases/open", f"case:{case.number}", actor=actor, after={"process": process_key})
    return case


def is_startable(process_key: str, actor: Actor) -> bool:
    """True when the actor may open a case of that process."""
    return process_key in OPENINGS and may_start(current_edition(process_key), actor)


def may_start(chosen: Edition, actor: Actor) -> bool:
    """True for an operator of the kind of office that the diagram names as applicant (`school` without a word)."""
    kind = chosen.diagrams.properties.get("applicant", "school")
    return actor.duty == "operator" and (actor.office_kind == "school") == (kind == "school")


def _new_case(chosen: Edition, opening: Opening, applicant: Office, *, profile: str, opened_by: int | None) -> Case:
    now = clock.now()
    return Case(
        number=_next_number(now),
        version_id=chosen.version_id,
        process_key=chosen.key,
        profile=profile,
        status=CaseStatus.OPEN,
        student_id=opening.student.id if opening.student else None,
        holds_student=opening.holds_student and opening.student is not None,
        applicant_office_id=applicant.id,
        opened_by=opened_by,
        receiving_school_id=opening.receiving.id if opening.receiving else None,
        releasing_school_id=opening.releasing.id if opening.releasing else None,
        parties={},
        clocks={},
        application={},
        revision=0,
        opened_at=now,
    )


def _insert(case: Case, chosen: Edition, opening: Opening, applicant: Office) -> None:
    """Route the case, write it, walk it to its first tasks. Raises Unroutable, AlreadyOpen."""
    offices = rules.parties(
        chosen.diagrams, receiving=opening.receiving, releasing=opening.releasing, applicant=applicant
    )
    case.parties = {role: office.id for role, office in offices.items()}
    db.session.add(case)
    try:
        db.session.flush()
    except sa.exc.IntegrityError as error:
        raise rules.AlreadyOpen() from error
    _start(case, chosen, opening.facts, offices, case.opened_at)


def _next_number(now: dt.datetime) -> str:
    day = f"{clock.local(now):%Y%m%d}"
    return f"{day}-{next_in(f'case-{day}'):06d}"


def _start(
    case: Case, chosen: Edition, facts: Mapping[str, Any], offices: Mapping[str, Office], now: dt.datetime
) -> None:
    run = workflows.start(chosen.diagrams, facts)
    case.state = run.state
    visited = workflows.foresee(chosen.diagrams, facts)
    for position, step in enumerate(rules.route(chosen.diagrams, offices, visited)):
        db.session.add(
            RouteStep(
                case_id=case.id,
                position=position,
                key=step.key,
                name=step.name,
                office_id=step.office.id,
                duty=step.duty,
                reason=step.reason,
                skipped=step.skipped,
            )
        )
    db.session.flush()
    rows = [_task_row(case.id, case.parties, {}, chosen, waiting, now) for waiting in run.waiting]
    db.session.execute(sa.insert(Task), rows)


def _task_row(
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


# ── deciding ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Answer:
    """What an office says to its task."""

    outcome: str
    reason_code: str | None = None
    opinion: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)


def decide(task_id: int, answer: Answer, *, actor: Actor) -> int:
    """Record an office's decision and let the run walk on; return the case's id.

    Raises Missing (not this office's to see), OwnDraft (E-SOD-01), NotAllowed, Stale (already decided), Objected
    (what was typed), or whatever refusal a service task raised that the diagram did not foresee.
    """
    now = clock.now()
    task, siblings = _task_to_decide(task_id, actor)
    _check_may_decide(task, actor)
    chosen = edition(task.version_id)
    _check_answer(chosen, task.key, answer)
    proceeding = _proceeding(task, chosen, actor, answer.form)
    run = workflows.complete(
        chosen.diagrams, bytes(task.state), task.run_task, {"outcome": answer.outcome}, context=proceeding
    )
    application = {**task.application, **answer.form} if task.key == "repair" and answer.form else None
    clocks = _clocks_after(task, answer, now)
    decision = sa.insert(DECISIONS).values(
        case_id=task.case_id,
        task_id=task.id,
        key=task.key,
        office_id=task.office_id,
        user_id=actor.user_id,
        outcome=Outcome(answer.outcome),
        reason_code=answer.reason_code,
        opinion=answer.opinion,
        form=dict(answer.form),
        at=now,
    )
    moved = _Moved(task, chosen, run, siblings, now, proceeding)
    moved.keep(decision, application=application, clocks=clocks, decided=task.id)
    audit.record(
        "cases/decide",
        f"case:{task.number}",
        actor=actor,
        after={"task": task.key, "outcome": answer.outcome, "reason": answer.reason_code},
    )
    return int(task.case_id)


def _case_columns() -> list[Any]:
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


@functools.cache
def _task_with_case() -> sa.Select[Any]:
    """Built once: the task `task_id`, its case, the open tasks beside it, whether `user_id` has drafted."""
    office, review = table(Office), table(PreReview)
    sibling = TASKS.alias("sibling")
    repaired = (
        sa.select(sa.literal(1))
        .where(DECISIONS.c.case_id == TASKS.c.case_id, DECISIONS.c.key == "repair")
        .where(DECISIONS.c.user_id == sa.bindparam("user_id", type_=sa.Integer))
        .exists()
    )
    open_beside = sa.and_(sibling.c.case_id == TASKS.c.case_id, sibling.c.status == TaskStatus.OPEN)
    columns = (TASKS.c[name] for name in ("id", "key", "run_task", "office_id", "duty", "status", "deadline", "note"))
    return (
        sa.select(
            *columns,
            office.c.path.label("office_path"),
            review.c.user_id.label("pre_reviewed_by"),
            repaired.label("repaired"),
            sibling.c.id.label("sibling_id"),
            sibling.c.run_task.label("sibling_run_task"),
            *_case_columns(),
        )
        .select_from(TASKS)
        .join(CASES, CASES.c.id == TASKS.c.case_id)
        .join(office, office.c.id == TASKS.c.office_id)
        .outerjoin(review, review.c.task_id == TASKS.c.id)
        .outerjoin(sibling, open_beside)
        .where(TASKS.c.id == sa.bindparam("task_id", type_=sa.Integer))
    )


def _task_to_decide(task_id: int, actor: Actor) -> tuple[Row, dict[str, int]]:
    """The task with its case, and the case's open tasks by the engine's id. Raises Missing.

    One statement, so one moment; nothing is locked. Whoever decides meanwhile raises the case's revision, and the
    claim before the first write notices it. (A lock here would show the case as it is and its tasks as they were.)
    """
    rows = execute(_task_with_case(), {"task_id": task_id, "user_id": actor.user_id}).all()
    if not rows:
        raise Missing()
    return rows[0], {row.sibling_run_task: row.sibling_id for row in rows if row.sibling_id}


def _check_may_decide(task: Row, actor: Actor) -> None:
    """The office's own person of that duty, who did not draft the case (domain.md, Decisions)."""
    if task.office_id != actor.office_id:
        # whoever answers for the office may see the task, never decide in its place; to others it does not exist
        raise NotAllowed() if actor.answers_for(task.office_path) and actor.office_kind != "school" else Missing()
    if task.status != TaskStatus.OPEN:
        raise _ended(task.note)
    drafted = task.repaired or actor.user_id in (task.opened_by, task.pre_reviewed_by)
    if task.duty == "approver" and drafted:
        raise rules.OwnDraft()
    if task.duty != actor.duty:
        raise NotAllowed()


def _ended(note: Mapping[str, str] | None) -> Refused:
    """Why a task can no longer be decided: what ended it, or somebody who was faster."""
    if note and note.get("ended"):
        refusal = Refused()
        refusal.code, refusal.detail = note["ended"], note["detail"]
        return refusal
    return Stale()


def _check_answer(chosen: Edition, key: str, answer: Answer) -> None:
    spec = chosen.diagrams.tasks[key]
    faults: list[Refused] = []
    if answer.outcome not in spec.outcomes:
        faults.append(InvalidInput(sentence="本环节不能作出此项办理结果。", field="outcome"))
    if answer.outcome in (Outcome.REFUSE, Outcome.SEND_BACK):
        if answer.reason_code not in {reason["code"] for reason in chosen.reasons}:
            faults.append(InvalidInput(sentence="请从列表中选择原因。", field="reason_code"))
        if not answer.opinion.strip():
            faults.append(InvalidInput(sentence="请填写意见。", field="opinion"))
    faults.extend(form_objections(OPINION, {"opinion": answer.opinion}))
    if answer.outcome in (Outcome.AGREE, Outcome.ACKNOWLEDGE) or answer.form:
        faults.extend(form_objections(chosen.form(spec.form), dict(answer.form), under="form"))
    if faults:
        raise Objected(faults)


OPINION = {
    "type": "object",
    "properties": {
        "opinion": {"type": "string", "title": "意见", "maxLength": LONGEST_OPINION, "x-widget": "textarea"}
    },
}


def _proceeding(case: Row, chosen: Edition, actor: Actor, form: Mapping[str, Any]) -> Proceeding:
    claimed: list[bool] = []

    def claim() -> None:
        """Take the case with its first write, so that on SQLite nobody's reading goes stale unnoticed."""
        if not claimed:
            _claim(case)
            claimed.append(True)

    return Proceeding(
        case_id=case.case_id,
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
        form=form,
        claim=claim,
        claimed=claimed,
    )


def _claim(case: Row, **values: Any) -> None:
    """Raise the case's revision, writing `values` with it. Raises Stale when somebody else has done so."""
    claimed = execute(
        sa.update(CASES)
        .where(CASES.c.id == case.case_id, CASES.c.revision == case.revision)
        .values(revision=case.revision + 1, **values)
    )
    if claimed.rowcount != 1:
        raise Stale()


def _clocks_after(task: Row, answer: Answer, now: dt.datetime) -> dict[str, int] | None:
    """A task sent back for repair goes on later with the working days it had left; None when nothing changes."""
    if answer.outcome == Outcome.SEND_BACK:
        return {**task.clocks, task.key: max(0, rules.days_left(task.deadline, now))}
    return None


@dataclass(frozen=True)
class _Moved:
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
    ) -> None:
        """Write where the run stands: the case, the tasks that ended, the tasks that arrived, and `others`.

        decided -- the task whose decision moved the run; ended -- why the other tasks that vanished did so.
        """
        values: dict[str, Any] = {"state": self.run.state, "status": _status(self.chosen, self.run)}
        if self.run.finished:
            values |= {"outcome": CaseOutcome(self.run.outcome or "terminated"), "closed_at": self.now}
        if application is not None:
            values["application"] = dict(application)
        if clocks is not None:
            values["clocks"] = dict(clocks)
        self._write_case(values)
        told = [_result(self.case, self.run, self.now)] if self.run.finished and decided is not None else []
        known_clocks = clocks if clocks is not None else self.case.clocks
        statements = [*self._ending(decided, ended), *self._arriving(known_clocks), *told, *others]
        if statements:
            write_together(*statements)

    def _write_case(self, values: Mapping[str, Any]) -> None:
        if self.proceeding.claimed:
            execute(sa.update(CASES).where(CASES.c.id == self.case.case_id).values(**values))
        else:
            _claim(self.case, **values)
            self.proceeding.claimed.append(True)

    def _ending(self, decided: int | None, ended: Mapping[str, str] | None) -> Iterator[Any]:
        waiting = {each.id for each in self.run.waiting}
        gone = [task_id for run_task, task_id in self.siblings.items() if run_task not in waiting]
        if decided is not None:
            yield _end_tasks([decided], TaskStatus.DONE, self.now)
        if cancelled := [task_id for task_id in gone if task_id != decided]:
            yield _end_tasks(cancelled, TaskStatus.CANCELLED, self.now, ended)

    def _arriving(self, clocks: Mapping[str, int]) -> Iterator[Any]:
        note = _note(self.proceeding)
        for each in self.run.waiting:
            if each.id not in self.siblings:
                case_id, parties = self.case.case_id, self.case.parties
                yield sa.insert(TASKS).values(**_task_row(case_id, parties, clocks, self.chosen, each, self.now, note))


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


def _end_tasks(ids: list[int], status: TaskStatus, now: dt.datetime, note: Mapping[str, str] | None = None) -> Any:
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


# ── recall, revocation, pre-review, follow-up ────────────────────────────────────────────────────────────────────────


def _case_by_number(number: str) -> tuple[Row, dict[str, int]]:
    row = execute(sa.select(*_case_columns()).where(CASES.c.number == number).with_for_update(of=CASES)).first()
    if row is None:
        raise Missing()
    siblings = db.session.execute(
        sa.select(Task.run_task, Task.id).where(Task.case_id == row.case_id, Task.status == TaskStatus.OPEN)
    )
    return row, dict(siblings.all())


def recall(number: str, reason: str, *, actor: Actor) -> int:
    """The applicant takes the application back, until a directive has been issued; return the case's id.

    Raises Missing, NotAllowed, TooLate (E-RECALL), Stale.
    """
    case, siblings = _case_by_number(number)
    if case.applicant_office_id != actor.office_id:
        raise Missing() if not _sees(case.case_id, actor) else NotAllowed()
    if actor.duty != "operator":
        raise NotAllowed()
    if case.case_status == CaseStatus.CLOSED:
        raise rules.TooLate(why="本件已办结")
    if _has_live_directive(case.case_id):
        raise rules.TooLate(why="允许转学指令已下达")
    faults = form_objections(OPINION, {"opinion": reason})
    if not reason.strip():
        faults = [InvalidInput(sentence="请填写撤回原因。", field="reason")]
    if faults:
        raise Objected(list(faults))
    now = clock.now()
    _claim(case)
    db.session.execute(
        sa.update(Case)
        .where(Case.id == case.case_id)
        .values(status=CaseStatus.CLOSED, outcome=CaseOutcome.RECALLED, closed_at=now)
    )
    db.session.execute(_end_tasks(list(siblings.values()), TaskStatus.CANCELLED, now))
    audit.record("cases/recall", f"case:{number}", actor=actor, after={"reason": reason})
    return int(case.case_id)


def _sees(case_id: int, actor: Actor) -> bool:
    return bool(
        db.session.scalar(
            sa.select(RouteStep.id).where(RouteStep.case_id == case_id, RouteStep.office_id == actor.office_id).limit(1)
        )
    )


def _has_live_directive(case_id: int) -> bool:
    return bool(
        db.session.scalar(
            sa.select(Directive.id)
            .where(Directive.case_id == case_id, Directive.status.in_(("issued", "consumed")))
            .limit(1)
        )
    )


def revoke_directive(directive: Directive, reason: str, *, actor: Actor) -> None:
    """The issuing bureau's approver takes an unused directive back: the case returns to the bureau's desk."""
    if actor.duty != "approver":
        raise NotAllowed()
    if not reason.strip():
        raise Objected([InvalidInput(sentence="请填写撤销原因。", field="reason")])
    faults = form_objections(OPINION, {"opinion": reason})
    if faults:
        raise Objected(list(faults))
    _end_directive(directive, lambda: students.revoke(directive, reason, actor=actor), "撤销", actor)


def expire_directive(directive: Directive, *, actor: Actor) -> None:
    """The clock ends a directive whose time has run out: the case returns to the bureau's desk."""
    _end_directive(directive, lambda: students.expire(directive, actor=actor), "过期", actor)


def _end_directive(directive: Directive, end: Callable[[], None], how: str, actor: Actor) -> None:
    number = db.session.scalar(sa.select(Case.number).where(Case.id == directive.case_id))
    assert number is not None
    case, siblings = _case_by_number(number)
    db.session.refresh(directive)  # as it is now that the case is held
    chosen = edition(case.version_id)
    proceeding = _proceeding(case, chosen, actor, {})
    proceeding.claim()
    end()
    run = workflows.notify(chosen.diagrams, bytes(case.state), "directive_ended", context=proceeding)
    ended = {"ended": "E-DIR-03", "detail": f"指令 {directive.number} 已{how}，须由下达机关重新下达。"}
    _Moved(case, chosen, run, siblings, clock.now(), proceeding).keep(ended=ended)


def pre_review(task_id: int, recommendation: str, opinion: str, *, actor: Actor) -> None:
    """初审: the bureau's operator recommends; the approver of the same office sees it and decides."""
    task = db.session.get(Task, task_id)
    if task is None or task.office_id != actor.office_id:
        raise Missing()
    if actor.duty != "operator" or task.duty.value != "approver" or actor.office_kind == "school":
        raise NotAllowed()
    if task.status is not TaskStatus.OPEN or task.pre_review is not None:
        raise Stale()
    faults = form_objections(OPINION, {"opinion": opinion})
    if recommendation not in (Outcome.AGREE, Outcome.REFUSE, Outcome.SEND_BACK):
        faults = [*faults, InvalidInput(sentence="请选择初审建议。", field="recommendation")]
    if faults:
        raise Objected(list(faults))
    db.session.add(
        PreReview(
            task_id=task_id,
            user_id=actor.user_id,
            recommendation=Outcome(recommendation),
            opinion=opinion,
            at=clock.now(),
        )
    )
    audit.record("cases/pre_review", f"case:{task.case.number}", actor=actor, after={"task": task.key})


def open_follow_up(process_key: str, proceeding: Proceeding) -> None:
    """Open a small case that follows another and blocks nothing, such as the paper archive's journey."""
    proceeding.claim()
    chosen = current_edition(process_key)
    first = db.session.get_one(Case, proceeding.case_id)
    receiving = db.session.get_one(Office, proceeding.receiving_school_id)
    releasing = db.session.get_one(Office, proceeding.releasing_school_id)
    opening = Opening(student=first.student, holds_student=False, receiving=receiving, releasing=releasing)
    case = _new_case(chosen, opening, releasing, profile=first.profile, opened_by=None)
    case.follows_id = first.id
    _insert(case, chosen, opening, releasing)
    audit.record("cases/open", f"case:{case.number}", actor=proceeding.actor, after={"process": process_key})


# ── submitting once ──────────────────────────────────────────────────────────────────────────────────────────────────


def new_key() -> str:
    """A fresh key for a form, so that pressing twice is one submission."""
    return secrets.token_urlsafe(16)


def once(key: str | None, content: Any, act: Callable[[], int], *, actor: Actor) -> int:
    """Do `act` (which returns a case's id) once per `Idempotency-Key` of a user; a repeat returns the same case.

    Raises KeyReused (E-KEY) when the key was used for other content.
    """
    if not key:
        return act()
    if len(key) > 80:
        raise InvalidInput(sentence="Idempotency-Key 不能超过 80 个字符。", field="Idempotency-Key")
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    before = db.session.execute(
        sa.select(Submission.digest, Submission.case_id).where(
            Submission.user_id == actor.user_id, Submission.key == key
        )
    ).first()
    if before:
        if before.digest != digest:
            raise rules.KeyReused()
        return int(before.case_id)
    case_id = act()
    written = db.session.scalar(
        insert_for()(Submission)
        .values(user_id=actor.user_id, key=key, digest=digest, case_id=case_id, at=clock.now())
        .on_conflict_do_nothing()
        .returning(Submission.key)
    )
    if written is None:  # the same key arrived twice at once, and the other was faster
        raise Stale()
    return case_id
