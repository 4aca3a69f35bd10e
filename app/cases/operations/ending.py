"""Recall, and the end of a directive before its time: what takes a case back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa

import workflows
from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Batch, Case, CaseOutcome, CaseStatus, Notice, NoticeKind, RouteStep, Task, TaskStatus
from app.cases.operations import rosters
from app.cases.operations.deciding import OPINION
from app.cases.operations.moving import Moved, Row, case_by_number, claim_case, end_tasks, proceeding_of
from app.database import db
from app.errors import InvalidInput, Missing, NotAllowed, Objected
from app.interface import objections as form_objections
from app.processes.queries import edition
from app.schools.recruitment.operations import end_plan
from app.students import operations as students
from app.students.models import Directive
from app.students.operations import Proceeding


def recall(number: str, reason: str, *, actor: Actor) -> int:
    """The applicant takes the application back, until a directive has been issued; return the case's id.

    Raises Missing, NotAllowed, TooLate (E-RECALL), Stale.
    """
    case, siblings = case_by_number(number)
    if case.applicant_office_id != actor.office_id:
        raise Missing() if not _sees(case.case_id, actor) else NotAllowed()
    if actor.duty != "operator":
        raise NotAllowed()
    if case.case_status == CaseStatus.CLOSED:
        raise rules.TooLate(why="本件已办结")
    if _has_live_directive(case.case_id):
        raise rules.TooLate(why="指令已下达")
    if db.session.scalar(sa.select(Batch.released_at).where(Batch.case_id == case.case_id)):
        raise rules.TooLate(why="名单已核准办理")
    faults = form_objections(OPINION, {"opinion": reason})
    if not reason.strip():
        faults = [InvalidInput(sentence="请填写撤回原因。", field="reason")]
    if faults:
        raise Objected(list(faults))
    now = clock.now()
    claim_case(case)
    db.session.execute(
        sa.update(Case)
        .where(Case.id == case.case_id)
        .values(status=CaseStatus.CLOSED, outcome=CaseOutcome.RECALLED, closed_at=now)
    )
    db.session.execute(end_tasks(list(siblings.values()), TaskStatus.CANCELLED, now))
    end_plan(case_id=case.case_id, actor=actor)
    rosters.abandon(case.case_id, "学校已撤回名单。")
    audit.record("cases/recall", f"case:{number}", actor=actor, after={"reason": reason})
    return int(case.case_id)


def terminate(number: str, because: str, *, actor: Actor) -> None:
    """End a case from outside its diagram: its tasks, its directive; every office that had it reads why.

    because -- such as 学生死亡，学籍已注销, without a full stop. A case that has ended already stays as it ended.
    Raises Missing, Stale.
    """
    case, siblings = case_by_number(number)
    if case.case_status == CaseStatus.CLOSED:
        return
    now = clock.now()
    ended = {"status": CaseStatus.CLOSED, "outcome": CaseOutcome.TERMINATED, "closed_at": now}
    claim_case(case, **ended, ended_because=because)
    students.lapse(case.case_id, because, actor=actor)
    end_plan(case_id=case.case_id, actor=actor)
    rosters.abandon(case.case_id, f"名单已终止：{because}。")
    sentence = f"办件 {number} 已终止：{because}。"
    if siblings:
        db.session.execute(
            end_tasks(
                list(siblings.values()),
                TaskStatus.CANCELLED,
                now,
                {"ended": "E-ENDED", "detail": f"本件已终止：{because}。"},
            )
        )
    tell_the_offices_of(case, sentence, now)
    audit.record("cases/terminate", f"case:{number}", actor=actor, after={"because": because})


def tell_the_offices_of(case: Row, sentence: str, now: dt.datetime) -> None:
    """A notice to the applicant and to every office that has had a task of the case."""
    had = set(db.session.scalars(sa.select(Task.office_id).where(Task.case_id == case.case_id)))
    rows = [
        {"case_id": case.case_id, "office_id": office, "kind": NoticeKind.RESULT, "text": sentence, "at": now}
        for office in sorted(had | {case.applicant_office_id})
    ]
    db.session.execute(sa.insert(Notice), rows)


def terminate_others(proceeding: Proceeding, because: str) -> None:
    """End every other case that holds the child of this one. Raises Stale."""
    proceeding.claim()
    others = sa.select(Case.number).where(
        Case.student_id == proceeding.child,
        Case.id != proceeding.case_id,
        Case.holds_student,
        Case.status != CaseStatus.CLOSED,
    )
    for number in db.session.scalars(others).all():
        terminate(number, f"{because}（办件 {proceeding.number}）", actor=proceeding.actor)


def _sees(case_id: int, actor: Actor) -> bool:
    return bool(
        db.session.scalar(
            sa.select(RouteStep.id).where(RouteStep.case_id == case_id, RouteStep.office_id == actor.office_id).limit(1)
        )
    )


def _has_live_directive(case_id: int) -> bool:
    return bool(
        db.session.scalar(
            sa.select(Directive.id)
            .where(Directive.case_id == case_id, Directive.status.in_(("issued", "consumed")))
            .limit(1)
        )
    )


def revoke_directive(directive: Directive, reason: str, *, actor: Actor) -> None:
    """The issuing bureau's approver takes an unused directive back: the case returns to the bureau's desk."""
    if actor.duty != "approver":
        raise NotAllowed()
    if not reason.strip():
        raise Objected([InvalidInput(sentence="请填写撤销原因。", field="reason")])
    faults = form_objections(OPINION, {"opinion": reason})
    if faults:
        raise Objected(list(faults))
    end_directive(directive, lambda: students.revoke(directive, reason, actor=actor), "撤销", actor)


def expire_directive(directive: Directive, *, actor: Actor) -> None:
    """The clock ends a directive whose time has run out: the case returns to the bureau's desk."""
    end_directive(directive, lambda: students.expire(directive, actor=actor), "过期", actor)


def end_directive(directive: Directive, end: Callable[[], object], how: str, actor: Actor) -> None:
    """End a directive by `end`; its case goes back to the bureau that must issue another, or refuse."""
    number = db.session.scalar(sa.select(Case.number).where(Case.id == directive.case_id))
    assert number is not None
    case, siblings = case_by_number(number)
    db.session.refresh(directive)  # as it is now that the case is held
    chosen = edition(case.version_id)
    proceeding = proceeding_of(case, chosen, actor, {})
    proceeding.claim()
    end()
    if rosters.roster_of(case.case_id):  # one child of many: the case goes on, the child waits for another directive
        rosters.directive_ended(proceeding, directive, how)
        return
    run = workflows.notify(chosen.diagrams, bytes(case.state), "directive_ended", context=proceeding)
    ended = {"ended": "E-DIR-03", "detail": f"指令 {directive.number} 已{how}，须由下达机关重新下达。"}
    Moved(case, chosen, run, siblings, clock.now(), proceeding).keep(ended=ended)
