"""变更对照: of a correction every field as it was and as it is to be, for whoever decides it and for the record."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from app.cases.models import Case, CaseOutcome, CaseStatus
from app.database import db
from app.definitions.queries import APPLICATION
from app.divisions.rules.gazetteer import division_name
from app.students.models import Change, Student
from app.students.rules.corrections import FIELDS_OF_PROCESS, known
from app.students.rules.ethnic_groups import ethnic_group
from app.students.rules.family import flat
from app.students.rules.particulars import PARTICULARS, SEALED_NUMBERS, word_of
from app.students.rules.sealed_numbers import masked_of

NUMBERS = ("main_number", *SEALED_NUMBERS)
UNKNOWN = "（空）"


def compared(case: Case, version: Any) -> list[tuple[str, str, str, str]]:
    """Field, title, value before and after of what a correction names; [] for any other case, and one that failed.

    While the case is open the value before is that of the record today, afterwards that of its change entry.
    """
    fields, schema = FIELDS_OF_PROCESS.get(case.process_key, ()), version.forms.get(APPLICATION)
    if not fields or case.student is None or not schema:
        return []
    after = {name.removesuffix("_masked"): value for name, value in flat(case.application).items()}
    names = [name for name in fields if name in after]
    before = _before(case, names)
    if before is None:
        return []
    return [
        (name, title, in_words(part, name, before.get(name)), in_words(part, name, after[name]))
        for name, title, part in _asked(schema)
        if name in names
    ]


def _before(case: Case, names: list[str]) -> Mapping[str, Any] | None:
    """The fields as they were; None for a case that has changed nothing."""
    assert case.student is not None  # asked by whoever calls
    if case.status is not CaseStatus.CLOSED:
        return shown_present(case.student, names)
    if case.outcome is not CaseOutcome.AGREED:
        return None
    entry: Mapping[str, Any] | None = db.session.scalar(sa.select(Change.before).where(Change.case_id == case.id))
    return entry


def shown_present(student: Student, names: Collection[str]) -> dict[str, Any]:
    """These fields of a record as they are today, of numbers their ends only."""
    present = known(student, names)
    return {name: masked_of(value) if value and name in NUMBERS else value for name, value in present.items()}


def _asked(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every field of a form by its full name, with its title and its part."""
    for name, part in schema["properties"].items():
        for inner, each in part["properties"].items() if part.get("type") == "object" else ():
            yield f"{name}.{inner}", each.get("title", inner), each
        if part.get("type") != "object":
            yield name, part.get("title", name), part


def in_words(part: Mapping[str, Any], name: str, value: Any) -> str:
    """A value of a record in the words of its form."""
    if value in (None, ""):
        return UNKNOWN
    titles = {each["const"]: each["title"] for each in part.get("oneOf", ())}
    if value in titles or name in NUMBERS:
        return str(titles.get(value, value))
    if name == "ethnic_group":
        return ethnic_group(value)
    if name == "household_division":
        return division_name(value)
    return word_of(name, str(value)) if name in PARTICULARS else str(value)
