"""Opening a case: precheck, route, first task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app

import workflows
from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Case, CaseOutcome, CaseStatus, RouteStep, Task
from app.cases.openings import OPENINGS, Opening
from app.cases.operations.batches import hold_numbers, write_rows
from app.cases.operations.moving import task_row, told_of
from app.cases.operations.rosters import write_roster
from app.database import db
from app.divisions.models import Office
from app.errors import InvalidInput, Missing, NotAllowed, Objected
from app.interface import objections as form_objections
from app.processes.queries import APPLICATION, ROW, Edition, current_edition
from app.series import next_in
from app.students.operations import Proceeding
from app.students.rules.registration import BeingRegistered

MOST_ROWS = 1000


def profile() -> str:
    """The rules under which a new case opens: zj-2010 or zj-now."""
    return str(current_app.config["PROFILE"])


def open_case(
    process_key: str, application: Mapping[str, Any], *, actor: Actor, rows: Sequence[Mapping[str, Any]] | None = None
) -> Case:
    """Open a case from an application: precheck, route, first task.

    rows -- one application per child, for a process about many of them (its form is `row`)

    Raises Objected with every objection, NotYourSchool, UnknownChild, Unroutable, Missing (no such process),
    AlreadyOpen when another application of the same child was faster.
    """
    chosen = current_edition(process_key)
    if process_key not in OPENINGS:
        raise Missing()
    if actor.duty != "operator":
        raise NotAllowed()
    if not may_start(chosen, actor):
        raise rules.NotTheApplicant()
    faults = form_objections(chosen.form(APPLICATION), application) + _faults_of_rows(chosen, rows)
    if faults:
        raise Objected(list(faults))
    many = {"rows": rows} if rows is not None else {}
    opening = OPENINGS[process_key](chosen, application, profile=profile(), actor=actor, **many)
    applicant = db.session.get_one(Office, actor.office_id)
    case = _new_case(chosen, opening, applicant, profile=profile(), opened_by=actor.user_id)
    case.application = dict(opening.application if opening.application is not None else application)
    _insert(case, chosen, opening, applicant, actor=actor)
    if opening.rows:
        write_rows(case, opening)
    if opening.plan:
        write_roster(case, opening.plan)
    if opening.reserves and not hold_numbers(case, actor.office_id, [opening.reserves]):
        raise Objected([BeingRegistered(field="main_number")])
    audit.record("cases/open", f"case:{case.number}", actor=actor, after={"process": process_key})
    return case


def _faults_of_rows(chosen: Edition, rows: Sequence[Mapping[str, Any]] | None) -> list[InvalidInput]:
    """What is wrong with a list as such, then with each of its rows (`rows.3.name`)."""
    if ROW not in chosen.forms:
        return [InvalidInput(sentence="此项业务不按名单办理。", field="rows")] if rows is not None else []
    if not rows:
        return [InvalidInput(sentence="名单中没有学生。", field="rows")]
    if len(rows) > MOST_ROWS:
        return [InvalidInput(sentence=f"一次最多 {MOST_ROWS} 人（现有 {len(rows)} 人）。", field="rows")]
    form = chosen.form(ROW)
    return [fault for place, row in enumerate(rows) for fault in form_objections(form, row, under=f"rows.{place}")]


def is_startable(process_key: str, actor: Actor) -> bool:
    """True when the actor may open a case of that process."""
    return process_key in OPENINGS and may_start(current_edition(process_key), actor)


def may_start(chosen: Edition, actor: Actor) -> bool:
    """True for an operator of the kind of office that the diagram names as applicant (`school` without a word)."""
    kind = chosen.diagrams.properties.get("applicant", "school")
    if kind == "province":
        return actor.duty == "operator" and actor.office_kind == kind
    return actor.duty == "operator" and (actor.office_kind == "school") == (kind == "school")


def _new_case(chosen: Edition, opening: Opening, applicant: Office, *, profile: str, opened_by: int | None) -> Case:
    now = clock.now()
    return Case(
        number=_next_number(now),
        version_id=chosen.version_id,
        process_key=chosen.key,
        profile=profile,
        status=CaseStatus.OPEN,
        student_id=opening.student.id if opening.student else None,
        holds_student=opening.holds_student and opening.student is not None,
        applicant_office_id=applicant.id,
        opened_by=opened_by,
        receiving_school_id=opening.receiving.id if opening.receiving else None,
        releasing_school_id=opening.releasing.id if opening.releasing and not opening.releasing.is_bureau else None,
        parties={},
        clocks={},
        application={},
        revision=0,
        opened_at=now,
    )


def _insert(case: Case, chosen: Edition, opening: Opening, applicant: Office, *, actor: Actor) -> None:
    """Route the case, write it, walk it to its first tasks. Raises Unroutable, AlreadyOpen."""
    offices = rules.parties(
        chosen.diagrams,
        receiving=opening.receiving,
        releasing=opening.releasing,
        applicant=applicant,
        known=opening.offices,
    )
    case.parties = {role: office.id for role, office in offices.items()}
    db.session.add(case)
    try:
        db.session.flush()
    except sa.exc.IntegrityError as error:
        raise rules.AlreadyOpen() from error
    _start(case, chosen, opening, offices, actor=actor)


def _next_number(now: dt.datetime) -> str:
    day = f"{clock.local(now):%Y%m%d}"
    return f"{day}-{next_in(f'case-{day}'):06d}"


def _start(case: Case, chosen: Edition, opening: Opening, offices: Mapping[str, Office], *, actor: Actor) -> None:
    # the case is ours, nobody else has seen it yet: there is nothing to claim
    told = told_of(case, case.id, chosen, actor, claimed=[True])
    run = workflows.start(chosen.diagrams, opening.facts, context=told)
    case.state = run.state
    if run.finished:  # nobody had to act: the case goes on as another one
        case.status, case.closed_at = CaseStatus.CLOSED, case.opened_at
        case.outcome = CaseOutcome(run.outcome or "terminated")
    visited = workflows.foresee(chosen.diagrams, opening.facts)
    for position, step in enumerate(rules.route(chosen.diagrams, offices, visited)):
        db.session.add(
            RouteStep(
                case_id=case.id,
                position=position,
                key=step.key,
                name=step.name,
                office_id=step.office.id,
                duty=step.duty,
                reason=step.reason,
                skipped=step.skipped,
            )
        )
    db.session.flush()
    warning = opening.warning
    note = {"code": warning.code, "detail": warning.detail} if warning else None
    rows = [task_row(case.id, case.parties, {}, chosen, each, case.opened_at, note) for each in run.waiting]
    if rows:
        db.session.execute(sa.insert(Task), rows)


def open_linked(chosen: Edition, opening: Opening, first: Case, *, actor: Actor) -> Case:
    """Open the case in which another one goes on: the same applicant, the same person who drafted it.

    Raises Unroutable, AlreadyOpen.
    """
    applicant = db.session.get_one(Office, first.applicant_office_id)
    case = _new_case(chosen, opening, applicant, profile=first.profile, opened_by=first.opened_by)
    case.application, case.follows_id = dict(opening.application or {}), first.id
    _insert(case, chosen, opening, applicant, actor=actor)
    audit.record("cases/open", f"case:{case.number}", actor=actor, after={"process": chosen.key})
    return case


def open_by_message(chosen: Edition, opening: Opening, applicant: Office, *, actor: Actor) -> Case:
    """Open a case that nobody here has drafted. Raises Unroutable, AlreadyOpen."""
    case = _new_case(chosen, opening, applicant, profile=profile(), opened_by=None)
    case.application = dict(opening.application or {})
    _insert(case, chosen, opening, applicant, actor=actor)
    audit.record("cases/open", f"case:{case.number}", actor=actor, after={"process": chosen.key})
    return case


def open_follow_up(process_key: str, proceeding: Proceeding) -> None:
    """Open a small case that follows another and blocks nothing, such as the paper archive's journey."""
    proceeding.claim()
    chosen = current_edition(process_key)
    first = db.session.get_one(Case, proceeding.case_id)
    receiving = db.session.get_one(Office, proceeding.receiving_school_id)
    # an archive that a bureau keeps has no releasing school
    releasing = db.session.get_one(Office, proceeding.releasing_school_id or first.parties["releasing_school"])
    opening = Opening(student=first.student, holds_student=False, receiving=receiving, releasing=releasing)
    case = _new_case(chosen, opening, releasing, profile=first.profile, opened_by=None)
    case.follows_id = first.id
    _insert(case, chosen, opening, releasing, actor=proceeding.actor)
    audit.record("cases/open", f"case:{case.number}", actor=proceeding.actor, after={"process": process_key})
