"""暂停 and 恢复 of a case by the office that has it, its clock standing still; 终止 by its approver, for good.

Whoever decides at the same moment raises the revision of the case as these do: one of the two wins.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases.models import Case, CaseStatus, Halt, Notice, NoticeKind, Task, TaskStatus, Termination
from app.cases.operations.closing import Row, claim_of
from app.cases.operations.recall import terminate
from app.cases.operations.seen import mark_seen
from app.cases.operations.transitions import TASKS, lock_case
from app.cases.queries import cases
from app.cases.queries.facts import effects_of
from app.cases.queries.standstill import pause_of, why_not_pause, why_not_resume, why_not_terminate
from app.database import db, execute, table, write_together
from app.definitions.queries import compiled_version
from app.errors import InvalidInput, Missing, Objected, Refused
from app.web import objections as form_objections
from app.writes import Write

REASON: dict[str, Any] = {
    "type": "object",
    "properties": {"reason": {"type": "string", "title": "原因", "maxLength": 150, "x-widget": "textarea"}},
}


def pause(number: str, reason: str, *, actor: Actor) -> int:
    """暂停 a case that the actor's office has: nobody decides in it, and its clock stands still; the case's id.

    Raises Missing, NotAllowed, NotPaused (E-PAUSE), Halted, Objected, Stale.
    """
    row, case = _held(number, actor)
    if refusal := why_not_pause(case, effects_of(case.id), actor):
        raise refusal
    reason = _checked(reason, "暂停")
    now = clock.now()
    waiting = [each for each in case.tasks if each.status is TaskStatus.OPEN]
    mark_seen([each.id for each in waiting if each.office_id == actor.office_id])
    write_together(claim_of(row, status=CaseStatus.PAUSED))
    db.session.add(Halt(case_id=case.id, reason=reason, since=now, by_id=actor.user_id, office_id=actor.office_id))
    _tell(case, waiting, f"{actor.office_name}已暂停办理办件 {number}：{reason}。办理时限暂停计算。", now, actor)
    db.session.flush()
    audit.record("cases/pause", f"case:{number}", actor=actor)
    return case.id


def resume(number: str, reason: str = "", *, actor: Actor) -> int:
    """恢复 a paused case: each task that waits has the working days it had left; the case's id.

    Raises Missing, NotAllowed, NotPaused (E-PAUSE), Objected, Stale.
    """
    row, case = _held(number, actor)
    paused = pause_of(case.id, lock=True)
    if refusal := why_not_resume(case, actor, paused):
        raise refusal
    assert paused is not None
    reason = _checked(reason, "")
    now = clock.now()
    waiting = [each for each in case.tasks if each.status is TaskStatus.OPEN]
    version = compiled_version(row.version_id)
    repairing = any(
        version.diagrams.tasks[each.key].properties.get("status") == CaseStatus.REPAIRING.value for each in waiting
    )
    write_together(
        claim_of(row, status=CaseStatus.REPAIRING if repairing else CaseStatus.OPEN),
        *(
            Write(TASKS, {"deadline": _moved(each, paused.since, now), "remind_at": None}, {"id": each.id})
            for each in waiting
        ),
    )
    paused.ended_at, paused.ended_by_id = now, actor.user_id
    why = f"：{reason}" if reason else ""
    _tell(case, waiting, f"{actor.office_name}已恢复办理办件 {number}{why}。办理时限继续计算。", now, actor)
    db.session.flush()
    audit.record("cases/resume", f"case:{number}", actor=actor)
    return case.id


def terminate_by_office(number: str, reason: str, *, actor: Actor) -> int:
    """终止 a case that the actor's office has, for good: its tasks end, the offices of the case read why; its id.

    Raises Missing, NotAllowed, OwnDraft (E-SOD-01), ActedElsewhere (E-SOD-02), NotTerminated (E-TERMINATE), what the
    task waits for, Objected, Stale.
    """
    _row, case = _held(number, actor)
    case_id = case.id
    if refusal := why_not_terminate(case, effects_of(case_id), actor):
        raise refusal
    reason = _checked(reason, "终止")
    terminate(number, f"由{actor.office_name}终止", said=reason, actor=actor)
    said = {"office_id": actor.office_id, "user_id": actor.user_id, "reason": reason, "at": clock.now()}
    write_together(Write(table(Termination), {"case_id": case_id, **said}))
    return case_id


def _held(number: str, actor: Actor) -> tuple[Row, Case]:
    """The case, locked before anything is read of it, as far as the actor sees it. Raises Missing."""
    case_id = execute(sa.select(table(Case).c.id).where(table(Case).c.number == number)).scalar()
    if case_id is None:
        raise Missing()
    row = lock_case(case_id)
    return row, cases.case_for(actor, number)[0]


def _checked(reason: str, what: str) -> str:
    """The reason as it is kept, without the full stop that the sentences around it bring. Raises Objected.

    what -- of which it must be given; empty where it may be left out
    """
    reason = reason.strip().rstrip("。")
    faults: list[Refused] = list(form_objections(REASON, {"reason": reason}))
    if what and not reason:
        faults.append(InvalidInput(sentence=f"请填写{what}原因。", field="reason"))
    if faults:
        raise Objected(faults)
    return reason


def _moved(task: Task, since: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Its deadline after the pause, in which no working day of it has passed."""
    began = max(since, task.arrived_at)
    passed = clock.working_days_between(clock.local(began).date(), clock.local(now).date())
    return clock.end_of(clock.add_working_days(clock.local(task.deadline).date(), passed))


def _tell(case: Case, waiting: list[Task], text: str, now: dt.datetime, actor: Actor) -> None:
    """The applicant reads it, and every other office at which the case waits."""
    offices = {case.applicant_office_id, *(each.office_id for each in waiting)} - {actor.office_id}
    told = {"case_id": case.id, "kind": NoticeKind.RESULT, "text": text, "at": now}
    if offices:
        db.session.execute(sa.insert(Notice), [{**told, "office_id": each} for each in sorted(offices)])
