"""加签 and 委派: who is asked what about a task, and what an official is asked; 意见常用语."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import Advice, AdviceKind, AdviceRule, Case, Phrase, Task, TaskStatus
from app.cases.queries.colleagues import Colleague
from app.cases.queries.joint_answers import joint_of
from app.cases.queries.may_decide import why_not_decider
from app.cases.rules.refusals import NotAsked
from app.database import db
from app.errors import Refused

MOST_PHRASES = 30  # of a person, and of an office
KIND_NAMES = {AdviceKind.BEFORE: "前加签", AdviceKind.DELEGATED: "委派", AdviceKind.AFTER: "后加签"}


def why_not_ask(task: Task, actor: Actor) -> Refused | None:
    """Against asking colleagues about that task: who decides it asks, one beside the other; not where several answer
    anyway.
    """
    if refusal := why_not_decider(task, actor):
        return refusal
    return NotAsked(why="会签环节本身由多人提出意见") if joint_of(task) is not None else None


def people_to_ask(actor: Actor, people: Sequence[Colleague], asked: Collection[int]) -> Sequence[Colleague]:
    """Those of the task's office, of either duty, who are not asked about it already; asked -- as `asked_about`."""
    return [each for each in people if each.id not in asked and each.id != actor.user_id]


def asked_about(task: Task) -> set[int]:
    """Who is asked about that task and has neither answered nor been let go, by id."""
    pending = Advice.task_id == task.id, Advice.answered_at.is_(None), Advice.withdrawn_at.is_(None)
    return set(db.session.scalars(sa.select(Advice.of_user_id).where(*pending)))


def asked_in(advice: Sequence[Advice], task: Task) -> set[int]:
    """The same from what was read already."""
    pending = (each for each in advice if each.answered_at is None and each.withdrawn_at is None)
    return {each.of_user_id for each in pending if each.task_id == task.id}


def advice_in(case: Case, actor: Actor) -> Sequence[Advice]:
    """What the actor's office has been asked among itself about its tasks of the case: nobody else reads it."""
    mine = [each.id for each in case.tasks if each.office_id == actor.office_id]
    if not mine:
        return ()
    wanted = joinedload(Advice.task), joinedload(Advice.asked_by), joinedload(Advice.of_user)
    asked = sa.select(Advice).where(Advice.task_id.in_(mine)).options(*wanted).order_by(Advice.id)
    return db.session.scalars(asked).all()


def why_not_answer(advice: Advice, actor: Actor) -> Refused | None:
    """Against answering: who is asked does, 后加签 once the task is decided, the others before it is."""
    if advice.of_user_id != actor.user_id:
        return NotAsked(why="征求的是其他人员的意见")
    if advice.answered_at is not None or advice.withdrawn_at is not None:
        done = "已由其他人员答复，或已减签" if advice.rule is AdviceRule.ANY else "已经减签"
        return NotAsked(why="已经答复" if advice.answered_at else done)
    if advice.kind is AdviceKind.AFTER:
        return None if advice.task.status is TaskStatus.DONE else NotAsked(why="后加签待本环节办理后再提出意见")
    return None if advice.task.status is TaskStatus.OPEN else NotAsked(why="本环节已经办结")


def why_not_withdraw(advice: Advice, actor: Actor) -> Refused | None:
    """Against 减签: who has asked does, and who decides the task."""
    if advice.answered_at is not None or advice.withdrawn_at is not None:
        return NotAsked(why="已经答复" if advice.answered_at else "已经减签")
    return None if advice.asked_by_id == actor.user_id else why_not_decider(advice.task, actor)


def asked_of(actor: Actor, *, before: int | None = None, limit: int = 20) -> Sequence[Advice]:
    """What the actor is asked in their office, newest first, older than the given one."""
    mine = Advice.of_user_id == actor.user_id, Advice.answered_at.is_(None), Advice.withdrawn_at.is_(None)
    asked = sa.select(Advice).join(Task, Task.id == Advice.task_id).where(*mine, Task.office_id == actor.office_id)
    asked = asked.where(sa.or_(Task.status == TaskStatus.OPEN, Task.status == TaskStatus.DONE))
    if before is not None:
        asked = asked.where(Advice.id < before)
    wanted = joinedload(Advice.task).joinedload(Task.case), joinedload(Advice.asked_by)
    return db.session.scalars(asked.options(*wanted).order_by(Advice.id.desc()).limit(limit)).all()


def phrases_for(actor: Actor) -> Sequence[Phrase]:
    """The phrases of the actor and of their office, last used first."""
    found = db.session.scalars(PHRASES, {"user": actor.user_id, "office": actor.office_id})
    return sorted(found, key=lambda each: each.used_at, reverse=True)


def _last_used(whose: sa.ColumnElement[bool]) -> sa.Select[int]:
    page = sa.select(Phrase.id).where(whose).order_by(Phrase.used_at.desc(), Phrase.id).limit(MOST_PHRASES)
    return sa.select(page.subquery().c.id)


#: built once: the page of whoever decides asks it
PHRASES = sa.select(Phrase).where(
    Phrase.id.in_(
        sa.union_all(
            _last_used(Phrase.user_id == sa.bindparam("user")), _last_used(Phrase.office_id == sa.bindparam("office"))
        )
    )
)
