"""What is done with a task beside deciding it, by a button alone; each act is declared once, for pages and programs.

An act has its rule in `app/cases/rules/permissions.py`, its name for auditors in `app/auditing/labels/`, and tells
somebody. The page of a case shows the button of each that is not refused; `POST /tasks/<id>/acts/<key>` does it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app import audit
from app.access import Actor
from app.cases.models import NoticeKind, Task
from app.cases.operations.reminders import hold_task, tell_holder
from app.cases.operations.seen import mark_seen
from app.cases.queries import oversight
from app.cases.queries.facts import facts_of_case, facts_of_task, has_drafted
from app.cases.rules import permissions
from app.errors import Missing, Refused


@dataclass(frozen=True)
class TaskAct:
    """One act: `says` of it on its button, `done` to whoever did it, `tells` the office that holds the task."""

    key: str  # in addresses, and `tasks/<key>` in the audit
    says: str
    done: str
    tells: str
    why_not: Callable[[Task, Actor], Refused | None]


def _against_asking(task: Task, actor: Actor) -> Refused | None:
    facts = facts_of_task(task), facts_of_case(task.case)
    drafted, reviewed = has_drafted(task, actor), task.pre_review is not None

    def refused(unread: dt.datetime | None) -> Refused | None:
        return permissions.why_not_ask_pre_review(*facts, actor, drafted=drafted, reviewed=reviewed, unread=unread)

    return refused(None) or refused(oversight.unread_reminder(task.id))  # read for those alone whom nothing else keeps


def _against_proposing(task: Task, actor: Actor) -> Refused | None:
    facts = facts_of_task(task), facts_of_case(task.case)

    def refused(unread: dt.datetime | None) -> Refused | None:
        return permissions.why_not_ask_decision(*facts, actor, unread=unread)

    return refused(None) or refused(oversight.unread_reminder(task.id))


ACTS: Mapping[str, TaskAct] = {
    each.key: each
    for each in (
        TaskAct(
            "ask_pre_review",
            "请本机构初审",
            "已请本机构经办人初审。",
            "{actor}请经办人初审：办件 {number} 的“{task}”。",
            _against_asking,
        ),
        TaskAct(
            "ask_decision",
            "提请审核",
            "已提请本机构审核人员办理。",
            "{actor}提请审核人员办理：办件 {number} 的“{task}”。",
            _against_proposing,
        ),
    )
}


def acts_for(task: Task, actor: Actor) -> list[TaskAct]:
    """The acts that this person may do with the task now."""
    return [each for each in ACTS.values() if each.why_not(task, actor) is None]


def act_on(task_id: int, key: str, *, actor: Actor) -> int:
    """Do that with the task; the id of its case. Raises Missing, and what its rule refuses."""
    act = ACTS.get(key)
    if act is None:
        raise Missing()
    task = hold_task(task_id, actor)
    if refusal := act.why_not(task, actor):
        raise refusal
    mark_seen([task_id])
    text = act.tells.format(actor=actor.name, number=task.case.number, task=task.name)
    tell_holder(task, text, NoticeKind.REMINDER)
    audit.record(f"tasks/{key}", f"case:{task.case.number}", actor=actor, after={"task": task.key})
    return task.case_id
