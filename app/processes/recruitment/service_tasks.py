"""The verbs of recruitment that a diagram may call by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from app.cases.models import Case
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import office_by_code
from app.errors import Missing
from app.processes.recruitment import operations
from app.processes.recruitment.models import PlanKind
from app.processes.recruitment.operations import plans
from app.schools.models import School, Stage
from app.schools.queries import school_by_code
from app.students.operations import CaseContext
from app.students.service_tasks import offer
from workflows import service_task


def set_scope(context: CaseContext) -> None:
    """设定招生范围: in place of the one before."""
    context.claim()
    school = school_by_code(context.application["school"])
    if school is None:
        raise Missing()
    divisions = context.application["divisions"]
    plans.set_scope(school, divisions, case_id=context.case_id, actor=context.actor)


def kind_of(process: str) -> PlanKind:
    """The kind of plan a process is about: plan_cross_county, plan_cross_city."""
    return PlanKind(process.removeprefix("plan_"))


def propose(context: CaseContext) -> None:
    """登记方案: as it was handed in, or as it was repaired just now."""
    context.claim()
    asked = {**context.application, **context.form}
    source = office_by_code(asked["source"])
    if source is None:
        raise Missing()
    proposal = plans.Proposal(
        kind=kind_of(context.process),
        school=db.session.get_one(School, context.applicant_office_id),
        source=source,
        stage=Stage(asked["stage"]),
        entry_year=asked["entry_year"],
        cap=asked["cap"],
        closes_on=dt.date.fromisoformat(asked["closes_on"]),
    )
    plans.propose(proposal, case_id=context.case_id, actor=context.actor)


def lodge(context: CaseContext) -> None:
    """登记报送: with the office that the route names."""
    context.claim()
    parties: Any = db.session.scalar(sa.select(Case.parties).where(Case.id == context.case_id))
    office = db.session.get_one(Office, parties["filing_bureau"])
    plans.lodge(office, case_id=context.case_id, actor=context.actor)


def _of_the_case(verb: Callable[..., None]) -> Callable[[CaseContext], None]:
    def act(context: CaseContext) -> None:
        context.claim()
        verb(case_id=context.case_id, actor=context.actor)

    return act


VERBS: dict[str, Callable[[CaseContext], None]] = {
    "recruitment/set_scope": set_scope,
    "plan/propose": propose,
    "plan/consent": _of_the_case(plans.consent),
    "plan/lodge": lodge,
    "plan/return_filing": _of_the_case(plans.return_filing),
    "plan/accept_filing": _of_the_case(plans.accept_filing),
    "plan/end": _of_the_case(plans.end_plan),
}


for _name, _act in VERBS.items():
    offer(_name, _act)


@service_task("roster/confirm_here")
def confirm_here(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """学校上级逐名确认: every child but those it names."""
    operations.confirm(context, "here", facts["outcome"])


@service_task("roster/confirm_source")
def confirm_source(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """生源地逐名确认: every child but those it names."""
    operations.confirm(context, "source", facts["outcome"])


@service_task("roster/answers")
def answers(context: CaseContext, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """双方的答复: what each bureau said last."""
    return operations.answers(context)


@service_task("roster/settle")
def settle(context: CaseContext, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """预留学位: for whom both have confirmed."""
    return operations.settle(context)


@service_task("roster/conclude")
def conclude_roster(context: CaseContext, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """外招名单办理到此: who is registered, who is left."""
    return operations.conclude(context)


@service_task("roster/strike")
def strike(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """划去学校不再办理的学生."""
    operations.strike(context)


@service_task("roster/direct")
def direct(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """下达允许外招指令: one per archive, one act."""
    operations.direct(context)


@service_task("roster/withhold")
def withhold(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """生源地不予下达指令."""
    operations.withhold(context)


@service_task("roster/give_up")
def give_up(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """学校交回未使用的指令."""
    operations.give_up(context)


@service_task("roster/drop")
def drop(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """终止名单: nobody of it goes on."""
    operations.drop(context)
