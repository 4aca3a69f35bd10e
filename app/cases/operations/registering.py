"""What the diagrams of registration want done with each row of their lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.openings.opening import open_cases_of
from app.cases.openings.registration import graduates_by_hash
from app.cases.operations.batches import Outcomes, row_verb
from app.database import db
from app.divisions.models import Office
from app.schools.models import Stage
from app.schools.recruitment.queries import scope_of
from app.sealing import keyed_hash
from app.students.operations import Proceeding
from app.students.operations.registration import Cohort, cohort_of, register_graduates, register_new
from app.students.rules.registration import objections_to_graduate

Rows = Mapping[int, Mapping[str, Any]]


def _cohort(proceeding: Proceeding) -> Cohort:
    asked = proceeding.application
    return cohort_of(proceeding.target, Stage(asked["stage"]), asked["entry_year"])


@row_verb("rows/register_new")
def new_children(proceeding: Proceeding, rows: Rows) -> Outcomes:
    """小学新生注册: person, numbers, archive, enrolment."""
    return register_new(proceeding, _cohort(proceeding), rows)


@row_verb("rows/register_graduates")
def graduates(proceeding: Proceeding, rows: Rows) -> Outcomes:
    """初中、高中新生注册: what was true when the list was handed in is asked again."""
    proceeding.claim()
    cohort, school = _cohort(proceeding), db.session.get_one(Office, proceeding.target)
    hashes = {key: keyed_hash(row["main_number"].upper()) for key, row in rows.items()}
    children = graduates_by_hash(list(hashes.values()))
    held, scope = open_cases_of([child.id for child in children.values()]), scope_of(school.id)
    outcomes: Outcomes = {}
    fit: dict[int, tuple[int, Mapping[str, Any]]] = {}
    for key, row in rows.items():
        child = children.get(hashes[key])
        open_case = held.get(child.id) if child else None
        objected = objections_to_graduate(child, row, school, cohort.stage, open_case=open_case, scope=scope)
        objection = next(objected, None)
        if objection or child is None:
            assert objection is not None
            outcomes[key] = objection
        else:
            fit[key] = (child.id, row)
    return outcomes | register_graduates(proceeding, cohort, fit)
