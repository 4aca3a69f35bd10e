"""加签, 减签, 委派: a colleague of the office says what they think; the accountable one decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases import queries
from app.cases.models import Advice, AdviceKind, AdviceRule, NoticeKind
from app.cases.operations.answers import OPINION
from app.cases.operations.closing import claim_case
from app.cases.operations.reminders import tell_holder
from app.cases.operations.transitions import Row, lock_case
from app.cases.queries.advice import (
    KIND_NAMES,
    asked_about,
    people_to_ask,
    why_not_answer,
    why_not_ask,
    why_not_withdraw,
)
from app.cases.queries.colleagues import colleagues_at
from app.database import db
from app.errors import InvalidInput, Missing, Objected, Refused
from app.web import objections as form_objections

MOST_NAMED = 3  # of those who are asked, in a notice
QUESTION: dict[str, Any] = {
    "type": "object",
    "properties": {"question": {"type": "string", "title": "征求内容", "maxLength": 200, "x-widget": "textarea"}},
}


def ask_advice(
    task_id: int, kind: str, of_users: Sequence[int], question: str, *, rule: str = AdviceRule.ALL, actor: Actor
) -> int:
    """加签 (before, after) or 委派 (delegated): ask those colleagues about that task; the case's id.

    rule -- `any` (或签): with the first of their answers the others are asked no more
    Raises Missing, what refuses the decision, NotAsked (E-NOT-ASKED), Objected.
    """
    case = lock_case(queries.task_for(actor, task_id).case_id)
    task = queries.task_for(actor, task_id)
    if refusal := why_not_ask(task, actor):
        raise refusal
    question = question.strip()
    faults: list[Refused] = list(form_objections(QUESTION, {"question": question}))
    if kind not in set(AdviceKind):
        faults.append(InvalidInput(sentence="请选择前加签、后加签或委派。", field="kind"))
    if rule not in set(AdviceRule):
        faults.append(InvalidInput(sentence="请选择全部答复或其中一人答复即可。", field="rule"))
    people = {each.id: each for each in people_to_ask(actor, colleagues_at(task.office_id), asked_about(task))}
    wanted = list(dict.fromkeys(of_users))
    if not wanted or any(each not in people for each in wanted):
        faults.append(InvalidInput(sentence="请选择本机构尚未征求意见的人员。", field="of_user"))
    if faults:
        raise Objected(faults)
    claim_case(case)  # whoever decides it meanwhile is too late, or was faster
    asked = {"kind": AdviceKind(kind), "rule": AdviceRule(rule), "question": question, "asked_at": clock.now()}
    for each in wanted:
        db.session.add(Advice(task_id=task_id, asked_by_id=actor.user_id, of_user_id=each, **asked))
    names = "、".join(people[each].name for each in wanted[:MOST_NAMED]) + ("等" if len(wanted) > MOST_NAMED else "")
    text = f"{actor.name}{KIND_NAMES[AdviceKind(kind)]}，请{names}就办件 {case.number} 的“{task.name}”提出意见。"
    tell_holder(task, text, NoticeKind.REMINDER)
    db.session.flush()
    after = {"task": task.key, "kind": kind, "rule": rule, "of": [people[each].username for each in wanted]}
    audit.record("tasks/ask_advice", f"case:{case.number}", actor=actor, after=after)
    return int(case.case_id)


def give_advice(advice_id: int, opinion: str, *, actor: Actor) -> int:
    """Say what one thinks of a task about which one is asked; the case's id. Raises Missing, NotAsked, Objected."""
    advice, case = _advice(advice_id, actor)
    if refusal := why_not_answer(advice, actor):
        raise refusal
    opinion = opinion.strip()
    faults: list[Refused] = list(form_objections(OPINION, {"opinion": opinion}))
    if not opinion:
        faults.append(InvalidInput(sentence="请填写意见。", field="opinion"))
    if faults:
        raise Objected(faults)
    advice.opinion, advice.answered_at = opinion, clock.now()
    if advice.rule is AdviceRule.ANY:
        _ask_no_more(advice)
    text = f"{actor.name}已就办件 {case.number} 的“{advice.task.name}”提出意见。"
    tell_holder(advice.task, text, NoticeKind.REMINDER)
    db.session.flush()
    audit.record("tasks/give_advice", f"case:{case.number}", actor=actor, after={"task": advice.task.key})
    return int(case.case_id)


def _ask_no_more(advice: Advice) -> None:
    """One answer is enough: whoever else was asked the same way about the task need not answer."""
    beside = Advice.task_id == advice.task_id, Advice.kind == advice.kind, Advice.rule == AdviceRule.ANY
    pending = Advice.answered_at.is_(None), Advice.withdrawn_at.is_(None), Advice.id != advice.id
    ended = sa.update(Advice).where(*beside, *pending).values(withdrawn_at=advice.answered_at)
    db.session.execute(ended.execution_options(synchronize_session=False))


def withdraw_advice(advice_id: int, *, actor: Actor) -> int:
    """减签: what was asked needs no answer any more; the case's id. Raises Missing, NotAsked, what refuses deciding."""
    advice, case = _advice(advice_id, actor)
    if refusal := why_not_withdraw(advice, actor):
        raise refusal
    advice.withdrawn_at = clock.now()
    db.session.flush()
    audit.record("tasks/withdraw_advice", f"case:{case.number}", actor=actor, after={"task": advice.task.key})
    return int(case.case_id)


def _advice(advice_id: int, actor: Actor) -> tuple[Advice, Row]:
    """What somebody of the actor's office was asked, its case held. Raises Missing."""
    found = db.session.get(Advice, advice_id)
    if found is None or found.task.office_id != actor.office_id:
        raise Missing()
    case = lock_case(found.task.case_id)
    return db.session.get_one(Advice, advice_id), case
