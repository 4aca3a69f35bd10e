"""退回到已办环节: an office sends its task back to a step that it has done before; whatever follows counts no more.

Between offices the diagram alone says who sends back to whom. Who sends back decides nothing: the task is gone, and
comes again when the step is done anew.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases.models import Notice, NoticeKind, StepBackKind, Task
from app.cases.operations.closing import Row
from app.cases.operations.step_backs import step_back
from app.cases.operations.transitions import lock_case, task_row
from app.cases.queries.may_decide import why_not_decide
from app.cases.queries.send_back_targets import Target, targets_of
from app.cases.queries.step_backs import StepBackPlan
from app.cases.queries.tasks import task_for
from app.cases.rules.refusals import CannotGoBack
from app.database import execute, table, write_together
from app.definitions.queries import compiled_version
from app.errors import InvalidInput, Missing, Objected, Refused
from app.office_settings.queries import reasons_in_force
from app.web import objections as form_objections
from app.writes import Write

SENT_BACK = "E-SENT-BACK"  # stands in the task that is to be done anew
REASON: dict[str, Any] = {
    "type": "object",
    "properties": {"reason": {"type": "string", "title": "退回原因", "maxLength": 500, "x-widget": "textarea"}},
}


def targets_for(task_id: int, *, actor: Actor) -> tuple[Task, list[Target]]:
    """The task, and where the actor may send it back to. Raises Missing, and whatever refuses it."""
    task = task_for(actor, task_id)
    if refusal := why_not_decide(task, actor):  # whoever may decide it
        raise refusal
    return task, targets_of(task)


def send_back_to(task_id: int, key: str, reason: str, *, reason_code: str | None = None, actor: Actor) -> int:
    """退回 to the step of that key, done before by the same office; the case's id.

    reason_code -- one of the process's reasons, or none
    Raises Missing, NotAllowed, OwnDraft, CannotGoBack (E-BACK), Objected, Halted, Stale.
    """
    case_id = execute(sa.select(Task.case_id).where(Task.id == task_id)).scalar()
    if case_id is None:
        raise Missing()
    case = lock_case(case_id)
    task, targets = targets_for(task_id, actor=actor)
    reason = reason.strip()
    faults: list[Refused] = list(form_objections(REASON, {"reason": reason}))
    if not reason:
        faults.append(InvalidInput(sentence="请填写退回原因。", field="reason"))
    target = next((each for each in targets if each.key == key), None)
    offered = reasons_in_force(compiled_version(case.version_id), task.office.path) if reason_code else ()
    if reason_code and reason_code not in {each["code"] for each in offered}:
        faults.append(InvalidInput(sentence="请从列表中选择原因。", field="reason_code"))
    if target is None:
        faults.append(InvalidInput(sentence="请选择退回到哪个环节。", field="to"))
    if faults:
        raise Objected(faults)
    assert target is not None
    if target.plan is None:
        raise CannotGoBack(why=target.why_not)
    said = {"reason": reason, "reason_code": reason_code}
    _write(case, task, target, target.plan, said, actor)
    return int(case_id)


def _write(case: Row, task: Task, target: Target, plan: StepBackPlan, said: dict[str, Any], actor: Actor) -> None:
    now = clock.now()
    note = {"code": SENT_BACK, "detail": f"{actor.name}从“{task.name}”退回，原因：{said['reason']}"}
    again = [
        task_row(case.case_id, case.parties, case.clocks, plan.version, each.waiting, now, note if place == 0 else None)
        for place, each in enumerate(plan.again)
    ]
    back = {"kind": StepBackKind.SENT_BACK, "from_task_id": task.id, **said, "at": now}
    step_back(case, plan, back, again, actor=actor)
    text = f"办件 {case.number} 由“{task.name}”退回到“{target.name}”重新办理。"
    offices = sorted({each.office_id for each in plan.cancelled} | {row["office_id"] for row in again})
    told = {"case_id": case.case_id, "kind": NoticeKind.RESULT, "text": text, "at": now}
    write_together(*(Write(table(Notice), {**told, "office_id": office}) for office in offices))
    after = {"task": target.key, "undone": [each.key for each in plan.undone]}
    audit.record("tasks/send_back_to", f"case:{case.number}", actor=actor, before={"task": task.key}, after=after)
