"""Open cases follow a school that is merged, closed or passed on: whoever comes after it decides, and reads why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Case, CaseStatus, RouteStep, Task, TaskStatus
from app.cases.operations.closing import claim_case
from app.cases.operations.recall import end_directive, tell_the_offices_of, terminate
from app.cases.operations.transitions import DEFAULT_DAYS, Row, case_by_number
from app.cases.queries.facts import has_written
from app.database import db
from app.definitions.queries import CompiledVersion, compiled_version
from app.divisions.models import Office
from app.students import operations as students
from app.students.models import Directive, DirectiveStatus


def give_cases_to_successor(school: Office, successor: Office, why: str, *, actor: Actor) -> None:
    """The school's open cases go on at its successor, a school under the same superior.

    why -- such as 甲校并入乙校（文号）. Directives that name the school lapse and must be issued anew; a transfer
    between the two ends, since there is nothing left to transfer. Raises Stale.
    """
    _lapse_directives(school, why, actor=actor)
    for number in _open_cases_of(school):
        case = _held(number)
        if case is None:
            continue
        if {school.id, successor.id} == {case.receiving_school_id, case.releasing_school_id}:
            terminate(number, f"{why}，无须再办转学", actor=actor)
            continue
        parties = {role: successor.id if office == school.id else office for role, office in case.parties.items()}
        _readdress(case, parties, why, actor=actor, was=school.id, now=successor.id)


def end_cases_of(school: Office, keeper: Office, why: str, *, actor: Actor) -> None:
    """The school closes and nobody comes after it: cases that hold a child end, the papers' journeys go to the keeper.

    So does what has changed the record already and only waits to be filed.

    Raises Stale.
    """
    for number in _open_cases_of(school):
        case = _held(number)
        if case is None:
            continue
        holds = db.session.scalar(sa.select(Case.holds_student).where(Case.id == case.case_id))
        if holds and not has_written(case.case_id):
            terminate(number, why, actor=actor)
            continue
        parties = {role: keeper.id if office == school.id else office for role, office in case.parties.items()}
        _readdress(case, parties, why, actor=actor)


def follow_new_superior(school: Office, why: str, *, actor: Actor) -> None:
    """The school has another superior, which decides from now on wherever the former one has not yet. Raises Stale."""
    for number in _open_cases_of(school):
        case = _held(number)
        if case is None:
            continue
        offices = rules.parties(
            compiled_version(case.version_id).diagrams,
            receiving=_office(case.receiving_school_id),
            releasing=_office(case.releasing_school_id),
            applicant=db.session.get_one(Office, case.applicant_office_id),
        )
        parties = {role: office.id for role, office in offices.items()}
        _readdress(case, {**case.parties, **parties}, why, actor=actor)


def _held(number: str) -> Row | None:
    """The case, locked; None when its last decision was faster."""
    case, _siblings = case_by_number(number)
    return None if case.case_status == CaseStatus.CLOSED else case


def _office(office_id: int | None) -> Office | None:
    return db.session.get(Office, office_id) if office_id else None


def _open_cases_of(school: Office) -> list[str]:
    """Numbers of the open cases about one child in which the school is applicant, receives or releases."""
    query = sa.select(Case.number).where(
        Case.status != CaseStatus.CLOSED,
        Case.student_id.is_not(None),
        sa.or_(
            Case.applicant_office_id == school.id,
            Case.receiving_school_id == school.id,
            Case.releasing_school_id == school.id,
        ),
    )
    return list(db.session.scalars(query.order_by(Case.id)))


def _lapse_directives(school: Office, why: str, *, actor: Actor) -> None:
    """What was signed for this school's archive, or for a pull to it, cannot be used by another one."""
    named = sa.select(Directive).where(
        Directive.status == DirectiveStatus.ISSUED,
        sa.or_(Directive.from_office_id == school.id, Directive.to_school_id == school.id),
    )
    for directive in db.session.scalars(named).all():
        case_id = directive.case_id
        end_directive(directive, lambda case_id=case_id: students.lapse(case_id, why, actor=actor), "失效", actor)  # type: ignore[misc]


def _readdress(
    case: Row,
    parties: Mapping[str, int],
    why: str,
    *,
    actor: Actor,
    was: int | None = None,
    now: int | None = None,
) -> None:
    """Write the new parties: the case, its open tasks with a fresh deadline, the steps to come with the reason.

    was, now -- a school of the case, and the one in its place.
    """
    if dict(parties) == case.parties and was is None:
        return
    version, columns = (
        compiled_version(case.version_id),
        ("applicant_office_id", "receiving_school_id", "releasing_school_id"),
    )
    replaced = {name: now for name in columns if was is not None and getattr(case, name) == was}
    claim_case(case, parties=dict(parties), **replaced)
    _readdress_tasks(case, version, parties, why)
    _readdress_steps(case, version, parties, why)
    db.session.expire_all()
    tell_the_offices_of(case, f"办件 {case.number} 的办理机构有变动：{why}。", clock.now())
    audit.record("cases/readdress", f"case:{case.number}", actor=actor, before=case.parties, after=dict(parties))


def _readdress_tasks(case: Row, version: CompiledVersion, parties: Mapping[str, int], why: str) -> None:
    now = clock.now()
    tasks = db.session.scalars(sa.select(Task).where(Task.case_id == case.case_id, Task.status == TaskStatus.OPEN))
    for task in tasks:
        spec = version.diagrams.tasks[task.key]
        if task.office_id == parties[spec.role]:
            continue
        task.office_id = parties[spec.role]
        task.arrived_at, task.reminded_at, task.remind_at, task.escalated_at = now, None, None, None
        task.assignee_id, task.seen_at = None, None
        task.deadline = clock.deadline_after(now, case.clocks.get(task.key, spec.working_days or DEFAULT_DAYS))
        known: Mapping[str, Any] = task.note or {}
        task.note = {**known, "detail": f"{known.get('detail', '')}{why}，原由其他机构办理，现由本机构办理。"}
    db.session.flush()


def _readdress_steps(case: Row, version: CompiledVersion, parties: Mapping[str, int], why: str) -> None:
    """Steps that are done stay as they were; what waits or is to come names the new office and the reason."""
    done = set(
        db.session.scalars(
            sa.select(Task.key).where(Task.case_id == case.case_id, Task.status == TaskStatus.DONE).distinct()
        )
    ) - set(db.session.scalars(sa.select(Task.key).where(Task.case_id == case.case_id, Task.status == TaskStatus.OPEN)))
    for step in db.session.scalars(sa.select(RouteStep).where(RouteStep.case_id == case.case_id)):
        spec = version.diagrams.tasks.get(step.key)  # none: decided in a version before, which asked for it
        if spec is None:
            continue
        role = spec.role
        if step.key in done or role not in parties or step.office_id == parties[role]:
            continue
        office = db.session.get_one(Office, parties[role])
        step.office_id = office.id
        other_side = rules.other_side(version.diagrams)
        reason = rules.reason_for(role, office, step.skipped, other_side=other_side)
        step.reason = f"{reason}（{why}）"[:200]
    db.session.flush()
