"""Recruiting beyond the own area, made true: a scope set, a plan proposed, consented to, lodged, filed or ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import attempt, db
from app.divisions.models import Office
from app.errors import Missing, Objected
from app.processes.recruitment.models import Filing, Plan, PlanKind, PlanStatus
from app.processes.recruitment.queries import plan_of_case, promised
from app.processes.recruitment.rules import PlanThere, objections_to_cap
from app.schools.models import STAGE_NAMES, RecruitingScope, School, Stage
from app.schools.queries import quota_of, scope_of
from app.sequences import next_in


def set_scope(school: School, divisions: Sequence[str], *, case_id: int, actor: Actor) -> None:
    """The divisions that count as the school's own area from now on, in place of those before."""
    before = scope_of(school.id)
    db.session.execute(sa.delete(RecruitingScope).where(RecruitingScope.school_id == school.id))
    for code in divisions:
        row = RecruitingScope(school_id=school.id, division_code=code, case_id=case_id, set_at=clock.now())
        db.session.add(row)
    db.session.flush()
    audit.record(
        "recruitment/set_scope",
        f"school:{school.office.code}",
        actor=actor,
        before={"divisions": list(before)},
        after={"divisions": sorted(divisions)},
    )


@dataclass(frozen=True)
class Proposal:
    """What a school asks for: so many children of one source area, until a day."""

    kind: PlanKind
    school: School
    source: Office
    stage: Stage
    entry_year: int
    cap: int
    closes_on: dt.date


def propose(proposal: Proposal, *, case_id: int, actor: Actor) -> None:
    """Write the plan of a case, or its new figures after a repair: both sides are asked (anew).

    Raises Objected (E-PLAN-06, E-QUOTA-01) and PlanThere (E-PLAN-05), nothing written then.
    """
    _check_cap(proposal)
    plan = plan_of_case(case_id)
    if plan is None:
        plan = Plan(
            case_id=case_id,
            kind=proposal.kind,
            school_id=proposal.school.id,
            stage=proposal.stage,
            entry_year=proposal.entry_year,
            source_id=proposal.source.id,
            cap=proposal.cap,
            closes_on=proposal.closes_on,
            status=PlanStatus.CONSULTING,
        )
        _add(plan, proposal)
        audit.record("plans/propose", f"plan:{plan.id}", actor=actor, after=_said(plan))
        return
    before = _said(plan)
    plan.cap, plan.closes_on, plan.status = proposal.cap, proposal.closes_on, PlanStatus.CONSULTING
    db.session.flush()
    audit.record("plans/propose", f"plan:{plan.id}", actor=actor, before=before, after=_said(plan))


def _add(plan: Plan, proposal: Proposal) -> None:
    try:
        with attempt():
            db.session.add(plan)
    except sa.exc.IntegrityError as error:
        stage = STAGE_NAMES[proposal.stage]
        raise PlanThere(year=plan.entry_year, stage=stage, source=proposal.source.name, field="source") from error


def _check_cap(proposal: Proposal) -> None:
    school, stage, year = proposal.school, proposal.stage, proposal.entry_year
    quota = quota_of(school.id, stage, year, held=True)
    others = promised(school.id, stage, year, but_for=proposal.source.id)
    objections = list(objections_to_cap(proposal.cap, school, stage, year, quota, others))
    if objections:
        raise Objected(objections)


def _said(plan: Plan) -> dict[str, Any]:
    return {"cap": plan.cap, "closes_on": plan.closes_on.isoformat(), "status": plan.status.value}


def _plan(case_id: int) -> Plan:
    plan = plan_of_case(case_id)
    if plan is None:
        raise Missing()
    return plan


def _go_on(plan: Plan, status: PlanStatus, verb: str, actor: Actor, **more: Any) -> None:
    before, plan.status = plan.status, status
    db.session.flush()
    audit.record(
        f"plans/{verb}",
        f"plan:{plan.id}",
        actor=actor,
        before={"status": before.value},
        after={"status": status.value, **more},
    )


def consent(*, case_id: int, actor: Actor) -> None:
    """双方已同意: by the second consent. The cap must still fit the cohort's number. Raises Objected (E-PLAN-06)."""
    plan = _plan(case_id)
    _check_cap(Proposal(plan.kind, plan.school, plan.source, plan.stage, plan.entry_year, plan.cap, plan.closes_on))
    _go_on(plan, PlanStatus.CONSENTED, "consent", actor)


def lodge(office: Office, *, case_id: int, actor: Actor) -> None:
    """报送备案: with the next tier, for the first time or after a supplement."""
    plan = _plan(case_id)
    filing = plan.filing
    if filing is None:
        filing = Filing(plan_id=plan.id, office_id=office.id, returned=0)
        db.session.add(filing)
    filing.lodged_at, filing.returned_at = clock.now(), None
    _go_on(plan, plan.status, "lodge", actor, office=office.code)
    db.session.refresh(plan)


def _filing(case_id: int) -> Filing:
    filing = _plan(case_id).filing
    if filing is None:
        raise Missing()
    return filing


def return_filing(*, case_id: int, actor: Actor) -> None:
    """退回补充: the school's bureau supplements and lodges again."""
    filing = _filing(case_id)
    filing.returned, filing.returned_at = filing.returned + 1, clock.now()
    _go_on(filing.plan, filing.plan.status, "return_filing", actor, returned=filing.returned)


def accept_filing(*, case_id: int, actor: Actor) -> None:
    """予以备案: a number without gaps per office and year, and the school may recruit."""
    filing, now = _filing(case_id), clock.now()
    year, code = clock.local(now).year, filing.office.code
    filing.number = f"B{year}-{code}-{next_in(f'filing-{code}-{year}'):06d}"
    filing.accepted_at = now
    _go_on(filing.plan, PlanStatus.FILED, "accept_filing", actor, number=filing.number)


def end_plan(*, case_id: int, actor: Actor) -> None:
    """终止: by a refusal or a recall. A case without a plan, and a plan that is filed, stay as they are."""
    plan = plan_of_case(case_id)
    if plan is not None and plan.status not in (PlanStatus.FILED, PlanStatus.ENDED):
        _go_on(plan, PlanStatus.ENDED, "end", actor)


def hand_over_plans(from_school: int, to_school: int) -> None:
    """Plans follow their school, but where the successor has one of its own for the same cohort and area."""
    own = sa.orm.aliased(Plan)
    same = sa.and_(own.stage == Plan.stage, own.entry_year == Plan.entry_year, own.source_id == Plan.source_id)
    live = sa.and_(own.school_id == to_school, own.status != PlanStatus.ENDED)
    db.session.execute(
        sa.update(Plan)
        .where(Plan.school_id == from_school, ~sa.select(own.id).where(same, live).exists())
        .values(school_id=to_school)
        .execution_options(synchronize_session=False)
    )
