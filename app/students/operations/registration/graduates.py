"""注册 of graduates of the stage before, their archives with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import audit
from app.bulk import among
from app.database import execute, table
from app.errors import Refused
from app.schools.models import Stage
from app.schools.operations import no_seat
from app.students.models import (
    Archive,
    ArchiveEntry,
    Enrolment,
)
from app.students.operations.context import CaseContext
from app.students.operations.registration.cohort import Cohort, Outcome, cohort_of, seat, write_enrolments
from app.students.operations.transfer import consume, directive_to_consume


def register_graduates(
    context: CaseContext, cohort: Cohort, rows: Mapping[int, tuple[int, Mapping[str, Any]]]
) -> dict[int, Outcome]:
    """Register children of the stage before: each archive pulled from the school that graduated it (S14).

    rows -- by key: the child's id and the row that was applied for. Refusals: NoSeat (E-QUOTA-01).
    Raises Stale when a child is enrolled elsewhere by now or the archive has another custodian.
    """
    context.claim()
    seated, left_out = seat(cohort, list(rows))
    outcomes: dict[int, Outcome] = dict.fromkeys(left_out, no_seat(cohort.school_id, cohort.stage, cohort.entry_year))
    if not seated:
        return outcomes
    enter(context, cohort, {key: rows[key] for key in seated})
    return outcomes | {key: rows[key][0] for key in seated}


def enter(context: CaseContext, cohort: Cohort, rows: Mapping[int, tuple[int, Mapping[str, Any]]]) -> None:
    """Children who have their seats: the next enrolment of each, and the archives. Raises Stale as the above."""
    enrolments = table(Enrolment)
    children = [child for child, _row in rows.values()]
    last = dict(
        execute(
            sa.select(enrolments.c.student_id, sa.func.max(enrolments.c.epoch))
            .where(among(enrolments.c.student_id, children))
            .group_by(enrolments.c.student_id)
        ).all()
    )
    write_enrolments(context, cohort, {child: (last.get(child, 0) + 1, row) for child, row in rows.values()})
    _pull_archives(context, cohort, children)


def _pull_archives(context: CaseContext, cohort: Cohort, children: Sequence[int]) -> None:
    archives = table(Archive)
    execute(
        sa.update(archives)
        .where(among(archives.c.student_id, children))
        .values(
            custodian_id=cohort.school_id,
            owner_division=cohort.division,
            version=archives.c.version + 1,
            case_id=context.case_id,
        )
    )
    entries = table(ArchiveEntry)
    execute(
        sa.update(entries)
        .where(entries.c.archive_id.in_(sa.select(archives.c.id).where(among(archives.c.student_id, children))))
        .values(owner_division=cohort.division)
    )


def pull_graduate(context: CaseContext, number: str) -> None:
    """回原籍升学: with the source bureau's *allow outside* directive one graduate enters here, archive and all.

    Raises E-DIR-01…05 when the directive does not allow exactly this, NoSeat (E-QUOTA-01) with nothing written,
    Stale when the record moved meanwhile.
    """
    context.claim()
    directive = directive_to_consume(context, number)
    asked = context.application
    cohort = cohort_of(context.target, Stage(asked["stage"]), asked["entry_year"])
    [outcome] = register_graduates(context, cohort, {1: (context.child, {})}).values()
    if isinstance(outcome, Refused):
        raise outcome
    consume(directive)
    audit.record(
        "archives/pull",
        f"student:{context.child}",
        actor=context.actor,
        before={"custodian": directive.from_office_id},
        after={"school": cohort.school_id, "directive": number, "case": context.number},
    )
