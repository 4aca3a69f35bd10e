"""转入并注册 of a roster: what must hold before the worker takes the list, and each child in its turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.bulk import among
from app.cases.models import RowStatus
from app.cases.operations.batches import ROWS, Outcomes, row_verb
from app.cases.queries.open_cases import open_cases_of
from app.database import db, execute
from app.divisions.models import Office
from app.errors import Refused
from app.processes.recruitment.models import ChildStatus
from app.processes.recruitment.operations.child_runs import SmallRuns
from app.processes.recruitment.operations.directives import both_on_record
from app.processes.recruitment.operations.lists import CHILDREN, children_of, hold_seats, roster_of, with_status, write
from app.processes.registration.precheck import graduates_by_hash
from app.schools.models import Stage
from app.students.models import Student
from app.students.operations import CaseContext
from app.students.operations.registration import Recruit, cohort_of, register_recruits
from app.students.rules.directives import NoDirective
from app.students.rules.registration import objections_to_graduate


def prepare(context: CaseContext) -> None:
    """Before the list goes to the worker: seats are held, who was left over is tried again.

    Raises NoRoster (E-PLAN-01), NoSeat (E-QUOTA-01): the directives stay as they are.
    """
    roster = roster_of(context.case_id)
    if roster is None:
        return  # not a roster: every row is refused below, for want of a directive
    directed = with_status(context.case_id, ChildStatus.DIRECTED)
    hold_seats(roster, len(directed))
    execute(
        sa.update(ROWS)
        .where(ROWS.c.case_id == context.case_id, among(ROWS.c.position, [child.position for child in directed]))
        .values(status=RowStatus.WAITING, worked_at=None, code="", detail="")
    )


@row_verb("rows/register_recruits", prepare=prepare)
def register(context: CaseContext, rows: Mapping[int, Mapping[str, Any]]) -> Outcomes:
    """转入档案并注册: only with the consents of both bureaus on record and a valid directive for exactly this child."""
    context.claim()
    roster = roster_of(context.case_id)
    if roster is None or not both_on_record(roster):
        return {place: NoDirective(field="main_number") for place in rows}
    children = {child.position: child for child in children_of(context.case_id, among(CHILDREN.c.position, rows))}
    outcomes: Outcomes = {}
    fit: dict[int, Recruit] = {}
    found = _graduates(context.case_id, list(rows))
    held = open_cases_of([student.id for student in found.values()])
    school = db.session.get_one(Office, context.target)
    for place, row in rows.items():
        child, student = children[place], found.get(place)
        if child.status != ChildStatus.DIRECTED:
            outcomes[place] = NoDirective(field="main_number")
            continue
        open_case = held.get(student.id) if student else None
        objections = objections_to_graduate(
            student, row, school, Stage(roster.stage), open_case=open_case, outside_allowed=True
        )
        objection = next(objections, None)
        if objection is not None or student is None:
            assert objection is not None
            outcomes[place] = objection
        else:
            fit[place] = Recruit(student.id, child.directive_id, row)
    cohort = cohort_of(context.target, Stage(roster.stage), roster.entry_year)
    outcomes |= register_recruits(context, cohort, fit)
    runs = SmallRuns(roster.version_id)
    write(
        context.case_id,
        [
            {
                "position": place,
                "status": ChildStatus.REGISTERED,
                "state": runs.answer(bytes(children[place].state), "register", outcome="agree"),
            }
            for place, outcome in outcomes.items()
            if not isinstance(outcome, Refused)
        ],
    )
    return outcomes


def _graduates(case_id: int, places: Sequence[int]) -> dict[int, Student]:
    hashes = dict(
        execute(
            sa.select(ROWS.c.position, ROWS.c.number_hash).where(
                ROWS.c.case_id == case_id, among(ROWS.c.position, places)
            )
        ).all()
    )
    students = graduates_by_hash(list(hashes.values()))
    return {place: students[number_hash] for place, number_hash in hashes.items() if number_hash in students}


def conclude(context: CaseContext) -> Mapping[str, int]:
    """How many are registered and refused, wait with a directive (left), or wait for one (undirected)."""
    counted = execute(
        sa.select(CHILDREN.c.status, sa.func.count())
        .where(CHILDREN.c.case_id == context.case_id)
        .group_by(CHILDREN.c.status)
    )
    counts = {ChildStatus(status): count for status, count in counted}
    return {
        "accepted": counts.get(ChildStatus.REGISTERED, 0),
        "refused": counts.get(ChildStatus.REFUSED, 0),
        "left": counts.get(ChildStatus.DIRECTED, 0),
        "undirected": counts.get(ChildStatus.CONFIRMED, 0),
    }
