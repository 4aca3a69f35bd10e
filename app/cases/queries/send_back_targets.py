"""退回: the steps to which a task may be sent back from where its case stands, each with what would be gone with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.cases.models import JointAnswer, PreReview, Task, TaskStatus
from app.cases.queries.step_backs import History, StepBackPlan, decisions_of, history_of, plan_step_back
from app.cases.rules.refusals import CannotGoBack
from app.database import execute, table

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
ANOTHER_OFFICE = "由其他机构办理；跨机构退回只能用“退回补正”，按流程退回申请单位"


@dataclass(frozen=True)
class Target:
    """A step that has been done before the task.

    why_not -- why the task cannot be sent back there, empty where it can; ends -- what would be gone with it, each in
    words; plan -- the case as it would stand then.
    """

    decision: Row
    why_not: str
    ends: Sequence[str] = ()
    plan: StepBackPlan | None = None

    @property
    def key(self) -> str:
        """By which it is chosen."""
        return str(self.decision.key)

    @property
    def name(self) -> str:
        """Of the step, as it was done."""
        return str(self.decision.task)


@dataclass(frozen=True)
class Begun:
    """What has been said of tasks that still wait: answers of several, and pre-reviews, counted by the task's id."""

    answers: Mapping[int, int]
    reviews: Mapping[int, int]


def targets_of(task: Task) -> list[Target]:
    """Every step done in the case of an open task, the latest first: of the same office where it may be sent back to,
    each with what that would end; of others why not.
    """
    decisions = decisions_of(task.case_id)
    latest = {each.key: each for each in decisions if each.undone_id is None}
    found = sorted(latest.values(), key=lambda each: -each.id)
    others = [Target(each, why_not=ANOTHER_OFFICE) for each in found if each.office_id != task.office_id]
    own = _own_targets(task, decisions, [each for each in found if each.office_id == task.office_id])
    return sorted([*others, *own], key=lambda each: -each.decision.id)


def has_targets(task: Task) -> bool:
    """True where a step of the same office has been done before: the rest is asked when somebody wants to."""
    return any(each.undone_id is None and each.office_id == task.office_id for each in task.case.decisions)


def _own_targets(task: Task, decisions: Sequence[Row], own: Sequence[Row]) -> list[Target]:
    """Those of the task's own office: what every plan is made from is read once."""
    if not own:
        return []
    try:
        history = history_of(task.case_id, decisions)
    except CannotGoBack as refusal:
        return [Target(each, why_not=str(refusal.values["why"])) for each in own]
    waiting = [each.id for each in history.tasks if each.status == TaskStatus.OPEN]
    begun = Begun(_counts(JointAnswer, waiting), _counts(PreReview, waiting))
    return [_own_target(task, each, history, begun) for each in own]


def _own_target(task: Task, decision: Row, history: History, begun: Begun) -> Target:
    try:
        plan = plan_step_back(history, decision.id)
    except CannotGoBack as refusal:
        return Target(decision, why_not=str(refusal.values["why"]))
    if all(each.id != task.id for each in plan.cancelled):
        return Target(decision, why_not=f"与“{task.name}”并行，不在其前")
    return Target(decision, why_not="", ends=tuple(_ends(task, plan, begun)), plan=plan)


def _ends(task: Task, plan: StepBackPlan, begun: Begun) -> Iterator[str]:
    """What is gone with it: tasks that wait beside, what was answered or recommended, what was decided since."""
    for each in plan.cancelled:
        if each.id != task.id:
            yield f"“{each.name}”（{each.office}）不再办理"
        if answers := begun.answers.get(each.id):
            yield f"“{each.name}”已有的 {answers} 份会签意见作废"
        if each.id in begun.reviews:
            yield f"“{each.name}”的初审意见作废"
    for each in plan.undone[1:]:
        yield f"“{each.task}”的办理结果（{each.office}）作废，须重新办理"


def _counts(model: type[JointAnswer | PreReview], task_ids: Sequence[int]) -> dict[int, int]:
    """How many of these stand for each of those tasks that has any."""
    rows = table(model)
    stands = [rows.c.task_id.in_(task_ids), *([rows.c.taken_back_at.is_(None)] if model is JointAnswer else [])]
    asked = sa.select(rows.c.task_id, sa.func.count()).where(*stands).group_by(rows.c.task_id)
    return dict(execute(asked).all())
