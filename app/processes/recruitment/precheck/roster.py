"""Precheck of a roster (外招名单): under the school's own filed plan, once that has closed, each child of its area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening, RowOpening
from app.cases.queries.open_cases import open_cases_of
from app.database import db
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office
from app.encryption import keyed_hash
from app.errors import Missing, Objected, Refused
from app.processes.recruitment import rules
from app.processes.recruitment.models import ChildStatus, Filing, Plan, PlanStatus, Roster, RosterChild
from app.processes.recruitment.rules import objections_to_roster
from app.processes.registration.precheck import graduates_by_hash, in_row, repeated
from app.schools.models import School
from app.schools.operations import reserved_seats
from app.schools.rules import NoSeat
from app.students.queries import locked_since
from app.students.rules.locks import objections_to_registration_when_locked
from app.students.rules.registration import objections_to_graduate, stands_in

Rows = Sequence[Mapping[str, Any]]
MOST_PLANS = 20  # that are still looked at, as the page of the list offers them


@hooks.precheck("recruitment_roster")
def open_roster(
    version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor, rows: Rows
) -> Opening:
    """P09. Raises Missing (no school), or Objected with every objection, those of a child under its place in the list.

    E-PLAN-01 not filed, or not closed yet; E-PLAN-02 above the plan's number, or a child from outside its area.
    """
    school = db.session.get(School, actor.office_id)
    if school is None:
        raise Missing()
    number = application["filing"].strip().upper()
    plan = plan_of(school.id, number)
    if plan is None:
        raise Objected([rules.PlanNotFiled(number=number, field="filing")])
    objections = list(objections_to_plan(plan, len(rows)))
    openings: list[RowOpening] = []
    if not objections:
        for place, (objected, opening) in enumerate(_children(rows, school.office, plan)):
            objections += [in_row(each, place) for each in objected]
            openings.append(opening)
        objections += repeated(openings)
    if objections:
        raise Objected(objections)
    return Opening(
        receiving=school.office,
        releasing=plan.source,
        holds_student=False,
        application={**application, "filing": number, "entry_year": plan.entry_year},
        rows=openings,
        warning=_short_of_seats(plan, len(rows)),
        found=plan,
    )


@hooks.objections_today("recruitment_roster")
def _no_plan_is_open(version: CompiledVersion, profile: str, actor: Actor) -> list[Refused]:
    """P09: no plan of the school is filed, or against each of the latest stands the same or more today."""
    against = [list(objections_to_plan(each, 0)) for each in filed_plans(actor.office_id)]
    if not against:
        return [rules.NotFiled()]
    return [] if not all(against) else against[0][:1]


def filed_plans(school_id: int) -> Sequence[Plan]:
    """The plans under which the school may recruit beyond its area, the newest first; of the older ones none."""
    filed = sa.select(Plan).where(Plan.school_id == school_id, Plan.status == PlanStatus.FILED)
    return db.session.scalars(filed.order_by(Plan.id.desc()).limit(MOST_PLANS)).all()


def plan_of(school_id: int, number: str) -> Plan | None:
    """The school's own filed plan of that number, held until the commit so that two rosters take turns."""
    return db.session.scalar(
        sa.select(Plan)
        .join(Filing, Filing.plan_id == Plan.id)
        .where(Filing.number == number, Plan.school_id == school_id, Plan.status == PlanStatus.FILED)
        .with_for_update(of=Plan)
    )


def objections_to_plan(plan: Plan, wanted: int) -> Iterator[Refused]:
    """Against so many children under that plan now."""
    yield from objections_to_roster(plan, clock.today(), children=wanted, listed=listed_under(plan.id))
    yield from objections_to_registration_when_locked(locked_since(plan.entry_year), clock.now())


def listed_under(plan_id: int) -> int:
    """How many children its rosters hold who have not been refused."""
    count: int = db.session.scalars(
        sa.select(sa.func.count())
        .select_from(RosterChild)
        .join(Roster, Roster.case_id == RosterChild.case_id)
        .where(Roster.plan_id == plan_id, RosterChild.status != ChildStatus.REFUSED)
    ).one()
    return count


def _children(rows: Rows, school: Office, plan: Plan) -> Iterator[tuple[list[Refused], RowOpening]]:
    hashes = [keyed_hash(str(row["main_number"]).upper()) for row in rows]
    students = graduates_by_hash(hashes)
    held = open_cases_of([student.id for student in students.values()])
    for row, number_hash in zip(rows, hashes, strict=True):
        student = students.get(number_hash)
        open_case = held.get(student.id) if student else None
        objected = list(
            objections_to_graduate(student, row, school, plan.stage, open_case=open_case, outside_allowed=True)
        )
        if not objected and student and student.archive and not stands_in(plan.source, student.archive.custodian):
            objected.append(rules.OutsideThePlan(source=plan.source.name, field="main_number"))
        yield objected, RowOpening(row, number_hash, str(row["main_number"]).upper())


def _short_of_seats(plan: Plan, wanted: int) -> Refused | None:
    """Told to whoever looks at the list first: seats are reserved only once both bureaus have confirmed."""
    try:
        return reserved_seats.against_reserving(
            reserved_seats.quota_id_of(plan.school_id, plan.stage, plan.entry_year), wanted
        )
    except NoSeat as refusal:
        return refusal
