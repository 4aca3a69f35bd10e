"""A cohort takes children in: seats, stage numbers, enrolments, change entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.bulk import among, insert_rows
from app.database import db, execute, table
from app.divisions.models import Division, Office
from app.errors import Refused, Stale
from app.schools.models import GRADES, School, Stage
from app.schools.operations import take_seats
from app.students.models import (
    Archive,
    ArchiveEntry,
    Change,
    Enrolment,
    NumberKind,
    Section,
    Standing,
    StudentNumber,
)
from app.students.operations.changes import class_of
from app.students.operations.context import CaseContext
from app.students.operations.locking import prove_first, proved
from app.students.operations.numbers import next_stage_numbers
from app.students.rules.numbers import stage_number_prefix
from app.students.rules.registration import ARRIVAL_CODE, CHANGE_CODE, FIRST_GRADE, RECRUIT_CODE
from app.students.rules.sealed_numbers import clear_number, sealed_number

Outcome = int | Refused  # the child's id, or why not


@dataclass(frozen=True)
class Cohort:
    """Whom a school takes in: one stage, one entry year; and what its numbers are built of."""

    school_id: int
    school_name: str
    division: str
    stage: Stage
    entry_year: int
    prefix: str  # of the stage numbers
    joins: str = ""  # the grade in which a child arrives from elsewhere; else the first of the stage
    recruits: bool = False  # from outside the school's area, under a filed plan

    @property
    def grade(self) -> str:
        return self.joins or FIRST_GRADE[self.stage]

    @property
    def code(self) -> str:
        """学籍异动类别码 of who enters."""
        if self.recruits:
            return RECRUIT_CODE
        return ARRIVAL_CODE if self.joins else CHANGE_CODE[self.stage]

    @property
    def entry(self) -> str:
        """What the archive says of the entry."""
        if self.recruits:
            return "外招转入注册"
        return "省外转入新建学籍" if self.joins else f"{GRADES[self.grade][:2]}新生注册"

    @property
    def starts_on(self) -> dt.date:
        """The first of September; whoever comes later, or from elsewhere, today."""
        return clock.today() if self.joins else max(dt.date(self.entry_year, 9, 1), clock.today())


def cohort_of(school_id: int, stage: Stage, entry_year: int) -> Cohort:
    """The cohort of a school, with the parts of its stage numbers."""
    row = execute(
        sa.select(Office.name, Office.division_code, Division.number, School.township_number, School.school_number)
        .join(School, School.id == Office.id)
        .join(Division, Division.code == Office.division_code)
        .where(Office.id == school_id)
    ).one()
    county = row.number or _first_county_number(row.division_code)
    prefix = stage_number_prefix(stage, entry_year, county, row.township_number, row.school_number)
    return Cohort(school_id, row.name, row.division_code, stage, entry_year, prefix)


def _first_county_number(city: str) -> str:
    """A city has no two digits of its own: its schools are numbered with the first county of the city."""
    number = execute(
        sa.select(sa.func.min(Division.number)).where(Division.code > city, Division.code < f"{city[:4]}99")
    ).scalar()
    return number or "00"


def seat(cohort: Cohort, keys: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Who gets a seat, in the order of the list, and who does not."""
    granted = take_seats(cohort.school_id, cohort.stage, cohort.entry_year, len(keys)) if keys else 0
    return keys[:granted], keys[granted:]


def number_row(child: int, kind: NumberKind, value: str, cohort: Cohort, common: Mapping[str, Any]) -> dict[str, Any]:
    """A number of the child, valid from the day the cohort starts."""
    kept = sealed_number(value) if kind is NumberKind.NATIONAL else clear_number(value)
    return {"student_id": child, "kind": kind, **kept, "valid_from": cohort.starts_on, "reason": "", **common}


def write_enrolments(
    context: CaseContext, cohort: Cohort, children: Mapping[int, tuple[int, Mapping[str, Any]]]
) -> None:
    """The next epoch of each child at the school, its stage number, change entry, archive entry and audit.

    Into a closed cohort they come as 补录, with the proof that nobody else moved; who arrives from elsewhere is no new
    pupil. children -- by id: the epoch that begins, and the row that was applied for. Raises Stale when one of them
    has an open enrolment by now, or the rest of the cohort moves in the same moment.
    """
    if cohort.joins:
        prove_first(cohort.entry_year, cohort.school_id)
        _write(context, cohort, children)
        return
    with proved(context, cohort.entry_year, cohort.school_id, dict.fromkeys(children)):
        _write(context, cohort, children)


def _write(context: CaseContext, cohort: Cohort, children: Mapping[int, tuple[int, Mapping[str, Any]]]) -> None:
    common = {"case_id": context.case_id, "owner_division": cohort.division}
    classes = {
        number: class_of(cohort.school_id, cohort.stage, cohort.entry_year, number) for number in _classes(children)
    }
    numbers = next_stage_numbers(cohort.prefix, len(children))
    code, now = cohort.code, clock.now()
    after = {"school": cohort.school_id, "grade": cohort.grade, "entry_year": cohort.entry_year, "standing": "active"}
    enrolments, changes = [], []
    for child, (epoch, row) in children.items():
        enrolments.append(
            {
                "student_id": child,
                "epoch": epoch,
                "school_id": cohort.school_id,
                "stage": cohort.stage,
                "entry_year": cohort.entry_year,
                "grade": cohort.grade,
                "school_class_id": classes.get(row.get("class_number", 0)),
                "standing": Standing.ACTIVE,
                "starts_on": cohort.starts_on,
                **common,
            }
        )
        changes.append(
            {
                "student_id": child,
                "epoch": epoch,
                "code": code,
                "school_id": cohort.school_id,
                "effective_on": cohort.starts_on,
                "recorded_at": now,
                "before": {},
                "after": after,
                **common,
            }
        )
        audit.record(
            "students/register",
            f"student:{child}",
            actor=context.actor,
            after={**after, "code": code, "case": context.number},
        )
    try:
        insert_rows(table(Enrolment), enrolments)
    except sa.exc.IntegrityError as error:  # one of them is enrolled elsewhere by now: the chunk is tried again
        raise Stale() from error
    insert_rows(table(Change), changes)
    insert_rows(
        table(StudentNumber),
        [
            number_row(child, NumberKind.STAGE, value, cohort, {"case_id": context.case_id})
            for child, value in zip(children, numbers, strict=True)
        ],
    )
    _note_entry(context, cohort, list(children))


def _classes(children: Mapping[int, tuple[int, Mapping[str, Any]]]) -> set[int]:
    return {row["class_number"] for _epoch, row in children.values() if row.get("class_number")}


def _note_entry(context: CaseContext, cohort: Cohort, children: Sequence[int]) -> None:
    """What the archive says of it."""
    archives, office = table(Archive), db.session.get_one(Office, cohort.school_id)
    entry = (
        sa.select(
            archives.c.id,
            sa.literal(Section.BASIC.value),
            sa.literal(cohort.starts_on, sa.Date()),
            sa.literal("注册"),
            sa.literal(f"{cohort.entry}，{cohort.school_name}。"),
            sa.literal(office.short_name[:40]),
            sa.literal(cohort.school_id),
            sa.literal(cohort.division),
            sa.literal(context.case_id),
        )
        .where(among(archives.c.student_id, children))
        .order_by(archives.c.id)
    )
    names = [
        "archive_id",
        "section",
        "dated",
        "title",
        "body",
        "signed_by",
        "signed_at_office_id",
        "owner_division",
        "case_id",
    ]
    execute(sa.insert(table(ArchiveEntry)).from_select(names, entry))
