"""The list of a roster: how it begins, what its children are asked and told, the seats it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.bulk import among, update_rows
from app.cases import rules as case_rules
from app.cases.models import Case, RowStatus
from app.cases.operations.batches import ROWS
from app.database import db, execute, table
from app.definitions.queries import current_version
from app.processes.recruitment import rules
from app.processes.recruitment.models import ChildStatus, Plan, Roster, RosterChild
from app.processes.recruitment.operations.child_runs import SmallRuns
from app.schools.operations import reserved_seats
from app.students.models import Student
from app.students.operations import CaseContext

SMALL = "roster_child"  # the process of one child
ROSTERS, CHILDREN = table(Roster), table(RosterChild)
Row = Any  # a row of chosen columns


def write_roster(case: Case, plan: Plan) -> None:
    """Each child of the new list begins its small run."""
    version_id = current_version(SMALL).version_id
    assert plan.school.office.superior_id is not None
    db.session.add(
        Roster(
            case_id=case.id,
            plan_id=plan.id,
            here_id=plan.school.office.superior_id,
            source_id=plan.source_id,
            version_id=version_id,
        )
    )
    db.session.flush()
    columns = ["case_id", "position", "status", "state", "here_code", "here_reason", "source_code", "source_reason"]
    begun = sa.literal(SmallRuns(version_id).begin(), sa.LargeBinary())
    listed = sa.literal(ChildStatus.LISTED.value)
    rows = sa.select(ROWS.c.case_id, ROWS.c.position, listed, begun, *[sa.literal("")] * 4)
    execute(sa.insert(CHILDREN).from_select(columns, rows.where(ROWS.c.case_id == case.id).order_by(ROWS.c.position)))


def roster_of(case_id: int) -> Row | None:
    """The roster of a case with its plan's cohort; None for any other case."""
    return execute(
        sa.select(*ROSTERS.c, Plan.school_id, Plan.stage, Plan.entry_year)
        .join(table(Plan), Plan.id == ROSTERS.c.plan_id)
        .where(ROSTERS.c.case_id == case_id)
    ).first()


def roster_for(context: CaseContext) -> Row:
    """The roster of the case. Raises NoRoster (E-PLAN-01) when it is none."""
    found = roster_of(context.case_id)
    if found is None:
        raise rules.NoRoster()
    return found


def check_office(actor: Actor, office_id: int) -> None:
    """Only an approver of that very office, whatever the diagram says. Raises NotTheConfirmer."""
    if actor.office_id != office_id or actor.duty != "approver":
        raise rules.NotTheConfirmer()


def children_of(case_id: int, *conditions: Any) -> Sequence[Row]:
    """Its children in the order of the list."""
    return list(
        execute(
            sa.select(*CHILDREN.c).where(CHILDREN.c.case_id == case_id, *conditions).order_by(CHILDREN.c.position)
        ).all()
    )


def with_status(case_id: int, *statuses: ChildStatus) -> Sequence[Row]:
    """Its children who stand there."""
    return children_of(case_id, CHILDREN.c.status.in_(statuses))


def student_ids(case_id: int, children: Iterable[Row]) -> dict[int, int]:
    """The children's ids by position."""
    positions = [child.position for child in children]
    rows = execute(
        sa.select(ROWS.c.position, Student.id)
        .join(table(Student), Student.main_number_hash == ROWS.c.number_hash)
        .where(ROWS.c.case_id == case_id, among(ROWS.c.position, positions))
    )
    return dict(rows.all())


def write(case_id: int, values: Sequence[Mapping[str, Any]], *conditions: Any) -> None:
    """Update children, each by its position."""
    if values:
        update_rows(CHILDREN, values, CHILDREN.c.case_id == case_id, *conditions, by="position")


def set_status(case_id: int, places: Sequence[int], status: ChildStatus) -> None:
    """Children move on together."""
    execute(
        sa.update(CHILDREN)
        .where(CHILDREN.c.case_id == case_id, among(CHILDREN.c.position, places))
        .values(status=status)
    )


def refuse(case_id: int, reasons: Mapping[int, str], *only: ChildStatus) -> None:
    """Set children off the list, each with a sentence that its family may read."""
    there = {child.position for child in with_status(case_id, *only)} if only else set(reasons)
    places, now = sorted(set(reasons) & there), clock.now()
    if not places:
        return
    set_status(case_id, places, ChildStatus.REFUSED)
    refused = {"status": RowStatus.REFUSED, "code": case_rules.StruckOff.code, "worked_at": now}
    told = [{"position": place, "detail": reasons[place][:200], **refused} for place in places]
    update_rows(ROWS, told, ROWS.c.case_id == case_id, by="position")


def sentence(*parts: str) -> str:
    """What was said, as one sentence."""
    return "，".join(part.rstrip("。") for part in parts if part) + "。"


def quota_of(roster: Row) -> int:
    """The quota of the cohort that its plan recruits for. Raises NoSeat when the superior has set none."""
    return reserved_seats.quota_id_of(roster.school_id, roster.stage, roster.entry_year)


def hold_seats(roster: Row, needed: int) -> None:
    """Reserve what the case does not hold yet. Raises NoSeat (E-QUOTA-01), nothing written then."""
    quota_id = quota_of(roster)
    missing = needed - reserved_seats.held_by(roster.case_id).get(quota_id, 0)
    if missing > 0:
        reserved_seats.reserve(quota_id, missing, case_id=roster.case_id)
