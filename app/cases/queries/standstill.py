"""暂停, 恢复, 终止: which case stands still and by whom, which one was ended, and what one reader may do about it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import Case, Halt, Task, TaskStatus, Termination
from app.cases.queries.facts import facts_of_case, facts_of_task, has_acted_elsewhere, has_drafted
from app.cases.queries.joint_answers import joint_of
from app.cases.rules import standstill as rules
from app.cases.rules.permissions import Effects
from app.database import db
from app.errors import NotAllowed, Refused, Stale


def pause_of(case_id: int, *, lock: bool = False) -> Halt | None:
    """The pause of that case that lasts, with the office and who has paused it; None where it goes on."""
    standing = Halt.case_id == case_id, Halt.office_id.is_not(None), Halt.ended_at.is_(None)
    asked = sa.select(Halt).where(*standing)
    if lock:
        return db.session.scalar(asked.execution_options(populate_existing=True).with_for_update(of=Halt))
    return db.session.scalar(asked.options(joinedload(Halt.office), joinedload(Halt.by)))


def pauses_of(case_id: int) -> list[Halt]:
    """Every pause of that case, in their order."""
    asked = sa.select(Halt).where(Halt.case_id == case_id, Halt.office_id.is_not(None)).order_by(Halt.id)
    return list(db.session.scalars(asked.options(joinedload(Halt.office), joinedload(Halt.by))))


def termination_of(case_id: int) -> Termination | None:
    """By whom that case was ended for good, and why; None where no office has."""
    asked = sa.select(Termination).where(Termination.case_id == case_id)
    return db.session.scalar(asked.options(joinedload(Termination.office), joinedload(Termination.user)))


def why_not_pause(case: Case, effects: Effects, actor: Actor) -> Refused | None:
    """Against 暂停 of that case by that person."""
    mine = _waiting_at(case, actor)
    waits = [each for each in mine if each.duty == actor.duty] or mine
    if not waits:
        return _nothing_here(case, actor)
    return rules.why_not_pause(facts_of_task(waits[0]), facts_of_case(case), effects, actor)


def why_not_resume(case: Case, actor: Actor, paused: Halt | None) -> Refused | None:
    """Against 恢复 of that case by that person; paused -- as `pause_of`."""
    return rules.why_not_resume(facts_of_case(case), actor, paused_by=paused.office_id if paused else None)


def why_not_terminate(case: Case, effects: Effects, actor: Actor) -> Refused | None:
    """Against 终止 of that case by that person; where several of its tasks wait in their office, any of them is why."""
    refusals = [_why_not_end(each, effects, actor) for each in _waiting_at(case, actor)]
    if not refusals:
        return _nothing_here(case, actor)
    return next((each for each in refusals if each is not None), None)


def _why_not_end(task: Task, effects: Effects, actor: Actor) -> Refused | None:
    return rules.why_not_terminate(
        facts_of_task(task),
        facts_of_case(task.case),
        effects,
        actor,
        drafted=has_drafted(task, actor),
        elsewhere=any(has_acted_elsewhere(task, each) for each in actor.persons),
        joint=joint_of(task) is not None,
    )


def _waiting_at(case: Case, actor: Actor) -> list[Task]:
    return [each for each in case.tasks if each.status is TaskStatus.OPEN and each.office_id == actor.office_id]


def _nothing_here(case: Case, actor: Actor) -> Refused:
    """Somebody was faster where the office has had the case; else it was never theirs."""
    had = any(each.office_id == actor.office_id and each.duty == actor.duty for each in case.tasks)
    return Stale() if had and case.applicant_office_id != actor.office_id else NotAllowed()
