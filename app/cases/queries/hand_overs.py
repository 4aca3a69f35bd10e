"""转办 and 抄送: to whom a task may be handed over, which offices may read a case, what an office has to read."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import Case, CaseCopy, HandOver, Task, TaskStatus
from app.cases.queries.colleagues import Colleague, colleagues_at
from app.cases.queries.facts import drafted_by, facts_of_case, facts_of_task, has_acted_elsewhere
from app.cases.queries.joint_answers import joint_of
from app.cases.rules import permissions
from app.database import db
from app.divisions.models import Office
from app.errors import Refused


def why_not_hand_over(task: Task, actor: Actor) -> Refused | None:
    """Against handing that task over: whoever of its office has its duty may, who drafted the case among them."""
    facts = facts_of_task(task), facts_of_case(task.case)
    return permissions.why_not_hand_over(*facts, actor, joint=joint_of(task) is not None)


def why_not_take_over(task: Task, user: Colleague) -> str | None:
    """Against handing that task over to that colleague, in words without a full stop: the rules ask it of them, too."""
    if task.assignee_id == user.id:
        return f"本环节已由{user.name}办理"
    if task.duty == "approver" and drafted_by(task, user.id):
        return f"{user.name}是本件的经办人，不得审核本人提交的业务"
    if task.office.is_bureau and has_acted_elsewhere(task, user.id):
        return f"{user.name}已代表其他机构办理过本件"
    return None


def heir_for(task: Task, user_id: int | None) -> Colleague | None:
    """That person, where they may have the task of somebody who goes; None where it is the desk's again.

    A task that several decide together is nobody's own.
    """
    to = next((each for each in colleagues_at(task.office_id) if each.id == user_id), None)
    takes = to is not None and task.duty in to.duties and joint_of(task) is None and not why_not_take_over(task, to)
    return to if takes else None


def hand_over_offer(task: Task, people: Sequence[Colleague]) -> Sequence[Colleague]:
    """To whom of its office that task may be handed over now: of the same duty, not kept from deciding it."""
    return [each for each in people if task.duty in each.duties and why_not_take_over(task, each) is None]


def hand_overs_of(case_id: int) -> Sequence[HandOver]:
    """Each time a task of the case was handed over, in their order."""
    asked = sa.select(HandOver).join(Task, Task.id == HandOver.task_id).where(Task.case_id == case_id)
    wanted = joinedload(HandOver.from_user), joinedload(HandOver.to_user)
    return db.session.scalars(asked.options(*wanted).order_by(HandOver.id)).all()


# --- copies


def parties_of(case: Case, actor: Actor) -> Sequence[Office]:
    """The offices to which the actor may copy the case: its other parties, who have not one to read already."""
    named = {*case.parties.values(), case.applicant_office_id, case.receiving_school_id, case.releasing_school_id}
    unread = sa.select(CaseCopy.office_id).where(CaseCopy.case_id == case.id, CaseCopy.read_at.is_(None))
    others = Office.id.in_(named - {None, actor.office_id}), Office.id.not_in(unread)
    return db.session.scalars(sa.select(Office).where(*others).order_by(Office.path)).all()


def why_not_copy(case: Case, actor: Actor) -> Refused | None:
    """Against copying: whoever has, or has had, a task of the case may."""
    took_part = any(
        each.office_id == actor.office_id and each.status in (TaskStatus.OPEN, TaskStatus.DONE) for each in case.tasks
    )
    return permissions.why_not_copy(facts_of_case(case), actor, took_part=took_part)


def copies_of(case_id: int) -> Sequence[CaseCopy]:
    """Every copy of the case, in their order."""
    wanted = joinedload(CaseCopy.office), joinedload(CaseCopy.by_office), joinedload(CaseCopy.by_user)
    asked = sa.select(CaseCopy).where(CaseCopy.case_id == case_id).order_by(CaseCopy.id)
    return db.session.scalars(asked.options(*wanted)).all()


def copies_for(actor: Actor, *, unread: bool = False, before: int | None = None, limit: int = 20) -> Sequence[CaseCopy]:
    """待阅 and 已阅: copies that the actor's office was sent, newest first, older than the given one."""
    wanted = joinedload(CaseCopy.case).joinedload(Case.student), joinedload(CaseCopy.by_office)
    asked = sa.select(CaseCopy).where(CaseCopy.office_id == actor.office_id).options(*wanted)
    if unread:
        asked = asked.where(CaseCopy.read_at.is_(None))
    if before is not None:
        asked = asked.where(CaseCopy.id < before)
    return db.session.scalars(asked.order_by(CaseCopy.id.desc()).limit(limit)).all()
