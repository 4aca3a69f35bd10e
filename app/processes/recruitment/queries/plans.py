"""Reads of plans, filings and flows, each within what the caller's office is concerned with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from app.access import Actor
from app.cases.models import Case
from app.database import db
from app.divisions.models import Division, Office
from app.divisions.queries import inside
from app.processes.recruitment.models import Filing, FilingState, Plan, PlanStatus
from app.schools.models import School
from app.students.models import Directive, DirectiveKind, DirectiveStatus, Enrolment

Condition = sa.ColumnElement[bool]
SCHOOL, SOURCE = aliased(Office), aliased(Office)  # where the children go, whence they come


@dataclass(frozen=True)
class Line:
    """A plan with the number of its case."""

    plan: Plan
    case: str

    @property
    def filing(self) -> Filing | None:
        return self.plan.filing


def _concerns(actor: Actor) -> Condition:
    """Plans of the schools the actor's office answers for, and those that name its area as their source.

    The province is concerned with what is filed with it, and with nothing before.
    """
    received = Filing.office_id == actor.office_id
    if actor.office_kind == "province":
        return received
    return sa.or_(received, inside(actor, SCHOOL.path), inside(actor, SOURCE.path))


def _plans() -> Any:
    return (
        sa.select(Plan, Case.number)
        .join(Case, Case.id == Plan.case_id)
        .join(SCHOOL, SCHOOL.id == Plan.school_id)
        .join(SOURCE, SOURCE.id == Plan.source_id)
        .outerjoin(Filing, Filing.plan_id == Plan.id)
        .options(
            joinedload(Plan.school).joinedload(School.office),
            joinedload(Plan.source),
            joinedload(Plan.filing).joinedload(Filing.office),
        )
    )


def plans_for(
    actor: Actor,
    *,
    year: int | None = None,
    status: PlanStatus | None = None,
    school: str | None = None,
    division: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Line]:
    """Plans the actor's office is concerned with, the newest first.

    school -- the code of one; division -- where the school or the source lies
    """
    query = _plans().where(_concerns(actor)).order_by(Plan.id.desc()).limit(limit)
    if year:
        query = query.where(Plan.entry_year == year)
    if status:
        query = query.where(Plan.status == status)
    if school:
        query = query.where(SCHOOL.code == school)
    if division:
        query = query.where(sa.or_(SCHOOL.division_code == division, SOURCE.division_code == division))
    if before:
        query = query.where(Plan.id < before)
    return [Line(plan, number) for plan, number in db.session.execute(query).unique()]


_STATES: dict[FilingState, tuple[Condition, ...]] = {
    FilingState.ACCEPTED: (Filing.accepted_at.is_not(None),),
    FilingState.ENDED: (Filing.accepted_at.is_(None), Plan.status == PlanStatus.ENDED),
    FilingState.RETURNED: (Plan.status != PlanStatus.ENDED, Filing.returned_at.is_not(None), Filing.number.is_(None)),
    FilingState.WAITING: (Plan.status != PlanStatus.ENDED, Filing.returned_at.is_(None), Filing.number.is_(None)),
}


def filings_for(
    actor: Actor,
    *,
    received: bool = False,
    year: int | None = None,
    state: FilingState | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Line]:
    """Filings the actor's office is concerned with, the newest first. received -- only those lodged with it."""
    query = _plans().where(Filing.id.is_not(None), _concerns(actor)).order_by(Filing.id.desc()).limit(limit)
    if received:
        query = query.where(Filing.office_id == actor.office_id)
    if year:
        query = query.where(Plan.entry_year == year)
    if state:
        query = query.where(*_STATES[state])
    if before:
        query = query.where(Filing.id < before)
    return [Line(plan, number) for plan, number in db.session.execute(query).unique()]


# ── flows ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Flow:
    """Children of one division who are wanted in, or have gone to, another one."""

    source: str
    destination: str
    asked: int = 0  # caps of plans that are not filed yet
    planned: int = 0  # caps of filed plans
    registered: int = 0


@dataclass(frozen=True)
class Flows:
    """Every flow of a year, with the divisions' names; `cells` by (source, destination)."""

    lines: Sequence[Flow]
    names: dict[str, str]
    cells: dict[tuple[str, str], Flow] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        return sorted({each.source for each in self.lines})

    @property
    def destinations(self) -> list[str]:
        return sorted({each.destination for each in self.lines})


def flows_of(actor: Actor, year: int) -> Flows:
    """Flows between divisions that begin or end in the actor's jurisdiction, of the cohorts of that year."""
    cells: dict[tuple[str, str], Flow] = {}
    for source, destination, filed, caps in db.session.execute(_caps(actor, year)):
        cell = cells.setdefault((source, destination), Flow(source, destination))
        if filed:
            cell.planned += caps
        else:
            cell.asked += caps
    for source, destination, children in db.session.execute(_registered(actor, year)):
        cells.setdefault((source, destination), Flow(source, destination)).registered += children
    return _with_names(cells)


def _with_names(cells: dict[tuple[str, str], Flow]) -> Flows:
    codes = {code for pair in cells for code in pair}
    names = dict(db.session.execute(sa.select(Division.code, Division.name).where(Division.code.in_(codes))).all())
    return Flows([cells[pair] for pair in sorted(cells)], defaultdict(str, names), cells)


def city_of_code(code: str) -> str:
    """The division of the city to which a county belongs, by its code (GB/T 2260)."""
    return f"{code[:4]}00"


def by_city(found: Flows) -> Flows:
    """The same flows between cities: of a matrix of counties that would fit no page."""
    cells: dict[tuple[str, str], Flow] = {}
    for each in found.lines:
        pair = (city_of_code(each.source), city_of_code(each.destination))
        cell = cells.setdefault(pair, Flow(*pair))
        cell.asked, cell.planned = cell.asked + each.asked, cell.planned + each.planned
        cell.registered += each.registered
    return _with_names(cells)


def of_city(found: Flows, city: str) -> Flows:
    """Of these flows those that begin or end in a city."""
    cells = {pair: cell for pair, cell in found.cells.items() if city in (city_of_code(pair[0]), city_of_code(pair[1]))}
    return Flows([cells[pair] for pair in sorted(cells)], found.names, cells)


def of_county(found: Flows, county: str) -> Flows:
    """Of these flows those that begin or end in a county, or at what a city runs itself."""
    cells = {pair: cell for pair, cell in found.cells.items() if county in pair}
    return Flows([cells[pair] for pair in sorted(cells)], found.names, cells)


def _touches(actor: Actor) -> Condition:
    return sa.or_(inside(actor, SCHOOL.path), inside(actor, SOURCE.path))


def _caps(actor: Actor, year: int) -> Any:
    filed = Plan.status == PlanStatus.FILED
    return (
        sa.select(SOURCE.division_code, SCHOOL.division_code, filed, sa.func.sum(Plan.cap))
        .select_from(Plan)
        .join(SCHOOL, SCHOOL.id == Plan.school_id)
        .join(SOURCE, SOURCE.id == Plan.source_id)
        .where(_touches(actor), Plan.entry_year == year, Plan.status != PlanStatus.ENDED)
        .group_by(SOURCE.division_code, SCHOOL.division_code, filed)
    )


def _registered(actor: Actor, year: int) -> Any:
    """Children who came with an *allow outside* directive; who went back home was in nobody's plan."""
    return (
        sa.select(SOURCE.division_code, SCHOOL.division_code, sa.func.count(sa.distinct(Directive.student_id)))
        .select_from(Directive)
        .join(Case, Case.id == Directive.case_id)
        .join(SCHOOL, SCHOOL.id == Directive.to_school_id)
        .join(SOURCE, SOURCE.id == Directive.from_office_id)
        .join(
            Enrolment,
            sa.and_(Enrolment.student_id == Directive.student_id, Enrolment.school_id == Directive.to_school_id),
        )
        .where(
            _touches(actor),
            Directive.kind == sa.literal_column(f"'{DirectiveKind.ALLOW_OUTSIDE.value}'"),  # as the index says it
            Directive.status == DirectiveStatus.CONSUMED,
            Case.process_key != "home_return",
            Enrolment.entry_year == year,
        )
        .group_by(SOURCE.division_code, SCHOOL.division_code)
    )
