"""The verbs of registration that a diagram may call by name: what is done with each row of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.operations.batches import Outcomes, row_verb
from app.cases.queries.open_cases import open_cases_of
from app.database import db
from app.divisions.models import Office
from app.encryption import keyed_hash
from app.processes.registration.precheck import graduates_by_hash
from app.schools.models import Stage
from app.schools.queries import scope_of
from app.students.operations import CaseContext
from app.students.operations.registration import Cohort, cohort_of, register_graduates, register_new
from app.students.rules.registration import objections_to_graduate

Rows = Mapping[int, Mapping[str, Any]]


def _cohort(context: CaseContext) -> Cohort:
    asked = context.application
    return cohort_of(context.target, Stage(asked["stage"]), asked["entry_year"])


@row_verb("rows/register_new")
def new_children(context: CaseContext, rows: Rows) -> Outcomes:
    """小学新生注册: person, numbers, archive, enrolment."""
    return register_new(context, _cohort(context), rows)


@row_verb("rows/register_graduates")
def graduates(context: CaseContext, rows: Rows) -> Outcomes:
    """初中、高中新生注册: what was true when the list was handed in is asked again."""
    context.claim()
    cohort, school = _cohort(context), db.session.get_one(Office, context.target)
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
    return outcomes | register_graduates(context, cohort, fit)
