"""What the diagrams of recruiting want done with a school's scope and its plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.cases.models import Case
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import office_by_code
from app.errors import Missing
from app.schools.models import School, Stage
from app.schools.plans import PlanKind
from app.schools.queries import school_by_code
from app.schools.recruitment import operations
from app.students.operations import Proceeding


def set_scope(proceeding: Proceeding) -> None:
    """设定招生范围: in place of the one before."""
    proceeding.claim()
    school = school_by_code(proceeding.application["school"])
    if school is None:
        raise Missing()
    divisions = proceeding.application["divisions"]
    operations.set_scope(school, divisions, case_id=proceeding.case_id, actor=proceeding.actor)


def kind_of(process: str) -> PlanKind:
    """The kind of plan a process is about: plan_cross_county, plan_cross_city."""
    return PlanKind(process.removeprefix("plan_"))


def propose(proceeding: Proceeding) -> None:
    """登记方案: as it was handed in, or as it was repaired just now."""
    proceeding.claim()
    asked = {**proceeding.application, **proceeding.form}
    source = office_by_code(asked["source"])
    if source is None:
        raise Missing()
    proposal = operations.Proposal(
        kind=kind_of(proceeding.process),
        school=db.session.get_one(School, proceeding.applicant_office_id),
        source=source,
        stage=Stage(asked["stage"]),
        entry_year=asked["entry_year"],
        cap=asked["cap"],
        closes_on=dt.date.fromisoformat(asked["closes_on"]),
    )
    operations.propose(proposal, case_id=proceeding.case_id, actor=proceeding.actor)


def lodge(proceeding: Proceeding) -> None:
    """登记报送: with the office that the route names."""
    proceeding.claim()
    parties: Any = db.session.scalar(sa.select(Case.parties).where(Case.id == proceeding.case_id))
    office = db.session.get_one(Office, parties["filing_bureau"])
    operations.lodge(office, case_id=proceeding.case_id, actor=proceeding.actor)


def _of_the_case(verb: Callable[..., None]) -> Callable[[Proceeding], None]:
    def act(proceeding: Proceeding) -> None:
        proceeding.claim()
        verb(case_id=proceeding.case_id, actor=proceeding.actor)

    return act


VERBS: dict[str, Callable[[Proceeding], None]] = {
    "recruitment/set_scope": set_scope,
    "plan/propose": propose,
    "plan/consent": _of_the_case(operations.consent),
    "plan/lodge": lodge,
    "plan/return_filing": _of_the_case(operations.return_filing),
    "plan/accept_filing": _of_the_case(operations.accept_filing),
    "plan/end": _of_the_case(operations.end_plan),
}
