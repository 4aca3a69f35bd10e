"""签收 and 释放: a colleague of a post takes a task to read, and gives it back. It never hinders a decision."""

from __future__ import annotations

from app import audit, clock
from app.access import Actor
from app.cases.models import Task
from app.cases.models.task_claims import TaskClaim
from app.cases.operations.reminders import hold_task
from app.cases.operations.seen import mark_seen
from app.cases.queries.may_decide import why_not_decider
from app.cases.queries.task_claims import claim_of
from app.cases.rules.task_claims import ClaimedAlready, NotClaimed, time_since
from app.database import db


def claim(task_id: int, *, actor: Actor) -> Task:
    """Take the task to read; the same again is no other act.

    Raises Missing, NotAllowed, OwnDraft (E-SOD-01), Stale (it is over), ClaimedAlready (E-CLAIM) of a colleague's.
    """
    task = hold_task(task_id, actor)
    if refusal := why_not_decider(task, actor):
        raise refusal
    held = claim_of(task_id)
    if held is not None and held.user_id != actor.user_id:
        raise ClaimedAlready(who=held.user.name, when=time_since(held.at, clock.now()))
    if held is None:
        mark_seen([task_id])
        db.session.add(TaskClaim(task_id=task_id, user_id=actor.user_id, at=clock.now()))
        audit.record("tasks/claim", f"case:{task.case.number}", actor=actor, after={"task": task.key})
    return task


def release(task_id: int, *, actor: Actor) -> Task:
    """Give the task back to the colleagues. Raises Missing, NotAllowed, NotClaimed (E-CLAIM-02) by the actor."""
    task = hold_task(task_id, actor)
    held = claim_of(task_id) if task.office_id == actor.office_id else None
    if held is None or held.user_id != actor.user_id:
        raise NotClaimed()
    db.session.delete(held)
    audit.record("tasks/release", f"case:{task.case.number}", actor=actor, after={"task": task.key})
    return task
