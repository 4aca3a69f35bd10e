"""An office decides its task; a bureau's operator may have recommended before."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

import workflows
from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Decision, Outcome, PreReview, Task, TaskStatus
from app.cases.openings.opening import REPAIRS
from app.cases.operations.moving import CASES, TASKS, Moved, Row, case_columns, proceeding_of
from app.database import db, execute, table
from app.divisions.models import Office
from app.errors import InvalidInput, Missing, NotAllowed, Objected, Refused, Stale, objections_of
from app.interface import objections as form_objections
from app.processes.queries import Edition, edition
from workflows import Run

DECISIONS = table(Decision)
LONGEST_OPINION = 2000  # characters


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
    application = _repaired(task, chosen, answer)
    proceeding = proceeding_of(task, chosen, actor, answer.form, answer.opinion)
    run = workflows.complete(
        chosen.diagrams, bytes(task.state), task.run_task, {"outcome": answer.outcome}, context=proceeding
    )
    clocks = _clocks_after(task, answer, now, _interrupted(task, run, siblings))
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
    moved = Moved(task, chosen, run, siblings, now, proceeding)
    moved.keep(decision, application=application, clocks=clocks, decided=task.id)
    audit.record(
        "cases/decide",
        f"case:{task.number}",
        actor=actor,
        after={"task": task.key, "outcome": answer.outcome, "reason": answer.reason_code},
    )
    return int(task.case_id)


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
            *case_columns(),
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


def _repaired(task: Row, chosen: Edition, answer: Answer) -> Mapping[str, Any] | None:
    """The application after its repair, None when nothing of it has changed. Raises Objected."""
    if task.key != "repair" or not answer.form:
        return None
    application = {**task.application, **answer.form}
    check = REPAIRS.get(chosen.key)
    try:
        return check(application, task.applicant_office_id) if check else application
    except Refused as refusal:  # what was typed: the form comes back with every fault
        raise Objected(list(objections_of(refusal))) from refusal  # type: ignore[arg-type]


OPINION = {
    "type": "object",
    "properties": {
        "opinion": {"type": "string", "title": "意见", "maxLength": LONGEST_OPINION, "x-widget": "textarea"}
    },
}


def _interrupted(task: Row, run: Run, siblings: Mapping[str, int]) -> list[int]:
    """The tasks that lay beside this one and are asked no more."""
    waiting = {each.id for each in run.waiting}
    return [task_id for run_task, task_id in siblings.items() if run_task not in waiting and task_id != task.id]


def _clocks_after(task: Row, answer: Answer, now: dt.datetime, interrupted: list[int]) -> dict[str, int] | None:
    """A task sent back for repair goes on later with the working days it had left, and so do those it interrupts;
    None when nothing changes.
    """
    if answer.outcome != Outcome.SEND_BACK:
        return None
    left = {task.key: task.deadline}
    if interrupted:
        beside = sa.select(TASKS.c.key, TASKS.c.deadline).where(TASKS.c.id.in_(interrupted))
        left |= {row.key: row.deadline for row in execute(beside)}
    return {**task.clocks, **{key: max(0, rules.days_left(deadline, now)) for key, deadline in left.items()}}


def pre_review(task_id: int, recommendation: str, opinion: str, *, actor: Actor) -> None:
    """初审: the bureau's operator recommends; the approver of the same office sees it and decides."""
    task = db.session.get(Task, task_id)
    if task is None or task.office_id != actor.office_id:
        raise Missing()
    outcomes = edition(task.case.version_id).diagrams.tasks[task.key].outcomes if task.case.version_id else ()
    if actor.duty != "operator" or task.duty.value != "approver" or actor.office_kind == "school":
        raise NotAllowed()
    if task.status is not TaskStatus.OPEN or task.pre_review is not None:
        raise Stale()
    faults = form_objections(OPINION, {"opinion": opinion})
    if recommendation not in {Outcome.AGREE, *outcomes} - {Outcome.ACKNOWLEDGE}:
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
