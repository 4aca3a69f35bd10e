"""One of many cases that are decided together; each is decided as by itself, if it may be decided so."""

from __future__ import annotations

from app.access import Actor
from app.cases.operations.answers import Answer
from app.cases.operations.decisions import decide
from app.cases.queries.bulk_decisions import bulk_tasks
from app.cases.rules.bulk_decisions import IN_BULK
from app.errors import InvalidInput, Missing, Stale


def decide_in_bulk(task_id: int, answer: Answer, *, actor: Actor) -> int:
    """Decide that task; the id of its case. What forbids it is read again, for it may have changed since the list.

    Raises Missing, OneByOne (E-BULK), InvalidInput for an outcome that is not given in bulk, and what `decide` raises.
    """
    if answer.outcome not in IN_BULK:
        raise InvalidInput(sentence="批量办理只能同意或确认。", field="outcome")
    task = bulk_tasks(actor, [task_id]).get(task_id)
    if task is None:
        raise Missing()
    if task.refusal is not None and not isinstance(task.refusal, Stale):  # `decide` says best what ended a task
        raise task.refusal
    return decide(task_id, answer, actor=actor)
