"""收回: whoever decided last takes it back, as long as nobody has seen or done anything of what follows.

The case waits again where it waited, its clock as it was; the decision stays on record and counts no more. Whoever acts
on what follows at the same moment raises the revision of the case, or marks the task as seen: one of the two wins.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases.models import (
    Decision,
    JointAnswer,
    Notice,
    NoticeKind,
    PreReview,
    StepBack,
    StepBackKind,
    TaskStatus,
)
from app.cases.operations.closing import claim_of
from app.cases.operations.idempotency import forget_submissions
from app.cases.operations.transitions import TASKS, Row, facts_of_row, lock_case, status_after
from app.cases.queries.step_backs import (
    Again,
    StepBackPlan,
    decision_to_take_back,
    decisions_of,
    history_of,
    plan_step_back,
    seen_or_acted_on,
)
from app.cases.queries.undone import ENDED
from app.cases.rules.permissions import why_halted
from app.cases.rules.refusals import CannotGoBack
from app.database import execute, table, write_together
from app.definitions.queries import compiled_version
from app.errors import Missing, NotAllowed
from app.writes import Write

ANSWERS, DECISIONS, NOTICES, REVIEWS = table(JointAnswer), table(Decision), table(Notice), table(PreReview)
AS_BEFORE = ("arrived_at", "deadline", "reminded_at", "escalated_at", "seen_at", "assignee_id", "urged_at")
KEPT = ("case_id", "key", "version_id", "name", "office_id", "duty")


def take_back(task_id: int, *, actor: Actor) -> int:
    """收回 one's own decision of that task, or one's answer to it where several answer; the case's id.

    Raises Missing, NotAllowed, CannotGoBack (E-BACK), Halted, Stale.
    """
    case = _hold_case_of(task_id, actor)
    if refusal := why_halted(facts_of_row(case)):
        raise refusal
    if _take_back_answer(case, task_id, actor):
        return int(case.case_id)
    decision = decision_to_take_back(task_id, actor)
    plan = plan_step_back(history_of(case.case_id, decisions_of(case.case_id)), decision.id)
    if why := seen_or_acted_on(plan):
        raise CannotGoBack(why=why)
    now = clock.now()
    back = {"kind": StepBackKind.TAKEN_BACK, "from_task_id": None, "reason": "", "at": now}
    clocks = {} if plan.clocks is None else {"clocks": plan.clocks}
    again = [_as_it_was(each) for each in plan.again]
    task = step_back(case, plan, back, again, actor=actor, unseen=True, **clocks)
    _copy_what_was_said(plan.again[0].row.id, task, but=actor.user_id, joint=_is_joint(plan))
    _tell(case, plan, f"“{plan.again[0].row.name}”已由{actor.office_name}收回", now)
    audit.record("tasks/take_back", f"case:{case.number}", actor=actor, after={"task": decision.key})
    return int(case.case_id)


def step_back(
    case: Row,
    plan: StepBackPlan,
    back: dict[str, Any],
    again: Sequence[dict[str, Any]],
    *,
    actor: Actor,
    unseen: bool = False,
    **values: Any,
) -> int:
    """Write a case that waits again where it has waited; the id of the task of the decision that counts no more.

    case -- locked; again -- the rows of the tasks at which it waits again, that one first; unseen -- only as long as
    nobody has seen the tasks that go. Raises Stale, CannotGoBack.
    """
    status = status_after(case, plan.version, plan.run)
    write_together(claim_of(case, state=plan.run.state, status=status, written=list(plan.written), **values))
    name, now = plan.again[0].row.name, back["at"]
    how = "收回" if unseen else "退回"
    note = {"ended": ENDED, "detail": f"本件已由{actor.office_name}{how}到“{name}”重新办理，不再由本环节办理。"}
    for each in plan.cancelled:
        gone = {"status": TaskStatus.CANCELLED, "ended_at": now, "note": note}
        where = {"id": each.id, "status": TaskStatus.OPEN, **({"seen_at": None} if unseen else {})}
        write_together(Write(TASKS, gone, where, lost=lambda each=each: _seen(each)))  # type: ignore[misc]
    ids = [int(execute(sa.insert(TASKS).values(**row).returning(TASKS.c.id)).scalar_one()) for row in again]
    who = {"case_id": case.case_id, "task_id": ids[0], "office_id": actor.office_id, "user_id": actor.user_id}
    row = sa.insert(table(StepBack)).values(**who, **back).returning(table(StepBack).c.id)
    undone = {"undone_id": execute(row).scalar_one()}
    write_together(Write(DECISIONS, undone, {"id": [each.id for each in plan.undone]}))
    return ids[0]


def _seen(task: Row) -> CannotGoBack:
    return CannotGoBack(why=f"“{task.name}”的办理机构已经查看")


def _hold_case_of(task_id: int, actor: Actor) -> Row:
    """The case of a task of the actor's office, locked before anything is read of it. Raises Missing."""
    found = execute(sa.select(TASKS.c.case_id, TASKS.c.office_id).where(TASKS.c.id == task_id)).first()
    if found is None or found.office_id != actor.office_id:
        raise Missing()
    return lock_case(found.case_id)


def _as_it_was(again: Again) -> dict[str, Any]:
    """The task anew, as it was when it was decided: its clock goes on from where it began."""
    row, note = again.row, again.row.note or {}
    return {
        **{name: getattr(row, name) for name in (*KEPT, *AS_BEFORE)},
        "run_task": again.waiting.id,
        "status": TaskStatus.OPEN,
        "note": None if "ended" in note else again.row.note,
    }


def _is_joint(plan: StepBackPlan) -> bool:
    return plan.version.diagrams.tasks[plan.again[0].waiting.key].joint is not None


def _copy_what_was_said(before: int, task_id: int, *, but: int | None, joint: bool) -> None:
    """What colleagues have recommended or answered to the task holds for it still."""
    columns = [each.name for each in REVIEWS.c if each.name not in ("id", "task_id")]
    rows = execute(sa.select(*(REVIEWS.c[name] for name in columns)).where(REVIEWS.c.task_id == before)).all()
    for row in rows:
        execute(sa.insert(REVIEWS).values(task_id=task_id, **row._mapping))
    if not joint:
        return
    columns = [each.name for each in ANSWERS.c if each.name not in ("id", "task_id")]
    stands = ANSWERS.c.task_id == before, ANSWERS.c.taken_back_at.is_(None), ANSWERS.c.user_id != but
    asked = sa.select(*(ANSWERS.c[name] for name in columns)).where(*stands).order_by(ANSWERS.c.id)
    for row in execute(asked).all():
        execute(sa.insert(ANSWERS).values(task_id=task_id, **row._mapping))


def _tell(case: Row, plan: StepBackPlan, what: str, now: dt.datetime) -> None:
    """The offices whose tasks are gone read why."""
    told = {"case_id": case.case_id, "kind": NoticeKind.RESULT, "at": now}
    text = f"办件 {case.number} 的{what}，此前送来的环节不再办理。"
    offices = sorted({each.office_id for each in plan.cancelled})
    write_together(*(Write(NOTICES, {**told, "office_id": office, "text": text}) for office in offices))


# --- before a joint decision has closed


def _take_back_answer(case: Row, task_id: int, actor: Actor) -> bool:
    """Take one's answer back from a task that is still open; False where it has been decided."""
    task = execute(sa.select(TASKS).where(TASKS.c.id == task_id)).one()
    if task.status != TaskStatus.OPEN:
        return False
    mine = ANSWERS.c.task_id == task_id, ANSWERS.c.taken_back_at.is_(None)
    given = execute(sa.select(ANSWERS.c.id, ANSWERS.c.user_id).where(*mine).order_by(ANSWERS.c.id)).all()
    own = next((each for each in given if each.user_id == actor.user_id), None)
    if own is None:
        raise NotAllowed() if task.duty != actor.duty else CannotGoBack(why="您尚未办理本环节")
    spec = compiled_version(case.version_id).diagrams.tasks[task.key]
    if spec.joint and spec.joint.in_turn and given[-1] is not own:
        raise CannotGoBack(why="依次会签，其后已有人提出意见")
    execute(sa.update(ANSWERS).where(ANSWERS.c.id == own.id).values(taken_back_at=clock.now()))
    forget_submissions(case.case_id, actor=actor)  # the same may be answered again, of the same task
    audit.record("tasks/take_back_answer", f"case:{case.number}", actor=actor, after={"task": task.key})
    return True
