"""What pages and programming interface both do around an act: submit it once, and work on after it committed."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app import clock
from app.access import Actor
from app.cases import operations, queries
from app.cases.models import Case
from app.cases.operations import Answer
from app.cases.operations.failed_decisions import Cause
from app.cases.queries import View
from app.cases.queries.advice import MOST_PHRASES
from app.cases.queries.bulk_decisions import bulk_tasks
from app.cases.queries.delegations import tasks_held_by
from app.cases.queries.open_tasks import is_open_as_read
from app.cases.queries.seen import is_seen_first, seen_first
from app.cases.rules.bulk_decisions import MOST_AT_ONCE, AnotherStep, TooManyAtOnce
from app.database import end_reading, transaction
from app.errors import Missing, Refused, Stale, objections_of
from app.web import whole_number
from app.web.errors import CannotGoOn, record_refused
from workflows import Refusal, RunBroken

log = logging.getLogger("xueji")


def submit_once(
    key: str | None,
    content: Any,
    act: Callable[[], int],
    *,
    actor: Actor,
    reads_first: bool = False,
    decides: int | None = None,
) -> int:
    """Do `act` in a transaction, once; an equal submission at once, or again under its key, gets the first's answer.

    key -- the sender's name for it, None without; content -- what tells it from every other one; act -- returns a
    case's id, which is returned; reads_first -- it reads everything in one moment and then claims what it has read, so
    that an equal one is looked for only when it was refused; decides -- the task that it decides. Raises KeyReused
    (E-KEY), DecisionTakenBack (E-TAKEN-BACK-02), and what `act` raises unless an equal one has done it.
    """
    what = operations.submitted(key, content, actor=actor, task_id=decides)
    seen = None if reads_first else what.before()
    if seen is not None and what.keyed:
        return seen
    try:
        with transaction(reads_first=reads_first):
            if not reads_first and what.keyed and (before := what.before()) is not None:
                return before  # SQLite: it waited for the one writer, who had the same key
            return operations.run_once(what, act, seen=seen)
    except Refused as refusal:  # by whatever the equal one has written: a claim, a held child, the submission itself
        if refusal.was_over and not what.keyed:
            raise
        first = what.before()
        if first is None or first == seen:
            raise
        return first


def decide_once(
    key: str | None, task_id: int, content: Any, act: Callable[[], int], *, actor: Actor, reads_first: bool = True
) -> int:
    """Submit a decision once, as `submit_once` does; where a fault has undone it, its cause is kept by itself.

    Where another branch of the case was decided at that moment the task waits still, and is decided anew from what the
    case is now. Raises as `submit_once`: whoever decides hears of the fault all the same.
    """

    began = clock.now()

    def submit() -> int:
        return submit_once(key, content, act, actor=actor, reads_first=reads_first, decides=task_id)

    try:
        try:
            return submit()
        except Stale as late:
            if type(late) is not Stale or not is_open_as_read(task_id, began):
                raise
            end_reading()
            return submit()
    except Exception as error:
        if cause := operations.cause_of(error):
            _keep(task_id, cause, actor)
        raise


def _keep(task_id: int, cause: Cause, actor: Actor) -> None:
    try:
        with contextlib.suppress(Stale), transaction():
            operations.keep_failure(task_id, cause, actor=actor)
    except Exception:  # what it was about is said, not that it could not be kept
        log.exception("why the decision of task %s has failed could not be kept", task_id)


def work_at_once(case_id: int) -> None:
    """Work the first rows of a list that was just released, so that a short one is done when the answer comes.

    Asked of cases with a list alone. In a transaction of its own: the decision stands whatever becomes of it, and the
    worker goes on with the rest.
    """
    end_reading()
    with contextlib.suppress(Stale), transaction():
        operations.work_chunk(case_id)


def note_phrases(chosen: Sequence[str], *, actor: Actor) -> None:
    """Note the phrases, by their ids, that went into an opinion; nothing is done where none was chosen.

    In a transaction of its own after the decision: an office's phrase is a row that all its people share.
    """
    ids = {number for each in chosen[:MOST_PHRASES] if (number := whole_number(each, least=1)) is not None}
    if not ids:
        return
    end_reading()
    with contextlib.suppress(Stale), transaction():
        operations.note_phrases_used(ids, actor=actor)


@dataclass(frozen=True)
class DecidedInBulk:
    """What became of one of the tasks that were decided together: its case, and why it was not decided."""

    task_id: int
    number: str | None
    refusal: Refusal | None


def decide_each(task_ids: Sequence[int], answer: Answer, key: str | None, *, actor: Actor) -> list[DecidedInBulk]:
    """Decide tasks of one step, each in a transaction of its own; those that are refused stay, each with its sentence.

    The step is that of the first task; one of another is refused (E-BULK-STEP). key -- the sender's name for the whole:
    sent again, what was decided stays decided. Raises TooManyAtOnce, InvalidInput for a key that is too long.
    """
    if len(task_ids) > MOST_AT_ONCE:
        raise TooManyAtOnce()
    keys = {each: operations.key_within(key, each) for each in task_ids}
    known = bulk_tasks(actor, task_ids)
    steps = [known[each].step for each in task_ids if each in known]
    end_reading()
    results = []
    for task_id in dict.fromkeys(task_ids):
        task, refusal = known.get(task_id), None
        try:
            if task is None:
                raise Missing()
            if task.step != steps[0]:
                raise AnotherStep()
            decide_once(
                keys[task_id],
                task_id,
                ["bulk", task_id, answer.outcome, answer.opinion],
                lambda task_id=task_id: operations.decide_in_bulk(task_id, answer, actor=actor),  # type: ignore[misc]
                actor=actor,
            )
        except (Refused, RunBroken) as fault:
            refused = fault if isinstance(fault, Refused) else CannotGoOn(why=str(fault))
            refusal = objections_of(refused)[0]
            record_refused(refused)
        results.append(DecidedInBulk(task_id, task.row.number if task else None, refusal))
    return results


def work_leave(delegation_id: int, *, actor: Actor) -> int:
    """Hand over what is the own of somebody on leave, each task in a transaction of its own; return how many.

    A task that is decided at that moment is over, or left to the next tick.
    """
    tasks, done, late = tasks_held_by(delegation_id), 0, False
    for task_id in tasks:
        end_reading()
        try:
            with transaction():
                done += operations.hand_over_on_leave(delegation_id, task_id, actor=actor)
        except Stale:
            late = True
    end_reading()
    if not late:
        with transaction():
            operations.leave_handed_over(delegation_id)
    return done


def read_and_seen(actor: Actor, number: str) -> tuple[Case, View]:
    """A case as `queries.case_for` gives it; what waits in the actor's office is noted as seen before it is shown."""
    case, view = queries.case_for(actor, number)
    if not (first := seen_first(case, actor)):
        return case, view
    end_reading()
    with transaction():
        operations.mark_seen(first)
    return queries.case_for(actor, number)


def note_task_seen(actor: Actor, task_id: int) -> None:
    """Note that task as seen by the actor's office, before something of it is given out. Raises Missing."""
    task = queries.task_for(actor, task_id)
    if is_seen_first(task, task.case, actor):
        end_reading()
        with transaction():
            operations.mark_seen([task_id])
