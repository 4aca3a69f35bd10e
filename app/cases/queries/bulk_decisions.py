"""Tasks that may be decided together: what a list ticks, what the sheet shows of each before it is decided."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from app.access import Actor
from app.cases.models import Case, CaseStatus, Decision, JointAnswer, Outcome, PreReview, Task, TaskClaim
from app.cases.models.advice import WAITS_FOR_ADVICE
from app.cases.models.halts import HALTED
from app.cases.queries.late_reports import reported_late
from app.cases.rules import permissions
from app.cases.rules.bulk_decisions import BulkFacts, why_not_in_bulk
from app.cases.rules.ended_cases import too_late
from app.cases.rules.permissions import CaseFacts, TaskFacts
from app.database import db, execute, table
from app.definitions.queries import CompiledVersion, compiled_version
from app.errors import Refused
from app.identity.models import User
from app.students.models import Enrolment, Student
from workflows import Kind, TaskSpec

AGREEING = (Outcome.AGREE, Outcome.ACKNOWLEDGE)
Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


@dataclass(frozen=True)
class BulkTask:
    """A task of the actor's office and duty; `refusal` says why it is decided by itself, None where it need not be."""

    row: Row
    version: CompiledVersion
    spec: TaskSpec | None
    refusal: Refused | None

    @property
    def step(self) -> tuple[str, str]:
        """What tasks that are decided together have in common."""
        return self.row.process_key, self.row.key

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """The outcomes that may be given in bulk, each with its word on the button."""
        spec = self.spec
        return [(each.value, spec.button(each)) for each in AGREEING if each in spec.outcomes] if spec else []


def bulk_tasks(actor: Actor, task_ids: Collection[int]) -> dict[int, BulkTask]:
    """Those of the tasks that are of the actor's office and duty, by id; the others are not there."""
    if not task_ids:
        return {}
    asked = {"tasks": list(task_ids), "office": actor.office_id, "duty": actor.duty, "user": actor.user_id}
    rows: Sequence[Row] = execute(_statement(), asked).all()
    mine = _decided_by(actor, [row.case_id for row in rows])
    return {row.id: _bulk_task(row, actor, mine.get(row.case_id, [])) for row in rows if row.version_id}


def cases_of(tasks: Collection[BulkTask]) -> dict[int, Case]:
    """The cases of those tasks with their offices, by the case's id: what the sheet shows."""
    offices = (Case.applicant_office, Case.receiving_school, Case.releasing_school, Case.student)
    asked = sa.select(Case).where(Case.id.in_([each.row.case_id for each in tasks]))
    lists = (selectinload(Case.tasks), selectinload(Case.decisions))
    found = db.session.scalars(asked.options(*(joinedload(each) for each in offices), *lists))
    return {case.id: case for case in found}


@functools.cache
def _statement() -> sa.Select[Any]:
    """Built once: it is asked of each case that is decided in bulk, too."""
    task, case, review = table(Task), table(Case), table(PreReview)
    enrolment, decision, student = table(Enrolment), table(Decision), table(Student)
    claim, reader = table(TaskClaim), table(User)
    grade = sa.select(enrolment.c.grade).where(
        enrolment.c.student_id == case.c.student_id, enrolment.c.ends_on.is_(None)
    )
    returned = sa.select(decision.c.id).where(
        decision.c.case_id == case.c.id,
        decision.c.outcome == Outcome.SEND_BACK.value,
        decision.c.undone_id.is_(None),
    )
    answer = table(JointAnswer)
    answered = sa.select(answer.c.id).where(
        answer.c.task_id == task.c.id, answer.c.user_id == sa.bindparam("user"), answer.c.taken_back_at.is_(None)
    )
    return (
        sa.select(
            task.c.id, task.c.key, task.c.name, task.c.status, task.c.note, task.c.deadline, task.c.arrived_at,
            task.c.office_id, task.c.duty, task.c.assignee_id, WAITS_FOR_ADVICE.label("asked"),
            sa.exists(answered.correlate(task)).label("answered"), HALTED.label("halted"),
            case.c.id.label("case_id"), case.c.number, case.c.process_key, case.c.version_id, case.c.application,
            case.c.status.label("case_status"), case.c.outcome.label("case_outcome"), case.c.opened_at,
            case.c.applicant_office_id, case.c.parties,
            case.c.opened_by, case.c.late_at, case.c.student_id, student.c.name.label("student"), student.c.contested,
            review.c.user_id.label("reviewed_by"), review.c.recommendation,
            claim.c.user_id.label("claimed_by"), reader.c.name.label("claimed_by_name"),
            grade.limit(1).correlate(case).scalar_subquery().label("grade"),
            sa.exists(returned.correlate(case)).label("returned"),
        )
        .select_from(task)
        .join(case, case.c.id == task.c.case_id)
        .outerjoin(student, student.c.id == case.c.student_id)
        .outerjoin(review, review.c.task_id == task.c.id)
        .outerjoin(claim, claim.c.task_id == task.c.id)
        .outerjoin(reader, reader.c.id == claim.c.user_id)
        .where(
            task.c.id.in_(sa.bindparam("tasks", expanding=True, type_=sa.Integer)),
            task.c.office_id == sa.bindparam("office"),
            task.c.duty == sa.bindparam("duty"),
        )
    )  # fmt: skip


def _decided_by(actor: Actor, case_ids: Sequence[int]) -> dict[int, list[Row]]:
    """What the actor has decided in those cases, what was taken back since among it."""
    decisions, found = table(Decision), dict[int, list[Row]]()
    columns = (decisions.c[name] for name in ("case_id", "key", "office_id", "undone_id"))
    by = sa.or_(decisions.c.user_id.in_(actor.persons), decisions.c.for_user_id.in_(actor.persons))
    mine = decisions.c.case_id.in_(case_ids), by
    for row in execute(sa.select(*columns).where(*mine)):
        found.setdefault(row.case_id, []).append(row)
    return found


def _bulk_task(row: Row, actor: Actor, mine: Sequence[Row]) -> BulkTask:
    version = compiled_version(row.version_id)
    spec = version.diagrams.tasks.get(row.key)
    refusal: Refused | None
    if spec is None:
        refusal = too_late(row.case_outcome)
    else:
        facts = _facts(row, version, spec, actor)
        refusal = _why_not_decide(row, version, actor, mine) or why_not_in_bulk(facts)
    return BulkTask(row, version, spec, refusal)


def _why_not_decide(row: Row, version: CompiledVersion, actor: Actor, mine: Sequence[Row]) -> Refused | None:
    """Against deciding the task at all, as the decision itself would be refused."""
    spec = version.diagrams.tasks[row.key]
    more = row.assignee_id, row.asked, spec.joint is not None
    task = TaskFacts(row.office_id, row.duty, row.status, row.deadline, *more)
    offices = frozenset({*row.parties.values(), row.applicant_office_id})
    how = row.case_status, row.case_outcome, row.halted, row.process_key, offices
    case = CaseFacts(row.applicant_office_id, row.opened_by, *how)
    repaired = Kind.REPAIR in version.kinds({each.key for each in mine})
    return permissions.why_not_decide(
        task,
        case,
        actor,
        drafted=repaired or bool(actor.persons & {row.opened_by, row.reviewed_by}),
        answered=row.answered,
        elsewhere=any(each.undone_id is None and each.office_id != row.office_id for each in mine),
    )


def _facts(row: Row, version: CompiledVersion, spec: TaskSpec, actor: Actor) -> BulkFacts:
    return BulkFacts(
        outcomes=spec.outcomes,
        kind=spec.kind,
        asks=bool(version.form(spec.form).get("properties")),
        in_bulk=spec.properties.get("in_bulk"),
        senior=str(row.grade or "").startswith("3"),
        contested=bool(row.contested),
        warning=_warning(row, spec, actor),
    )


def _warning(row: Row, spec: TaskSpec, actor: Actor) -> str | None:
    """What stands out at the head of the case's page for whoever decides."""
    if row.note and row.note.get("detail"):
        return str(row.note["detail"])
    if row.claimed_by not in (None, actor.user_id):
        return f"{row.claimed_by_name}已签收"
    if row.late_at is not None:
        return "补录：所属新生信息已锁定"
    if row.case_status == CaseStatus.PAUSED:
        return "暂停计时"
    if row.recommendation in (Outcome.REFUSE, Outcome.SEND_BACK):
        return f"初审建议{spec.record(row.recommendation.value)}"
    return reported_late(row)
