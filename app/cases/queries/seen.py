"""Since when an office has seen a task: until then, who brought the task there may take that back."""

from __future__ import annotations

from app.access import Actor
from app.cases.models import Case, Task, TaskStatus
from app.cases.queries.parts_read import CaseRead, TaskRead


def seen_first(case: Case | CaseRead, actor: Actor) -> list[int]:
    """The open tasks of the actor's office that nobody there has seen before, but for who has brought them there."""
    return [each.id for each in case.tasks if is_seen_first(each, case, actor)]


def is_seen_first(task: Task | TaskRead, case: Case | CaseRead, actor: Actor) -> bool:
    """The same of one task: what arrives with a decision arrives at the moment of it."""
    if task.status is not TaskStatus.OPEN or task.seen_at is not None or task.office_id != actor.office_id:
        return False
    brought = {each.user_id for each in case.decisions if each.undone_id is None and each.at == task.arrived_at}
    return actor.user_id not in brought
