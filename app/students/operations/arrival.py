"""省外转入新建学籍: person, numbers, archive and enrolment of a child whom the province does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db, execute, table
from app.divisions.models import Office
from app.divisions.rules.provinces import PROVINCES
from app.encryption import unseal_text
from app.errors import Refused
from app.schools.models import entry_year_of, stage_of
from app.students.models import Archive, ArchiveEntry, Section
from app.students.operations.context import CaseContext
from app.students.operations.registration import Cohort, cohort_of, register_new

SEALED = "_sealed"


def create(context: CaseContext) -> int:
    """Write everything the application asks for (code Z4); return the child's id.

    Raises KnownAlready (E-DUP-01) when the number has come into the province meanwhile, NoSeat (E-QUOTA-01).
    """
    row = unsealed(context)
    grade = row["grade"]
    year = entry_year_of(grade, clock.school_year(clock.today()))
    cohort = replace(cohort_of(context.target, stage_of(grade), year), joins=grade)
    outcome = register_new(context, cohort, {1: row})[1]
    if isinstance(outcome, Refused):
        raise outcome
    _note_former_school(context, cohort, outcome, row)
    return outcome


def keep_entries(context: CaseContext, child: int, entries: Sequence[Mapping[str, str]]) -> None:
    """What came with the record from the other province (调档) becomes part of the archive."""
    archives, office = table(Archive), db.session.get_one(Office, context.target)
    archive = execute(sa.select(archives.c.id).where(archives.c.student_id == child)).scalar_one()
    rows = [
        {
            "archive_id": archive,
            "section": Section.OTHER,
            "dated": clock.today(),
            "title": str(each.get("title", "外省档案"))[:80],
            "body": str(each.get("body", "")),
            "signed_by": PROVINCES[context.application["from_province"]],
            "signed_at_office_id": office.id,
            "owner_division": office.division_code,
            "case_id": context.case_id,
        }
        for each in entries
    ]
    if rows:
        execute(sa.insert(table(ArchiveEntry)), rows)


def unsealed(context: CaseContext) -> dict[str, Any]:
    """The application with the numbers that the case keeps sealed."""
    row = dict(context.application)
    for name in [each for each in row if each.endswith(SEALED)]:
        row[name.removesuffix(SEALED)] = unseal_text(row.pop(name))
    return row


def _note_former_school(context: CaseContext, cohort: Cohort, child: int, row: dict[str, Any]) -> None:
    """省外前学历: the first thing the archive says."""
    archives = table(Archive)
    archive = execute(sa.select(archives.c.id).where(archives.c.student_id == child)).scalar_one()
    signed_by = execute(sa.select(Office.short_name).where(Office.id == cohort.school_id)).scalar_one()
    execute(
        sa.insert(table(ArchiveEntry)).values(
            archive_id=archive,
            section=Section.BASIC,
            dated=clock.today(),
            title="省外就读经历",
            body=f"{PROVINCES[row['from_province']]}{row['from_school']}。{row['experience']}",
            signed_by=signed_by,
            signed_at_office_id=cohort.school_id,
            owner_division=cohort.division,
            case_id=context.case_id,
        )
    )
