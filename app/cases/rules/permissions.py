"""May this person do that to a case now? Each answer is the refusal that says why not, or None.

The verb raises the refusal; a page shows its button, and only then, when there is none. Plain facts only: who reads
them from the database is no matter of these rules.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app import clock
from app.access import Actor
from app.cases.models import CaseOutcome, CaseStatus, TaskStatus
from app.cases.rules import (
    AcceptedAlready,
    AcceptedByTime,
    ActedElsewhere,
    AdvicePending,
    AnsweredAlready,
    DelegateElsewhere,
    Halted,
    HandedOver,
    NotDelegated,
    NotHandedOver,
    NothingToCome,
    NotOverdue,
    NotTheApplicant,
    NotYourTurn,
    OwnDraft,
    Paused,
    RemindedAlready,
    SupervisedAlready,
    TooLate,
    UrgedAlready,
)
from app.cases.rules.ended_cases import Recalled, too_late
from app.errors import NotAllowed, Refused

#: why what waits in one's own office and duty is for a colleague
FOR_A_COLLEAGUE = (OwnDraft, AnsweredAlready, ActedElsewhere, HandedOver, DelegateElsewhere, NotDelegated)
#: why it is for nobody yet
FOR_LATER = (AdvicePending, Halted)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What is asked of a case."""

    applicant_office_id: int
    opened_by: int | None  # None: another province asked for it, or it follows another case
    status: str
    outcome: str | None
    halted: str | None = None  # why no decision is taken in it now
    process: str = ""
    offices: frozenset[int] = frozenset()  # that take part in it


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What is asked of a task."""

    office_id: int
    duty: str
    status: str
    deadline: dt.datetime
    assignee_id: int | None = None  # to whom it was handed over
    asked: bool = False  # it waits for what a colleague thinks
    joint: bool = False  # several people answer it


@dataclass(frozen=True, slots=True)
class Effects:
    """What a case has led to."""

    directive: bool  # one is in force, or has been used
    released: bool  # its list is being worked, child by child
    written: bool  # the record has changed


def why_not_start(applicant: str, actor: Actor) -> Refused | None:
    """Against starting a process; applicant -- the kind of office that its diagram names: school, bureau, province."""
    if actor.duty != "operator":
        return NotAllowed()
    if actor.on_behalf:
        return NotDelegated(who=actor.on_behalf.name, why="发起业务须由本人办理")
    if applicant == "province":
        return None if actor.office_kind == "province" else NotTheApplicant()
    return None if (actor.office_kind == "school") == (applicant == "school") else NotTheApplicant()


def why_not_decide(
    task: TaskFacts, case: CaseFacts, actor: Actor, *, drafted: bool, answered: bool, elsewhere: bool
) -> Refused | None:
    """Against deciding a task now: who decides it does, once it waits for nothing else; facts as `why_not_decider`."""
    how = {"drafted": drafted, "answered": answered, "elsewhere": elsewhere}
    return why_not_decider(task, case, actor, **how) or why_it_waits(task, case)


def why_it_waits(task: TaskFacts, case: CaseFacts) -> Refused | None:
    """Against deciding an open task whoever does: for what a colleague thinks, or until the case goes on."""
    if task.asked:
        return AdvicePending()
    return why_halted(case)


def why_halted(case: CaseFacts) -> Refused | None:
    """Against taking any decision in a case that stands still; None where it goes on."""
    if case.halted is None:
        return None
    return (Paused if case.status == CaseStatus.PAUSED else Halted)(reason=case.halted)


def why_not_decider(
    task: TaskFacts, case: CaseFacts, actor: Actor, *, drafted: bool, answered: bool = False, elsewhere: bool = False
) -> Refused | None:
    """Against being who decides a task: its office's own person of that duty, who has not drafted what is approved.

    drafted -- whether the actor has opened the case, repaired it or pre-reviewed this task (E-SOD-01)
    answered -- whether they have given their answer already to a task that several answer
    elsewhere -- whether they have decided in this case for another office (E-SOD-02)
    """
    if task.office_id != actor.office_id:
        return NotAllowed()
    if task.status != TaskStatus.OPEN:
        return too_late(case.outcome)
    if task.duty == "approver" and drafted:
        return OwnDraft()
    if task.duty != actor.duty:
        return NotAllowed()
    if answered:
        return AnsweredAlready()
    if elsewhere and actor.office_kind != "school":
        return ActedElsewhere()
    if task.assignee_id is not None and task.assignee_id not in actor.persons:
        return HandedOver()
    return why_not_on_behalf(task, case, actor)


def why_not_on_behalf(task: TaskFacts, case: CaseFacts, actor: Actor) -> Refused | None:
    """Against acting for a colleague in that task (委托); None for who acts in a post of their own."""
    behalf = actor.on_behalf
    if behalf is None:
        return None
    if not behalf.covers(case.process):
        return NotDelegated(who=behalf.name, why="此项业务不在委托范围内")
    if task.joint:
        return NotDelegated(who=behalf.name, why="会签须由本人提出意见")
    return DelegateElsewhere(who=behalf.name) if behalf.elsewhere & case.offices else None


def why_not_accept(
    task: TaskFacts,
    case: CaseFacts,
    actor: Actor,
    *,
    drafted: bool,
    elsewhere: bool,
    until: dt.datetime | None,
    accepted: bool,
    now: dt.datetime,
) -> Refused | None:
    """Against 受理: whoever decides the task does, once, in time; until -- None where its diagram asks for none."""
    if refusal := why_not_decider(task, case, actor, drafted=drafted, elsewhere=elsewhere):
        return refusal
    if until is None:
        return NotAllowed()
    if accepted:
        return AcceptedAlready()
    if case.halted is not None:
        return Halted(reason=case.halted)
    return AcceptedByTime(until=f"{clock.local(until):%Y-%m-%d}") if now > until else None


def why_not_pre_review(task: TaskFacts, case: CaseFacts, actor: Actor, *, reviewed: bool) -> Refused | None:
    """Against 初审: an operator of a bureau, once, for the approver of the same office."""
    if task.office_id != actor.office_id:
        return NotAllowed()
    if actor.duty != "operator" or task.duty != "approver" or actor.office_kind == "school" or actor.on_behalf:
        return NotAllowed()
    return too_late(case.outcome) if reviewed or task.status != TaskStatus.OPEN else None


def why_not_ask_pre_review(
    task: TaskFacts, case: CaseFacts, actor: Actor, *, drafted: bool, reviewed: bool, unread: dt.datetime | None
) -> Refused | None:
    """Against asking for 初审: whoever decides the task at a bureau asks its operators, not again before they read it.

    unread -- since when a colleague's reminder of the task has not been read
    """
    if refusal := why_not_decider(task, case, actor, drafted=drafted):
        return refusal
    if task.duty != "approver" or actor.office_kind == "school" or reviewed:
        return NotAllowed()
    return RemindedAlready(when=f"{clock.local(unread):%m-%d %H:%M}") if unread else None


def why_not_ask_decision(
    task: TaskFacts, case: CaseFacts, actor: Actor, *, unread: dt.datetime | None
) -> Refused | None:
    """Against 提请审核: an operator of the office asks its approvers to decide, not again before they read it.

    unread -- since when a colleague's reminder of the task has not been read
    """
    if task.office_id != actor.office_id or actor.duty != "operator" or task.duty != "approver":
        return NotAllowed()
    if task.status != TaskStatus.OPEN:
        return too_late(case.outcome)
    return RemindedAlready(when=f"{clock.local(unread):%m-%d %H:%M}") if unread else None


def why_not_urge(
    task: TaskFacts, case: CaseFacts, actor: Actor, *, last: dt.datetime | None, now: dt.datetime
) -> Refused | None:
    """Against 催办: the applicant's operator, of another office, once per working day and task; last -- when before."""
    if task.status != TaskStatus.OPEN:
        return too_late(case.outcome)
    if not is_urged_by(task, case, actor):
        return NotAllowed()
    return UrgedAlready(when=f"{clock.local(last):%m-%d %H:%M}") if last and _is_today(last, now) else None


def is_urged_by(task: TaskFacts, case: CaseFacts, actor: Actor) -> bool:
    """True for the applicant's operator where another office holds the task: now, or on the next working day."""
    mine = case.applicant_office_id == actor.office_id and actor.duty == "operator"
    return mine and task.office_id != actor.office_id


def why_not_supervise(
    task: TaskFacts,
    case: CaseFacts,
    actor: Actor,
    *,
    superior: int | None,
    last: dt.datetime | None,
    now: dt.datetime,
) -> Refused | None:
    """Against 督办: an approver of the office's own superior, once it is overdue; a tier further up only reads.

    last -- when it was supervised before: once per working day, as urging is
    """
    if task.status != TaskStatus.OPEN:
        return too_late(case.outcome)
    if actor.duty != "approver" or superior != actor.office_id:
        return NotAllowed()
    if task.deadline >= now or case.status == CaseStatus.PAUSED:
        return NotOverdue()
    return SupervisedAlready(when=f"{clock.local(last):%m-%d %H:%M}") if last and _is_today(last, now) else None


def _is_today(last: dt.datetime, now: dt.datetime) -> bool:
    """True until the next working day."""
    return clock.working_days_between(clock.local(last).date(), clock.local(now).date()) < 1


def why_not_attach(case: CaseFacts, actor: Actor, *, waits_here: bool) -> Refused | None:
    """Against adding papers: either duty may while a task of the case waits at the office."""
    if actor.duty not in ("operator", "approver"):
        return NotAllowed()
    if waits_here:
        return None
    return Recalled() if case.outcome == CaseOutcome.RECALLED else NotYourTurn()


def why_not_recall(case: CaseFacts, effects: Effects, actor: Actor) -> Refused | None:
    """Against 撤回: the applicant's operator, until the case has led to anything.

    What another province asked for is its own to take back.
    """
    if case.applicant_office_id != actor.office_id or actor.duty != "operator" or case.opened_by is None:
        return NotAllowed()
    if case.status == CaseStatus.CLOSED:
        return TooLate(why="本件已撤回" if case.outcome == CaseOutcome.RECALLED else "本件已办结")
    if effects.directive:
        return TooLate(why="指令已下达")
    if effects.released:
        return TooLate(why="名单已核准办理")
    return TooLate(why="学籍已按本件变动") if effects.written else None


def why_not_call_off(
    case: CaseFacts, effects: Effects, actor: Actor, *, agreed_last: int | None, waits: bool
) -> Refused | None:
    """Against 撤销核准: an approver of the office that was the last to agree, before the day on which it takes effect.

    agreed_last -- that office's id; waits -- whether the change still waits for its day
    """
    if actor.duty != "approver" or agreed_last != actor.office_id:
        return NotAllowed()
    if not waits or case.status == CaseStatus.CLOSED:
        return NothingToCome()
    return TooLate(why="学籍已按本件变动") if effects.written else None


def why_not_hand_over(task: TaskFacts, case: CaseFacts, actor: Actor, *, joint: bool) -> Refused | None:
    """Against 转办: people of the task's office and duty do, whoever decides it; not what several answer."""
    if task.office_id != actor.office_id or task.duty != actor.duty:
        return NotAllowed()
    if task.status != TaskStatus.OPEN:
        return too_late(case.outcome)
    return NotHandedOver(why="会签环节由多人分别办理") if joint else None


def why_not_copy(case: CaseFacts, actor: Actor, *, took_part: bool) -> Refused | None:
    """Against 抄送: people of an office that has, or has had, a task of the case do."""
    if actor.duty not in ("operator", "approver") or not (took_part or case.applicant_office_id == actor.office_id):
        return NotAllowed()
    return None
