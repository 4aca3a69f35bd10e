"""委托: a colleague of the same office acts in one's post for some days; 请假: so that what is one's own is theirs.

Whoever acts for a colleague is named with them, and what either has done in a case counts for the separation of duties
(`why_not_decider`, `why_not_on_behalf`). It ends with its last day by the clock, and at once when it is taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases.models import Task, TaskStatus
from app.cases.operations.hand_overs import give_task
from app.cases.operations.transitions import lock_case
from app.cases.queries.cases import process_names
from app.cases.queries.colleagues import Colleague
from app.cases.queries.delegations import away_on, colleagues_beside, delegation_of, overlapping
from app.cases.queries.hand_overs import heir_for
from app.cases.queries.task_claims import claim_of
from app.cases.rules.delegations import why_not_delegate, why_not_revoke
from app.cases.rules.refusals import NotGiven, OtherDuty
from app.database import db, execute, serialise
from app.errors import InvalidInput, Objected, Refused
from app.identity.models import DUTY_NAMES, Delegation, Duty, Post
from app.web import objections as form_objections

REASON: dict[str, Any] = {
    "type": "object",
    "properties": {"reason": {"type": "string", "title": "委托事由", "maxLength": 200, "x-widget": "textarea"}},
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants to give: to whom, for which days and processes (none: all), why, and whether on leave."""

    to_user: int
    starts_on: dt.date
    ends_on: dt.date
    processes: Sequence[str] = ()
    reason: str = ""
    leave: bool = False


def delegate(wish: Wish, *, actor: Actor) -> Delegation:
    """委托 the actor's post to a colleague; a leave that begins today is worked by `hand_over_on_leave` afterwards.

    Only to somebody of the same duty: a duty is granted by a security administrator, never by whoever holds it
    (`personnel.operations.grant`). Raises NotAllowed, NotGiven (E-DELEGATE), Objected (also OtherDuty, E-DELEGATE-02).
    """
    if refusal := why_not_delegate(actor, wish.starts_on, wish.ends_on, today=clock.today()):
        raise refusal
    reason = wish.reason.strip()
    faults: list[Refused] = list(form_objections(REASON, {"reason": reason}))
    if not reason:
        faults.append(InvalidInput(sentence="请填写委托事由。", field="reason"))
    to = next((each for each in colleagues_beside(actor) if each.id == wish.to_user), None)
    if to is None:
        faults.append(InvalidInput(sentence="请选择本机构在岗的其他人员。", field="to_user"))
    elif actor.duty not in to.duties:
        faults.append(OtherDuty(who=to.name, duty=DUTY_NAMES[Duty(actor.duty)], field="to_user"))
    if set(wish.processes) - process_names().keys():
        faults.append(InvalidInput(sentence="请从列表中选择事项。", field="processes"))
    if faults:
        raise Objected(faults)
    assert to is not None
    serialise(f"delegations of {actor.office_code}")
    if refusal := _stands_against(wish, to, actor):
        raise refusal
    given = Delegation(
        post_id=actor.post_id,
        to_user_id=to.id,
        processes=sorted(set(wish.processes)) or None,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        reason=reason,
        leave=wish.leave,
        created_at=clock.now(),
    )
    db.session.add(given)
    db.session.flush()
    after = {"to": to.username, "from": wish.starts_on.isoformat(), "until": wish.ends_on.isoformat()}
    audit.record("tasks/delegate", f"delegation:{given.id}", actor=actor, after={**after, "leave": wish.leave})
    return given


def _stands_against(wish: Wish, to: Colleague, actor: Actor) -> Refused | None:
    """A delegation of the same post on the same days, or a colleague who is away then."""
    assert actor.post_id is not None
    post = db.session.get_one(Post, actor.post_id)
    if post.ends_on is not None and post.ends_on < wish.ends_on:
        return NotGiven(why=f"您的岗位至 {post.ends_on:%Y-%m-%d} 为止")
    if (other := overlapping(actor.post_id, wish.starts_on, wish.ends_on)) is not None:
        return NotGiven(why=f"本岗位 {other.starts_on:%Y-%m-%d} 至 {other.ends_on:%Y-%m-%d} 已委托，请先撤销")
    if away_on(to.id, actor.office_id, wish.starts_on, wish.ends_on) is not None:
        return NotGiven(why=f"{to.name}在这段时间请假")
    return None


def revoke_delegation(delegation_id: int, *, actor: Actor) -> Delegation:
    """撤销 a delegation of one's own, at once: what the colleague has done stands. Raises Missing, NotGiven."""
    given = delegation_of(delegation_id, actor)
    if refusal := why_not_revoke(given.state_on(clock.today())):
        raise refusal
    given.revoked_at = clock.now()
    db.session.flush()
    audit.record("tasks/revoke_delegation", f"delegation:{given.id}", actor=actor)
    return given


def hand_over_on_leave(delegation_id: int, task_id: int, *, actor: Actor) -> bool:
    """Hand a task over that is the own of somebody on leave: to who acts for them, or to the desk where they may not.

    False where there is nothing to do any more. Raises Stale: the case was acted on meanwhile.
    """
    case_id = execute(sa.select(Task.case_id).where(Task.id == task_id)).scalar_one()
    case = lock_case(case_id)
    given, task = db.session.get_one(Delegation, delegation_id), db.session.get_one(Task, task_id)
    owner = given.post.user
    if given.revoked_at is not None or task.status is not TaskStatus.OPEN:
        return False
    if (held := claim_of(task_id)) is not None and held.user_id == owner.id:
        db.session.delete(held)
    if task.assignee_id != owner.id:
        return False
    to = heir_for(task, given.to_user_id)
    name = to.name if to else "本机构同岗位人员"
    told = f"{owner.name}请假，办件 {case.number} 的“{task.name}”转由{name}办理。"
    give_task(case, task, to, giver=owner.id, reason=f"请假：{given.reason}"[:200], told=told)
    audit.record("tasks/hand_over", f"case:{case.number}", actor=actor, after={"task": task.key})
    return True


def leave_handed_over(delegation_id: int) -> None:
    """All that was the person's own has been handed over; what is handed to them later is for the day they are back."""
    given = db.session.get_one(Delegation, delegation_id, with_for_update=True)
    given.handed_over_at = clock.now()
