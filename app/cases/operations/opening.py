"""Opening a case: precheck, route, first task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm.attributes import set_committed_value

import workflows
from app import audit, clock
from app.access import Actor
from app.cases import hooks, rules
from app.cases.hooks import Closing, Opening
from app.cases.models import Case, CaseOutcome, CaseStatus, RouteStep
from app.cases.models.coming_changes import ComingChange
from app.cases.operations.batches import write_rows
from app.cases.operations.closing import close
from app.cases.operations.policy_enforcement import PolicyEnforcement
from app.cases.operations.reservations import hold_all, numbers_in
from app.cases.operations.transitions import CASES, TASKS, context_for, task_row
from app.cases.queries.early_objections import with_rules
from app.cases.queries.proofs import missing
from app.cases.queries.standard_precheck import precheck_of
from app.cases.queries.windows import objections_to_windows
from app.cases.rules import permissions
from app.database import db, execute, table, write_later, write_together
from app.definitions.models import Process
from app.definitions.queries import (
    APPLICATION,
    ROW,
    CompiledVersion,
    compiled_version,
    current_version,
    startable_version,
)
from app.divisions.models import Office
from app.errors import InvalidInput, Missing, Objected
from app.sequences import next_in, next_with
from app.students.operations import CaseContext
from app.web import canonical, checked_form
from app.web import objections as form_objections
from app.writes import Write

MOST_ROWS = 1000
ROUTE = table(RouteStep)


_chosen: ContextVar[str] = ContextVar("chosen", default="")


def profile() -> str:
    """The rules under which a new case opens: zj-2010 or zj-now."""
    return _chosen.get() or str(current_app.config["PROFILE"])


@contextmanager
def under(chosen: str) -> Iterator[None]:
    """Within the block new cases open under those rules, for a rehearsal; "" for those of the installation."""
    before = _chosen.set(chosen)
    try:
        yield
    finally:
        _chosen.reset(before)


def open_case(
    process_key: str,
    application: Mapping[str, Any],
    *,
    actor: Actor,
    rows: Sequence[Mapping[str, Any]] | None = None,
    proofs: Collection[str] = (),
) -> Case:
    """Open a case from an application: precheck, route, first task.

    rows -- one application per child, for a process about many of them (its form is `row`)
    proofs -- the kinds of papers that come with it

    Raises Objected with every objection, papers that are missing (E-PROOF) among them, NotYourSchool,
    UnknownChild, Unroutable, Missing (no such process), SwitchedOff,
    AlreadyOpen when another application of the same child was faster.
    """
    version = startable_version(process_key, actor.office_id)
    check = precheck_of(version)
    if check is None:
        raise Missing()
    if refusal := permissions.why_not_start(version.applicant, actor):
        raise refusal
    application = canonical.values(version.form(APPLICATION), application)
    if rows is not None and ROW in version.forms:
        rows = canonical.values({"items": version.form(ROW)}, list(rows))
    faults = form_objections(version.form(APPLICATION), application) + _faults_of_rows(version, rows)
    lacks = [*objections_to_windows(version, actor), *missing(version, application, proofs)]
    if faults:  # and whatever the rules have against the fields without one, in the same round
        listed = rows is not None or ROW in version.forms
        more = faults if listed else with_rules(version, application, faults, profile=profile(), actor=actor)
        raise Objected([*more, *lacks])
    many = {"rows": rows} if rows is not None else {}
    try:
        opening = check(version, application, profile=profile(), actor=actor, **many)
    except Objected as refusal:
        raise Objected([*refusal.objections, *lacks]) from refusal
    if lacks:
        raise Objected(lacks)
    applicant = db.session.get_one(Office, actor.office_id)
    case = _new_case(version, opening, applicant, profile=profile(), opened_by=actor.user_id)
    case.application = dict(opening.application if opening.application is not None else application)
    _insert(case, version, opening, applicant, actor=actor)
    if opening.rows:
        write_rows(case, opening)
    if begin := hooks.on_open.of(process_key):
        begin(case, opening)
    audit.record("cases/open", f"case:{case.number}", actor=actor, after={"process": process_key})
    return case


def _faults_of_rows(version: CompiledVersion, rows: Sequence[Mapping[str, Any]] | None) -> list[InvalidInput]:
    """What is wrong with a list as such, then with each of its rows (`rows.3.name`)."""
    if ROW not in version.forms:
        return [InvalidInput(sentence="此项业务不按名单办理。", field="rows")] if rows is not None else []
    if not rows:
        return [InvalidInput(sentence="名单中没有学生。", field="rows")]
    if len(rows) > MOST_ROWS:
        return [InvalidInput(sentence=f"一次最多 {MOST_ROWS} 人（现有 {len(rows)} 人）。", field="rows")]
    form = checked_form(version.form(ROW))
    return [fault for place, row in enumerate(rows) for fault in form.objections(row, under=f"rows.{place}")]


def is_startable(process_key: str, actor: Actor) -> bool:
    """True when the actor may open a case of that process."""
    version = current_version(process_key, actor.office_id)
    return precheck_of(version) is not None and permissions.why_not_start(version.applicant, actor) is None


def _new_case(
    version: CompiledVersion,
    opening: Opening,
    applicant: Office,
    *,
    profile: str,
    opened_by: int | None,
    number: str | None = None,
) -> Case:
    now = clock.now()
    return Case(
        number=number or _number(now, next_in(_series_of(now))),
        version_id=version.version_id,
        process_key=version.key,
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


def _insert(
    case: Case, version: CompiledVersion, opening: Opening, applicant: Office, *, actor: Actor, later: bool = False
) -> None:
    """Route the case, write it, let it hold its child, walk it to its first tasks.

    later -- the route and the tasks may wait for the end of the transaction.

    Raises Unroutable, AlreadyOpen, Objected when another case holds the number.
    """
    offices = rules.parties(
        version.diagrams,
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
    children = {opening.student.main_number_hash} if opening.student and case.holds_student else set()
    hold_all(case, children | numbers_in(case.application) | set(opening.holds))
    _start(case, version, opening, offices, actor=actor, later=later)


def _series_of(now: dt.datetime) -> str:
    return f"case-{clock.local(now):%Y%m%d}"


def _number(now: dt.datetime, place: int) -> str:
    return f"{clock.local(now):%Y%m%d}-{place:06d}"


def _start(
    case: Case,
    version: CompiledVersion,
    opening: Opening,
    offices: Mapping[str, Office],
    *,
    actor: Actor,
    later: bool,
) -> None:
    # the case is ours, nobody else has seen it yet: there is nothing to claim
    enforcement = PolicyEnforcement(case.id, version, [], drafted_by=case.opened_by, decided=[])
    told = context_for(case, case.id, version, actor, claimed=[True], enforcement=enforcement)
    run = workflows.start(version.diagrams, opening.facts, context=told)
    visited = workflows.foresee(version.diagrams, opening.facts)
    route = [
        {
            "case_id": case.id,
            "position": position,
            "key": step.key,
            "name": step.name,
            "office_id": step.office.id,
            "duty": step.duty,
            "reason": step.reason,
            "skipped": step.skipped,
        }
        for position, step in enumerate(rules.route(version.diagrams, offices, visited))
    ]
    written = enforcement.written or []
    if run.finished:  # nobody had to act: the case goes on as another one
        enforcement.check_end(run.outcome or "", run.facts)
        case.state, case.written = run.state, written
        db.session.flush()
        close(_closing(case, run.outcome, actor))
        db.session.refresh(case)
    warning = opening.warning
    note = {"code": warning.code, "detail": warning.detail} if warning else None
    rows = [task_row(case.id, case.parties, {}, version, each, case.opened_at, note) for each in run.waiting]
    state = [] if run.finished else [Write(CASES, {"state": run.state, "written": written}, {"id": case.id})]
    (write_later if later else write_together)(
        *state, *(Write(ROUTE, each) for each in route), *(Write(TASKS, each) for each in rows)
    )
    if not run.finished:
        set_committed_value(case, "state", run.state)  # as they are written
        set_committed_value(case, "written", written)
    if run.wakes_on:
        db.session.add(ComingChange(case_id=case.id, takes_effect_on=run.wakes_on, agreed_at=case.opened_at))


def _closing(case: Case, outcome: str | None, actor: Actor) -> Closing:
    return Closing(case.id, case.process_key, CaseOutcome(outcome or "terminated"), case.opened_at, actor)


def open_linked(version: CompiledVersion, opening: Opening, first: Case, *, actor: Actor) -> Case:
    """Open the case in which another one goes on: the same applicant, the same person who drafted it.

    Raises Unroutable, AlreadyOpen.
    """
    applicant = db.session.get_one(Office, first.applicant_office_id)
    case = _new_case(version, opening, applicant, profile=first.profile, opened_by=first.opened_by)
    case.application, case.follows_id = dict(opening.application or {}), first.id
    _insert(case, version, opening, applicant, actor=actor)
    audit.record("cases/open", f"case:{case.number}", actor=actor, after={"process": version.key})
    return case


def open_by_message(version: CompiledVersion, opening: Opening, applicant: Office, *, actor: Actor) -> Case:
    """Open a case that nobody here has drafted. Raises Unroutable, AlreadyOpen."""
    case = _new_case(version, opening, applicant, profile=profile(), opened_by=None)
    case.application = dict(opening.application or {})
    _insert(case, version, opening, applicant, actor=actor)
    audit.record("cases/open", f"case:{case.number}", actor=actor, after={"process": version.key})
    return case


def open_follow_up(process_key: str, context: CaseContext) -> None:
    """Open a small case that follows another and blocks nothing, such as the paper archive's journey."""
    context.claim()
    giver, receiver = context.releasing_school_id, context.target
    if giver is None:  # a bureau keeps the archive
        parties = execute(sa.select(CASES.c.parties).where(CASES.c.id == context.case_id)).scalar_one()
        giver = parties["releasing_school"]
    asked = sa.select(Office, Process.current_id).join(Process, Process.key == process_key)
    asked, now = asked.where(Office.id.in_([receiver, giver])), clock.now()
    place, found = next_with(_series_of(now), asked)
    version, offices = compiled_version(found[0].current_id), {each.Office.id: each.Office for each in found}
    receiving, releasing = offices[receiver], offices[giver]
    opening = Opening(holds_student=False, receiving=receiving, releasing=releasing)
    number = _number(now, place)
    case = _new_case(version, opening, releasing, profile=context.profile, opened_by=None, number=number)
    case.follows_id, case.student_id = context.case_id, context.student_id
    _insert(case, version, opening, releasing, actor=context.actor, later=True)
    audit.record("cases/open", f"case:{case.number}", actor=context.actor, after={"process": process_key})
