"""退回: the steps to which a task may be sent back from where its case stands, each with what would be gone with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.cases.models import JointAnswer, PreReview, Task
from app.cases.queries.migrations import decided_in
from app.cases.queries.step_backs import StepBackPlan, decisions_of, plan_step_back
from app.cases.rules.refusals import CannotGoBack
from app.database import db, execute, table
from app.definitions.queries import compiled_version
from app.divisions.models import Office
from app.identity.models import User

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
ANOTHER_OFFICE = "由其他机构办理；跨机构退回只能用“退回补正”，按流程退回申请单位"


@dataclass(frozen=True)
class Target:
    """A step that has been done before the task.

    why_not -- why the task cannot be sent back there, empty where it can; ends -- what would be gone with it, each in
    words; plan -- the case as it would stand then.
    """

    decision: Row
    name: str
    office: str
    who: str
    why_not: str
    ends: Sequence[str] = ()
    plan: StepBackPlan | None = None

    @property
    def key(self) -> str:
        """By which it is chosen."""
        return str(self.decision.key)


def targets_of(task: Task) -> list[Target]:
    """Every step done in the case of an open task, the latest first: of the same office where it may be sent back to,
    each with what that would end; of others why not.
    """
    standing = [each for each in decisions_of(task.case_id) if each.undone_id is None]
    latest = {each.key: each for each in standing}
    return [_target(task, each) for each in sorted(latest.values(), key=lambda each: -each.id)]


def has_targets(task: Task) -> bool:
    """True where a step of the same office has been done before: the rest is asked when somebody wants to."""
    return any(each.undone_id is None and each.office_id == task.office_id for each in task.case.decisions)


def _target(task: Task, decision: Row) -> Target:
    version_id = task.case.version_id
    asked = decided_in(task.case_id, compiled_version(version_id), decision.key) if version_id else None
    name = asked[1].name if asked else decision.key
    said = (decision, name, _name(Office, decision.office_id), _name(User, decision.user_id))
    if decision.office_id != task.office_id:
        return Target(*said, why_not=ANOTHER_OFFICE)
    try:
        plan = plan_step_back(task.case_id, decision.id)
    except CannotGoBack as refusal:
        return Target(*said, why_not=str(refusal.values["why"]))
    if all(each.id != task.id for each in plan.cancelled):
        return Target(*said, why_not=f"与“{task.name}”并行，不在其前")
    return Target(*said, why_not="", ends=tuple(_ends(task, plan)), plan=plan)


def _ends(task: Task, plan: StepBackPlan) -> Iterator[str]:
    """What is gone with it: tasks that wait beside, what was answered or recommended, what was decided since."""
    for each in plan.cancelled:
        if each.id != task.id:
            yield f"“{each.name}”（{_name(Office, each.office_id)}）不再办理"
        if answers := _count(JointAnswer, each.id):
            yield f"“{each.name}”已有的 {answers} 份会签意见作废"
        if _count(PreReview, each.id):
            yield f"“{each.name}”的初审意见作废"
    for each in plan.undone[1:]:
        name = plan.version.diagrams.tasks[each.key].name
        yield f"“{name}”的办理结果（{_name(Office, each.office_id)}）作废，须重新办理"


def _count(model: type[JointAnswer | PreReview], task_id: int) -> int:
    rows = table(model)
    stands = [rows.c.task_id == task_id, *([rows.c.taken_back_at.is_(None)] if model is JointAnswer else [])]
    return int(execute(sa.select(sa.func.count()).select_from(rows).where(*stands)).scalar() or 0)


def _name(model: type[Office] | type[User], row_id: int) -> str:
    return str(db.session.scalars(sa.select(model.name).where(model.id == row_id)).one())
