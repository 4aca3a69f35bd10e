"""Reads of joint decisions: who has answered a task, and what of it a reader may see."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from app.access import Actor
from app.cases.models import Case, JointAnswer, Task, TaskStatus
from app.cases.queries.migrations import decided_in
from app.database import db
from app.definitions.queries import CompiledVersion, compiled_version
from workflows import Joint


def joint_of(task: Task) -> Joint | None:
    """How the answers of several people to that task count; None where one person answers."""
    if task.case.version_id is None:
        return None
    decided = decided_in(task.case.id, compiled_version(task.case.version_id), task.key)
    return decided[1].joint if decided else None


def answers_to(task_ids: Sequence[int]) -> list[JointAnswer]:
    """What has been answered to those tasks and was not taken back, in the order in which it was."""
    if not task_ids:
        return []
    stands = JointAnswer.task_id.in_(task_ids), JointAnswer.taken_back_at.is_(None)
    asked = sa.select(JointAnswer).where(*stands).options(joinedload(JointAnswer.user))
    return list(db.session.scalars(asked.order_by(JointAnswer.id)))


def answers_by_task(version: CompiledVersion, case: Case) -> dict[int, list[JointAnswer]]:
    """What was answered to each decided task of the case that several answered, by the task's id."""
    found: dict[int, list[JointAnswer]] = {}
    specs = {each.task_id: decided_in(case.id, version, each.key) for each in case.decisions}
    for each in answers_to([task_id for task_id, known in specs.items() if known and known[1].joint]):
        found.setdefault(each.task_id, []).append(each)
    return found


def has_answered(task: Task, actor: Actor) -> bool:
    """Has this person answered a task that several answer?"""
    return joint_of(task) is not None and actor.user_id in {each.user_id for each in answers_to([task.id])}


def are_shown(task: Task) -> bool:
    """May those who are still asked read the answers of the others? In turn, or once it is decided."""
    joint = joint_of(task)
    return joint is not None and (joint.in_turn or task.status is TaskStatus.DONE)
