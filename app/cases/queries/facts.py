"""The facts that the rules about permissions ask for, read from a case, its tasks and what it has led to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Batch, Case, Decision, Outcome, Supervision, Task
from app.cases.rules import permissions
from app.cases.rules.permissions import CaseFacts, Effects, TaskFacts
from app.database import db
from app.definitions.queries import compiled_version
from app.errors import Refused
from app.students.models import Change, Directive, DirectiveStatus
from workflows import Kind

AGREEING = (Outcome.AGREE, Outcome.ACKNOWLEDGE)
USABLE = (DirectiveStatus.ISSUED, DirectiveStatus.CONSUMED)


def facts_of_case(case: Case) -> CaseFacts:
    """What is asked of a case."""
    offices = frozenset({*case.parties.values(), case.applicant_office_id})
    how = case.status, case.outcome, case.halted, case.process_key, offices
    return CaseFacts(case.applicant_office_id, case.opened_by, *how)


def facts_of_task(task: Task) -> TaskFacts:
    """What is asked of a task."""
    return TaskFacts(task.office_id, task.duty, task.status, task.deadline, task.assignee_id, task.asked)


def has_drafted(task: Task, actor: Actor) -> bool:
    """True for who opened the case of this task, repaired it, or pre-reviewed the task (E-SOD-01)."""
    return any(drafted_by(task, each) for each in actor.persons)


def drafted_by(task: Task, user_id: int | None) -> bool:
    """The same of any person."""
    case = task.case
    if user_id in (case.opened_by, task.pre_review.user_id if task.pre_review else None):
        return True
    decided = {each.key for each in case.decisions if user_id in (each.user_id, each.for_user_id)}
    return case.version_id is not None and Kind.REPAIR in compiled_version(case.version_id).kinds(decided)


def has_acted_elsewhere(task: Task, user_id: int | None) -> bool:
    """True for who has decided in the case for another office than the task's (E-SOD-02)."""
    return any(
        user_id in (each.user_id, each.for_user_id) and each.office_id != task.office_id and each.undone_id is None
        for each in task.case.decisions
    )


def supervision_refused(task: Task, actor: Actor, now: dt.datetime) -> Refused | None:
    """Against 督办 of that task by that person; None when it would not be refused."""
    return supervisions_refused([task], actor, now)[task.id]


def supervisions_refused(tasks: Sequence[Task], actor: Actor, now: dt.datetime) -> dict[int, Refused | None]:
    """The same for each of the tasks, by its id: when they were supervised before is read once."""
    own = [each for each in tasks if each.office.superior_id == actor.office_id and actor.duty == "approver"]
    last = _last_supervised(own)
    return {
        each.id: permissions.why_not_supervise(
            facts_of_task(each),
            facts_of_case(each.case),
            actor,
            superior=each.office.superior_id,
            last=last.get(each.id),
            now=now,
        )
        for each in tasks
    }


def _last_supervised(tasks: Sequence[Task]) -> dict[int, dt.datetime]:
    if not tasks:
        return {}
    when = sa.func.max(Supervision.at, type_=Supervision.at.type)
    asked = sa.select(Supervision.task_id, when).where(
        Supervision.case_id.in_({each.case_id for each in tasks}), Supervision.task_id.in_({each.id for each in tasks})
    )
    return {row[0]: row[1] for row in db.session.execute(asked.group_by(Supervision.task_id))}


def effects_of(case_id: int) -> Effects:
    """What a case has led to, in one statement."""
    return Effects(*db.session.execute(EFFECTS, {"case": case_id}).one())


_case: sa.BindParameter[int] = sa.bindparam("case")
#: the columns of `Effects`, of the case that a statement binds as `case`
EFFECT_COLUMNS = (
    sa.exists().where(Directive.case_id == _case, Directive.status.in_(USABLE)),
    sa.exists().where(Batch.case_id == _case, Batch.released_at.is_not(None)),
    sa.exists().where(Change.case_id == _case),
)
EFFECTS = sa.select(*EFFECT_COLUMNS)


def has_written(case_id: int) -> bool:
    """True when a verb of the case has written the record: only a reversal (P34) takes that back."""
    return bool(db.session.scalar(sa.select(Change.id).where(Change.case_id == case_id).limit(1)))


def last_to_agree(case_id: int) -> int | None:
    """The office that was the last to agree in this case."""
    agreed: int | None = db.session.scalar(
        sa.select(Decision.office_id)
        .where(Decision.case_id == case_id, Decision.outcome.in_(AGREEING), Decision.undone_id.is_(None))
        .order_by(Decision.id.desc())
        .limit(1)
    )
    return agreed
