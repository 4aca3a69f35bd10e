"""A task that lingers: the applicant urges, the superior of an overdue office supervises. Neither ever decides it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases import queries
from app.cases.models import Case, Notice, NoticeKind, Supervision, Task, TaskStatus
from app.cases.queries import oversight
from app.cases.queries.facts import facts_of_case, facts_of_task, supervision_refused
from app.cases.rules import NotOverdue, UrgedAlready, permissions
from app.cases.rules.ended_cases import too_late
from app.database import db
from app.errors import InvalidInput, Missing, NotAllowed, Objected, Refused, Stale
from app.web import objections as form_objections

OPINION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "opinion": {"type": "string", "title": "督办意见", "minLength": 1, "maxLength": 500, "x-widget": "textarea"}
    },
    "required": ["opinion"],
}
SHOWN = 180  # characters of an opinion that a notice repeats


def urge(task_id: int, *, actor: Actor) -> int:
    """催办 by the applicant's operator, once per working day and task; return the case's id.

    Raises Missing, NotAllowed, Stale (decided meanwhile), UrgedAlready.
    """
    task = hold_task(task_id, actor)
    facts = facts_of_task(task), facts_of_case(task.case)
    if refusal := permissions.why_not_urge(*facts, actor, last=oversight.last_urged(task_id), now=clock.now()):
        raise refusal
    _urge(task, actor)
    return task.case_id


def _urge(task: Task, actor: Actor) -> None:
    text = f"{actor.office_name}催办：办件 {task.case.number} 的“{task.name}”，请尽快办理。"
    tell_holder(task, text)
    audit.record("tasks/urge", f"case:{task.case.number}", actor=actor, after={"task": task.key})


def urge_case(number: str, opinion: str = "", *, actor: Actor) -> int:
    """催办 of every task of a case that waits elsewhere, or 督办 of every one that is overdue below; the case's id.

    opinion -- what a superior says, and nobody else. Raises Missing, and of the first task what `urge` or `supervise`
    raises where no task can be urged.
    """
    case, _view = queries.case_for(actor, number)
    waiting = [each.id for each in case.tasks if each.status is TaskStatus.OPEN]
    refused: list[Refused] = []
    for task_id in sorted(waiting):
        try:
            if opinion or actor.duty == "approver":
                supervise(task_id, opinion, actor=actor)
            else:
                urge(task_id, actor=actor)
        except (NotAllowed, NotOverdue, UrgedAlready, Stale) as refusal:
            refused.append(refusal)
    if len(refused) == len(waiting):
        told = next((each for each in refused if not isinstance(each, NotAllowed)), None)  # it says more
        raise told or (refused[0] if refused else too_late(case.outcome))
    return case.id


def supervise(task_id: int, opinion: str, *, actor: Actor) -> int:
    """督办 by an approver of the overdue office's own superior, once per working day and task; the case's id.

    opinion -- told to the office. Raises Missing, NotAllowed, Stale, NotOverdue, SupervisedAlready (E-URGE), Objected.
    """
    task = hold_task(task_id, actor)
    if refusal := supervision_refused(task, actor, clock.now()):
        raise refusal
    opinion = opinion.strip()
    faults: list[Refused] = list(form_objections(OPINION, {"opinion": opinion}))
    if faults:
        raise Objected(faults)
    said = Supervision(
        case_id=task.case_id,
        task_id=task_id,
        office_id=actor.office_id,
        user_id=actor.user_id,
        opinion=opinion,
        at=clock.now(),
    )
    db.session.add(said)
    db.session.flush()  # the notice points at it
    short = opinion if len(opinion) <= SHOWN else opinion[:SHOWN] + "…"
    tell_holder(
        task, f"{actor.office_name}督办：办件 {task.case.number} 的“{task.name}”已超期。{short}", supervision_id=said.id
    )
    audit.record("tasks/supervise", f"case:{task.case.number}", actor=actor, after={"task": task.key})
    return task.case_id


def hold_task(task_id: int, actor: Actor) -> Task:
    """A task of a case that the actor sees; held, so that two who press at once are one after the other."""
    db.session.execute(sa.select(Task.id).where(Task.id == task_id).with_for_update())
    task = db.session.get(Task, task_id, populate_existing=True)
    if task is None:
        raise Missing()
    queries.view_of(actor, db.session.get_one(Case, task.case_id))
    return task


def tell_holder(
    task: Task, text: str, kind: NoticeKind = NoticeKind.URGE, *, supervision_id: int | None = None
) -> None:
    """Tell the office that holds the task; one that is hurried stands under 催办 until it is decided."""
    if kind is NoticeKind.URGE:
        task.urged_at = clock.now()
    db.session.add(
        Notice(
            case_id=task.case_id,
            task_id=task.id,
            office_id=task.office_id,
            kind=kind,
            text=text,
            at=clock.now(),
            supervision_id=supervision_id,
        )
    )


def read_notice(notice_id: int, *, actor: Actor) -> Notice:
    """Mark a notice of the actor's office as read; who was first stays. Raises Missing."""
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.office_id != actor.office_id:
        raise Missing()
    if notice.read_at is None:
        notice.read_at = clock.now()
        audit.record("notices/read", f"notice:{notice_id}", actor=actor)
    return notice


def read_all_notices(last: int, *, actor: Actor) -> int:
    """Mark every notice of the actor's office up to that one as read; return how many."""
    if last < 0:
        raise InvalidInput(sentence="没有这条通知。", field="last")
    marked = db.session.execute(
        sa.update(Notice)
        .where(Notice.office_id == actor.office_id, Notice.read_at.is_(None), Notice.id <= last)
        .values(read_at=clock.now())
    )
    count = int(marked.rowcount)  # type: ignore[attr-defined]
    if count:
        audit.record("notices/read_all", f"office:{actor.office_code}", actor=actor, after={"up_to": last})
    return count
