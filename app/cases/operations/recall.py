"""Recall, and the end of a directive before its time: what takes a case back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa

import workflows
from app import audit, clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Closing
from app.cases.models import Case, CaseOutcome, CaseStatus, Halt, Notice, NoticeKind, RouteStep, Task, TaskStatus
from app.cases.operations.answers import OPINION
from app.cases.operations.closing import close
from app.cases.operations.transitions import (
    Row,
    Transition,
    case_by_number,
    context_of,
    end_coming,
    end_tasks,
    facts_of_row,
)
from app.cases.queries.facts import effects_of, has_written
from app.cases.rules import permissions
from app.database import db, execute, table, write_together
from app.definitions.queries import compiled_version
from app.errors import InvalidInput, Missing, Objected
from app.students import operations as students
from app.students.models import Directive
from app.students.operations import CaseContext
from app.students.rules.directives import why_not_revoke
from app.web import objections as form_objections


def recall(number: str, reason: str, *, actor: Actor) -> int:
    """The applicant takes the application back, until a directive has been issued or the record has been written.

    Return the case's id.

    Raises Missing, NotAllowed, TooLate (E-RECALL), Stale.
    """
    case, siblings = case_by_number(number)
    if case.applicant_office_id != actor.office_id and not sees(case.case_id, actor):
        raise Missing()
    if refusal := permissions.why_not_recall(facts_of_row(case), effects_of(case.case_id), actor):
        raise refusal
    faults = form_objections(OPINION, {"opinion": reason})
    if not reason.strip():
        faults = [InvalidInput(sentence="请填写撤回原因。", field="reason")]
    if faults:
        raise Objected(list(faults))
    now = clock.now()
    close(Closing(case.case_id, case.process_key, CaseOutcome.RECALLED, now, actor), claim=case)
    write_together(end_tasks(list(siblings.values()), TaskStatus.CANCELLED, now))
    end_pause(case.case_id, now, actor)
    if end_coming(case.case_id, now):
        tell_the_offices_of(case, f"办件 {number} 已由申请单位在生效前撤回：{reason}。"[:300], now)
    audit.record("cases/recall", f"case:{number}", actor=actor, after={"reason": reason})
    return int(case.case_id)


def terminate(number: str, because: str, *, said: str = "", actor: Actor) -> None:
    """End a case from outside its diagram: its tasks, its directive; every office that had it reads why.

    because -- such as 学生死亡，学籍已注销, without a full stop; said -- the reason that the offices read with it.
    A case that has ended already stays as it ended; one that has written the record, and only waits for somebody to
    file it, goes on: what it did cannot be ended.
    Raises Missing, Stale.
    """
    case, siblings = case_by_number(number)
    if case.case_status == CaseStatus.CLOSED:
        return
    if has_written(case.case_id):
        return
    now = clock.now()
    close(Closing(case.case_id, case.process_key, CaseOutcome.TERMINATED, now, actor, because), claim=case)
    students.lapse(case.case_id, because, actor=actor)
    end_coming(case.case_id, now)
    end_pause(case.case_id, now, actor)
    sentence = f"办件 {number} 已终止：{because}{'，' if said else ''}{said}。"
    if siblings:
        note = {"ended": "E-ENDED", "detail": f"本件已终止：{because}。"}
        write_together(end_tasks(list(siblings.values()), TaskStatus.CANCELLED, now, note))
    tell_the_offices_of(case, sentence, now)
    audit.record("cases/terminate", f"case:{number}", actor=actor, after={"because": because})


def end_pause(case_id: int, now: dt.datetime, actor: Actor) -> None:
    """A case that has closed does not stand still any more: what its office has paused ends with it."""
    stands = Halt.case_id == case_id, Halt.office_id.is_not(None), Halt.ended_at.is_(None)
    execute(sa.update(table(Halt)).where(*stands).values(ended_at=now, ended_by_id=actor.user_id))


def tell_the_offices_of(case: Row, sentence: str, now: dt.datetime) -> None:
    """A notice to the applicant and to every office that has had a task of the case."""
    had = set(db.session.scalars(sa.select(Task.office_id).where(Task.case_id == case.case_id)))
    rows = [
        {"case_id": case.case_id, "office_id": office, "kind": NoticeKind.RESULT, "text": sentence, "at": now}
        for office in sorted(had | {case.applicant_office_id})
    ]
    db.session.execute(sa.insert(Notice), rows)


def terminate_others(context: CaseContext, because: str) -> None:
    """End every other case that holds the child of this one. Raises Stale."""
    context.claim()
    others = sa.select(Case.number).where(
        Case.student_id == context.child,
        Case.id != context.case_id,
        Case.holds_student,
        Case.status != CaseStatus.CLOSED,
    )
    for number in db.session.scalars(others).all():
        terminate(number, f"{because}（办件 {context.number}）", actor=context.actor)


def sees(case_id: int, actor: Actor) -> bool:
    """True for an office of the case's route."""
    return bool(
        db.session.scalar(
            sa.select(RouteStep.id).where(RouteStep.case_id == case_id, RouteStep.office_id == actor.office_id).limit(1)
        )
    )


def revoke_directive(directive: Directive, reason: str, *, actor: Actor) -> None:
    """The issuing bureau's approver takes an unused directive back: the case returns to the bureau's desk."""
    if refusal := why_not_revoke(directive.number, directive.status, directive.issuer_id, actor):
        raise refusal
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
    version = compiled_version(case.version_id)
    context = context_of(case, version, actor, {})
    context.claim()
    end()
    if go_on := hooks.on_directive_ended.of(case.process_key):
        go_on(context, directive, how)
        return
    assert context.enforcement is not None
    context.enforcement.heard("directive_ended")
    run = workflows.notify(version.diagrams, bytes(case.state), "directive_ended", context=context)
    ended = {"ended": "E-DIR-03", "detail": f"指令 {directive.number} 已{how}，须由下达机关重新下达。"}
    Transition(case, version, run, siblings, clock.now(), context).save(ended=ended)
