"""转办: a task goes to a named colleague; 抄送: another party of the case reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases import queries
from app.cases.models import Case, CaseCopy, HandOver, NoticeKind, Task
from app.cases.operations.closing import claim_case
from app.cases.operations.reminders import tell_holder
from app.cases.operations.seen import mark_seen
from app.cases.operations.transitions import lock_case
from app.cases.queries.colleagues import Colleague, colleagues_at
from app.cases.queries.hand_overs import parties_of, why_not_copy, why_not_hand_over, why_not_take_over
from app.cases.queries.task_claims import claim_of
from app.cases.rules import NotCopied, NotHandedOver
from app.database import db, execute
from app.errors import InvalidInput, Missing, Objected, Refused
from app.web import objections as form_objections

REASON: dict[str, Any] = {
    "type": "object",
    "properties": {"reason": {"type": "string", "title": "转办原因", "maxLength": 200, "x-widget": "textarea"}},
}
REMARK: dict[str, Any] = {
    "type": "object",
    "properties": {"remark": {"type": "string", "title": "附言", "maxLength": 200, "x-widget": "textarea"}},
}


def hand_over(task_id: int, to_user: int, reason: str, *, actor: Actor) -> int:
    """转办 that task to that colleague of the same office and duty; the case's id.

    Raises Missing, NotAllowed, NotHandedOver (E-HAND-OVER), Objected, Stale (decided meanwhile).
    """
    case_id = execute(sa.select(Task.case_id).where(Task.id == task_id)).scalar()
    if case_id is None:
        raise Missing()
    case = lock_case(case_id)
    task = queries.task_for(actor, task_id)
    if refusal := why_not_hand_over(task, actor):
        raise refusal
    reason = reason.strip()
    faults: list[Refused] = list(form_objections(REASON, {"reason": reason}))
    if not reason:
        faults.append(InvalidInput(sentence="请填写转办原因。", field="reason"))
    people = [each for each in colleagues_at(task.office_id) if task.duty in each.duties]
    user = next((each for each in people if each.id == to_user), None)
    if user is None:
        faults.append(InvalidInput(sentence="请选择本机构同一岗位的人员。", field="to_user"))
    if faults:
        raise Objected(faults)
    assert user is not None
    if why := why_not_take_over(task, user):
        raise NotHandedOver(why=why)
    mark_seen([task_id])
    told = f"{actor.name}将办件 {case.number} 的“{task.name}”转由{user.name}办理。"
    give_task(case, task, user, giver=actor.user_id, reason=reason, told=told)
    audit.record("tasks/hand_over", f"case:{case.number}", actor=actor, after={"task": task.key, "to": user.username})
    return int(case_id)


def give_task(case: Case, task: Task, to: Colleague | None, *, giver: int | None, reason: str, told: str) -> None:
    """Make the task that colleague's own, or its desk's again (None), and tell the desk; the case is locked already.

    giver -- the person whose it was or who hands it over; told -- the sentence of the notice. Raises Stale: whoever
    decides it meanwhile was faster.
    """
    claim_case(case)
    task.assignee_id = to.id if to else None
    if (held := claim_of(task.id)) is not None and (to is None or held.user_id != to.id):
        db.session.delete(held)  # whoever had taken it reads it no more
    if to is not None:
        said = {"from_user_id": giver, "to_user_id": to.id, "reason": reason}
        db.session.add(HandOver(task_id=task.id, at=clock.now(), **said))
    tell_holder(task, told, NoticeKind.REMINDER)
    db.session.flush()


def copy_case(number: str, offices: Sequence[str], remark: str, *, actor: Actor) -> int:
    """抄送 the case to those of its parties, by their codes; the case's id.

    Raises Missing, NotAllowed, NotCopied (E-COPY), Objected.
    """
    case, _view = queries.case_for(actor, number)
    lock_case(case.id)
    if refusal := why_not_copy(case, actor):
        raise refusal
    remark = remark.strip()
    faults: list[Refused] = list(form_objections(REMARK, {"remark": remark}))
    if not offices:
        faults.append(InvalidInput(sentence="请选择抄送的机构。", field="offices"))
    if faults:
        raise Objected(faults)
    parties = {each.code: each for each in parties_of(case, actor)}
    for code in dict.fromkeys(offices):
        if code not in parties:
            raise NotCopied(why="只能抄送给本件所涉的其他机构，且该机构没有未阅的抄送")
        db.session.add(_copy(case, parties[code].id, remark, actor))
    db.session.flush()
    audit.record("cases/copy", f"case:{number}", actor=actor, after={"to": list(dict.fromkeys(offices))})
    return case.id


def _copy(case: Case, office_id: int, remark: str, actor: Actor) -> CaseCopy:
    said = {"by_office_id": actor.office_id, "by_user_id": actor.user_id, "remark": remark, "at": clock.now()}
    return CaseCopy(case_id=case.id, office_id=office_id, **said)


def read_copy(copy_id: int, *, actor: Actor) -> CaseCopy:
    """已阅: mark a copy of the actor's office as read; who was first stays. Raises Missing."""
    copy = db.session.get(CaseCopy, copy_id, with_for_update=True)
    if copy is None or copy.office_id != actor.office_id:
        raise Missing()
    if copy.read_at is None:
        copy.read_at, copy.read_by_id = clock.now(), actor.user_id
        db.session.flush()
        audit.record("cases/read_copy", f"case:{copy.case.number}", actor=actor)
    return copy
