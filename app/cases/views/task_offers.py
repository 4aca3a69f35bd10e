"""What the page of a case offers beside the decision: to take back, to hand over, to copy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.access import Actor
from app.cases.models import Advice, Case, CaseCopy, Task
from app.cases.queries.advice import (
    KIND_NAMES,
    advice_in,
    asked_in,
    people_to_ask,
    why_not_answer,
    why_not_ask,
    why_not_withdraw,
)
from app.cases.queries.colleagues import Colleague, colleagues_at
from app.cases.queries.hand_overs import (
    copies_of,
    hand_over_offer,
    hand_overs_of,
    parties_of,
    why_not_copy,
    why_not_hand_over,
)
from app.cases.queries.step_backs import taken_back_by
from app.cases.queries.traces import Traces
from app.divisions.models import Office


@dataclass(frozen=True)
class AdviceShown:
    """What a colleague was asked, and what the reader may do about it."""

    advice: Advice
    kind: str
    answers: bool
    withdraws: bool


@dataclass(frozen=True)
class TaskOffers:
    """What one reader may do with the tasks of a case."""

    take_back: Task | None
    hand_over: Sequence[tuple[Task, Sequence[Colleague]]]  # to whom
    copy_to: Sequence[Office]
    copies: Sequence[CaseCopy]
    assignees: dict[int, str]  # of tasks that were handed over: who alone decides them, by the task's id
    ask: Sequence[tuple[Task, Sequence[Colleague]]]  # whom about it
    advice: Sequence[AdviceShown]


def task_offers(case: Case, actor: Actor, waiting: Sequence[Task], traces: Traces) -> TaskOffers:
    """What that person may do with that case; waiting -- its open tasks."""
    to_hand_over = [task for task in waiting if why_not_hand_over(task, actor) is None]
    to_ask = [task for task in waiting if why_not_ask(task, actor) is None]
    people = colleagues_at(actor.office_id) if to_hand_over or to_ask else ()  # both are tasks of the reader's office
    assigned = {each.id: each.assignee_id for each in waiting if each.assignee_id is not None}
    names = {each.to_user_id: each.to_user.name for each in hand_overs_of(case.id)} if assigned else {}
    advice = advice_in(case, actor) if traces.advised else ()
    return TaskOffers(
        take_back=taken_back_by(case, actor, traces.effects),
        hand_over=[(task, to) for task in to_hand_over if (to := hand_over_offer(task, people))],
        copy_to=parties_of(case, actor) if why_not_copy(case, actor) is None else (),
        copies=copies_of(case.id) if traces.copied else (),
        ask=[(task, people_to_ask(actor, people, asked_in(advice, task))) for task in to_ask],
        advice=[_shown(each, actor) for each in advice],
        assignees={task_id: names.get(user_id, "") for task_id, user_id in assigned.items()},
    )


def _shown(advice: Advice, actor: Actor) -> AdviceShown:
    answers, withdraws = why_not_answer(advice, actor) is None, why_not_withdraw(advice, actor) is None
    return AdviceShown(advice, KIND_NAMES[advice.kind], answers, withdraws)
