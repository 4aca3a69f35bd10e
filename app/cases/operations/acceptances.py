"""受理, 一次性告知, 不予受理: the papers of an application are checked once, and the clock of the office begins."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases.models import Acceptance, AcceptanceKind, Case, Notice, NoticeKind, Outcome
from app.cases.operations.reminders import hold_task
from app.cases.operations.seen import mark_seen
from app.cases.operations.transitions import DEFAULT_DAYS, Row
from app.cases.queries.acceptances import (
    acceptances_of,
    lacks_of,
    papers_lacking,
    papers_present,
    why_not_accept,
)
from app.cases.queries.objections_now import lacks_by_rule
from app.cases.rules import AcceptedAlready
from app.database import db, table
from app.definitions.queries import CompiledVersion, compiled_version
from app.writes import Write

SAID = {Outcome.SEND_BACK: AcceptanceKind.TOLD, Outcome.REFUSE: AcceptanceKind.DECLINED}


def accept(task_id: int, *, actor: Actor) -> int:
    """受理: the office whose task it is takes the application in; its time begins now. Return the case's id.

    Raises Missing, what the rule refuses, AcceptedAlready when a colleague was faster.
    """
    task = hold_task(task_id, actor)
    if refusal := why_not_accept(task, actor, acceptances_of(task.case_id)):
        raise refusal
    mark_seen([task_id])
    now = clock.now()
    spec = compiled_version(task.case.version_id or 0).diagrams.tasks[task.key]
    task.deadline = clock.deadline_after(now, spec.working_days or DEFAULT_DAYS)
    task.remind_at = None
    row = {"case_id": task.case_id, "task_id": task_id, "kind": AcceptanceKind.ACCEPTED, "at": now}
    db.session.add(Acceptance(**row, office_id=actor.office_id, user_id=actor.user_id, lacks=[], reason=""))
    text = f"办件 {task.case.number} 已由{actor.office_name}受理。"
    told = {"case_id": task.case_id, "office_id": task.case.applicant_office_id, "kind": NoticeKind.RESULT}
    db.session.add(Notice(**told, text=text, at=now))
    try:
        db.session.flush()
    except sa.exc.IntegrityError as error:
        raise AcceptedAlready() from error
    audit.record("tasks/accept", f"case:{task.case.number}", actor=actor, after={"task": task.key})
    return task.case_id


def acceptance_writes(
    task: Row,
    version: CompiledVersion,
    answer: Any,
    *,
    actor: Actor,
    now: dt.datetime,
) -> list[Write]:
    """What a decision says of the papers, where its task accepts them: a send-back tells what is missing, a refusal
    before 受理 declines them. Nothing is read for any other decision.

    answer -- an Answer: its `lacks` are the kinds of papers told to be missing; None tells all that are asked for and
    are not there. What the rules say against the application is told with them, whatever is chosen
    """
    outcome = answer.outcome
    if version.diagrams.tasks[task.key].accepts_within is None or outcome not in (Outcome.SEND_BACK, Outcome.REFUSE):
        return []
    before = acceptances_of(task.case_id)
    kind = SAID[Outcome(outcome)]
    if kind is AcceptanceKind.DECLINED and any(each.kind is AcceptanceKind.ACCEPTED for each in before):
        return []
    told: list[dict[str, Any]] = []
    if kind is AcceptanceKind.TOLD:
        present = papers_present(task.case_id)
        wanted = papers_lacking(version, task.application, present) if answer.lacks is None else answer.lacks
        told = lacks_of(
            version, wanted, present, before, lacks_by_rule(version, db.session.get_one(Case, task.case_id))
        )
    row = {
        "case_id": task.case_id,
        "task_id": task.id,
        "kind": kind,
        "office_id": actor.office_id,
        "user_id": actor.user_id,
        "lacks": told,
        "reason": answer.opinion,
        "at": now,
    }
    return [Write(table(Acceptance), row)]
