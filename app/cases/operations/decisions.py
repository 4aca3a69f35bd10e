"""An office decides its task; a bureau's operator may have recommended before."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

import workflows
from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Case, Decision, FailedDecision, Outcome, PreReview, TaskStatus
from app.cases.models.advice import WAITS_FOR_ADVICE
from app.cases.operations.acceptances import acceptance_writes
from app.cases.operations.answers import Answer, canonical_answer, check_answer, check_days, check_proofs, repaired
from app.cases.operations.failed_decisions import end_failures
from app.cases.operations.form_drafts import draft_parameters, forget_draft_at, is_drafted
from app.cases.operations.guardian_objections import check_guardian
from app.cases.operations.joint_decisions import add_answer, have_answered, hold_case_of
from app.cases.operations.kept_forms import kept_form
from app.cases.operations.late_registrations import overtaken
from app.cases.operations.policy_enforcement import Decided
from app.cases.operations.pre_reviews import check_reviewed
from app.cases.operations.reservations import hold_all, numbers_in
from app.cases.operations.transitions import CASES, TASKS, Row, Transition, case_columns, context_of, facts_of_row
from app.cases.queries.struck_rows import STRUCK, check_positions
from app.cases.rules import permissions
from app.cases.rules.ended_cases import why_over
from app.cases.rules.form_drafts import DraftPlace
from app.database import db, execute, table, write_later, write_together
from app.definitions.queries import compiled_version
from app.divisions.models import Office
from app.errors import Missing, Stale
from app.office_settings.queries import ever_set
from app.office_settings.rules import PRE_REVIEW
from app.writes import Write
from workflows import Kind, Run

DECISIONS, FAILED = table(Decision), table(FailedDecision)
OF_THE_TASK = ("id", "key", "run_task", "office_id", "duty", "status", "deadline", "note", "assignee_id")


def decide(task_id: int, answer: Answer, *, actor: Actor) -> int:
    """Record an office's decision and let the run walk on; return the case's id.

    Where several answer (会签), the run walks on with the answer that decides; those before it are kept.
    Raises Missing (not this office's to see), OwnDraft (E-SOD-01), AnsweredAlready (E-JOINT), NotAllowed, Stale (it is
    over), Objected (what was typed), or whatever refusal a service task raised that the diagram did not foresee.
    """
    now = clock.now()
    task, siblings, decided, more = _task_to_decide(task_id, actor)
    version = compiled_version(task.version_id)
    spec = version.diagrams.tasks.get(task.key)  # none: the case was migrated, and this task is over
    joint = spec.joint if spec else None
    _check_may_decide(task, actor, more)
    if joint:
        hold_case_of(task.case_id)
        task, siblings, decided, more = _task_to_decide(task_id, actor)
        if task.version_id != version.version_id:
            raise Stale()
        _check_may_decide(task, actor, more, answered=actor.user_id in have_answered(task_id))
    answer = canonical_answer(version, task.key, answer)
    check_reviewed(task, actor)
    check_answer(version, task, answer)
    if struck := answer.form.get(STRUCK):
        check_positions(task.case_id, struck)
    check_days(task, version, answer)
    application = repaired(task, version, answer)
    check_proofs(task, version, answer, application)
    check_guardian(task, version, answer)
    if task.drafted:
        forget_draft_at(DraftPlace(task=task_id), actor=actor)
    decides = actor.user_id
    if joint:
        said = add_answer(task, joint, answer, actor=actor, now=now)
        if said is None:
            return int(task.case_id)
        decides = said.user_id
        answer = replace(answer, outcome=said.outcome.value, reason_code=said.reason_code, opinion=said.opinion)
    own = (task.key, answer.outcome, decides)
    context = context_of(task, version, actor, answer.form, answer.opinion, decided=decided, now=own)
    overtaken(task, context)
    run = workflows.complete(
        version.diagrams, bytes(task.state), task.run_task, {"outcome": answer.outcome}, context=context
    )
    clocks = _clocks_after(task, answer, now, _interrupted(task, run, siblings))
    decision = {
        "case_id": task.case_id,
        "task_id": task.id,
        "key": task.key,
        "office_id": task.office_id,
        "user_id": decides,
        "for_user_id": actor.on_behalf.user_id if actor.on_behalf else None,
        "outcome": Outcome(answer.outcome),
        "reason_code": answer.reason_code,
        "opinion": answer.opinion,
        "form": kept_form(
            version.form(version.diagrams.tasks[task.key].form),
            answer.form,
            task.application,
            repaired=application is not None,
        ),
        "at": now,
        "state_before": bytes(task.state),
        "clocks_before": task.clocks if clocks is not None else None,
    }
    transition = Transition(task, version, run, siblings, now, context)
    writes = transition.writes(application=application, clocks=clocks, decided=task.id)
    writes.append(Write(DECISIONS, decision))
    writes += acceptance_writes(task, version, answer, actor=actor, now=now)
    if task.failed:
        writes.append(end_failures(task.id, now))
    if application and (numbers := numbers_in(application)):  # a repair may name another number
        write_together(*writes)
        hold_all(db.session.get_one(Case, task.case_id), numbers)
    else:
        write_later(*writes)
    audit.record(
        "cases/decide",
        f"case:{task.number}",
        actor=actor,
        after={"task": task.key, "outcome": answer.outcome, "reason": answer.reason_code},
    )
    return int(task.case_id)


@functools.cache
def _task_with_case() -> sa.Select[Any]:
    """Built once: the task `task_id`, its case, the open tasks beside it, the decisions of the case.

    A row for each pair of the last two.
    """
    office, review, earlier = table(Office), table(PreReview), DECISIONS.alias("earlier")
    sibling = TASKS.alias("sibling")
    open_beside = sa.and_(sibling.c.case_id == TASKS.c.case_id, sibling.c.status == TaskStatus.OPEN)
    failed = sa.exists().where(FAILED.c.task_id == TASKS.c.id, FAILED.c.ended_at.is_(None)).correlate(TASKS)
    columns = (TASKS.c[name] for name in OF_THE_TASK)
    return (
        sa.select(
            *columns,
            office.c.path.label("office_path"),
            review.c.user_id.label("pre_reviewed_by"),
            earlier.c.id.label("decision_id"),
            earlier.c.key.label("decided_key"),
            earlier.c.outcome.label("decided_outcome"),
            earlier.c.user_id.label("decided_by"),
            earlier.c.for_user_id.label("decided_for"),
            earlier.c.undone_id.label("decided_undone"),
            earlier.c.office_id.label("decided_at"),
            sibling.c.id.label("sibling_id"),
            sibling.c.run_task.label("sibling_run_task"),
            failed.label("failed"),
            is_drafted().label("drafted"),
            WAITS_FOR_ADVICE.label("asked"),
            ever_set(PRE_REVIEW, CASES.c.process_key, TASKS.c.office_id).label("review_set"),
            *case_columns(),
        )
        .select_from(TASKS)
        .join(CASES, CASES.c.id == TASKS.c.case_id)
        .join(office, office.c.id == TASKS.c.office_id)
        .outerjoin(review, review.c.task_id == TASKS.c.id)
        .outerjoin(sibling, open_beside)
        .outerjoin(earlier, earlier.c.case_id == TASKS.c.case_id)
        .where(TASKS.c.id == sa.bindparam("task_id", type_=sa.Integer))
    )


@dataclass(frozen=True)
class Beside:
    """Of the decisions of a case what counts for who may decide, but not for what has been decided.

    keys -- what each person has decided, or somebody for them, taken back or not; offices -- for which what stands
    """

    keys: frozenset[tuple[int, str]]
    offices: frozenset[tuple[int, int]]


def _task_to_decide(task_id: int, actor: Actor) -> tuple[Row, dict[str, int], list[Decided], Beside]:
    """The task with its case, the case's open tasks by the engine's id, its decisions so far. Raises Missing.

    One statement, so one moment; nothing is locked. Whoever decides meanwhile raises the case's revision, and the
    claim before the first write notices it. (A lock here would show the case as it is and its tasks as they were.)
    """
    rows = execute(_task_with_case(), {"task_id": task_id, **draft_parameters(task_id, actor)}).all()
    if not rows:
        raise Missing()
    siblings = {row.sibling_run_task: row.sibling_id for row in rows if row.sibling_id}
    known = {row.decision_id: row for row in rows if row.decision_id}
    stand: list[Decided] = []
    keys, offices = set[tuple[int, str]](), set[tuple[int, int]]()
    for each in sorted(known):
        row = known[each]
        people = {row.decided_by, row.decided_for} - {None}
        keys |= {(who, row.decided_key) for who in people}
        if row.decided_undone is None:
            stand.append((row.decided_key, str(row.decided_outcome.value), row.decided_by))
            offices |= {(who, row.decided_at) for who in people}
    return rows[0], siblings, stand, Beside(frozenset(keys), frozenset(offices))


def _check_may_decide(task: Row, actor: Actor, more: Beside, *, answered: bool = False) -> None:
    """The office's own person of that duty, who did not draft the case (domain.md, Decisions)."""
    if task.office_id != actor.office_id and not (
        actor.answers_for(task.office_path) and actor.office_kind != "school"
    ):
        raise Missing()  # whoever answers for the office may see the task, never decide in its place
    version = compiled_version(task.version_id)
    spec = version.diagrams.tasks.get(task.key)
    more_of_it = task.assignee_id, task.asked, spec is not None and spec.joint is not None
    facts = permissions.TaskFacts(task.office_id, task.duty, task.status, task.deadline, *more_of_it)
    repaired = Kind.REPAIR in version.kinds({key for by, key in more.keys if by in actor.persons})
    drafted = repaired or bool(actor.persons & {task.opened_by, task.pre_reviewed_by})
    elsewhere = any(by in actor.persons and office != task.office_id for by, office in more.offices)
    how = {"drafted": drafted, "answered": answered, "elsewhere": elsewhere}
    if refusal := permissions.why_not_decide(facts, facts_of_row(task), actor, **how):
        if isinstance(refusal, Stale):
            refusal = why_over(task.note, task.case_outcome)
            refusal.was_over = True
        raise refusal


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
