"""注册 of recruits from outside: each with the source bureau's directive for this very archive, and a seat."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.bulk import among
from app.database import execute, table
from app.errors import Refused, Stale
from app.schools.operations import no_seat, reserved_seats
from app.students.models import Archive, Directive, DirectiveStatus, Student
from app.students.operations.context import CaseContext
from app.students.operations.registration.cohort import Cohort, Outcome
from app.students.operations.registration.graduates import enter
from app.students.operations.transfer import Row, check_directive


@dataclass(frozen=True)
class Recruit:
    """A child about to be registered, with what lets the archive go."""

    student_id: int
    directive_id: int | None
    row: Mapping[str, Any]


def register_recruits(context: CaseContext, cohort: Cohort, rows: Mapping[int, Recruit]) -> dict[int, Outcome]:
    """外招转入: directive consumed, archive pulled, seat taken, stage number, enrolment: all of it for a child or none.

    By each row's key the child's id, or the refusal: E-DIR-01…05 when the directive does not allow exactly this child,
    this school and this version of the archive; NoSeat (E-QUOTA-01) when the case holds no seat for it any more.
    Raises Stale when a record or a directive moved meanwhile.
    """
    context.claim()
    directives = _directives([each.directive_id for each in rows.values() if each.directive_id])
    outcomes: dict[int, Outcome] = {}
    allowed: list[int] = []
    for key, recruit in rows.items():
        refusal = _against(context, recruit, directives.get(recruit.directive_id or 0))
        if refusal is None:
            allowed.append(key)
        else:
            outcomes[key] = refusal
    if not allowed:
        return outcomes
    quota_id = reserved_seats.quota_id_of(cohort.school_id, cohort.stage, cohort.entry_year)
    held = reserved_seats.held_by(context.case_id).get(quota_id, 0)
    seated = allowed[:held]
    outcomes |= dict.fromkeys(allowed[held:], no_seat(cohort.school_id, cohort.stage, cohort.entry_year))
    if seated:
        reserved_seats.confirm(quota_id, len(seated), case_id=context.case_id)
        entering = {key: (rows[key].student_id, rows[key].row) for key in seated}
        enter(context, dataclasses.replace(cohort, recruits=True), entering)
        _consume(context, cohort, [directives[rows[key].directive_id or 0] for key in seated])
    return outcomes | {key: rows[key].student_id for key in seated}


def _directives(ids: Sequence[int]) -> dict[int, Row]:
    """The directives with their archives, locked."""
    archive = (Archive.version.label("version_now"), Archive.custodian_id)
    rows = execute(
        sa.select(*Directive.__table__.columns, *archive, Student.contested)
        .join(Archive, Archive.id == Directive.archive_id)
        .join(Student, Student.id == Directive.student_id)
        .where(among(Directive.id, ids))
        .order_by(Directive.id)
        .with_for_update(of=[Directive, Archive])
    )
    return {row.id: row for row in rows}


def _against(context: CaseContext, recruit: Recruit, directive: Row | None) -> Refused | None:
    try:
        number = directive.number if directive else ""
        check_directive(directive, dataclasses.replace(context, student_id=recruit.student_id), number)
    except Refused as refusal:
        refusal.field = "main_number"
        return refusal
    return None


def _consume(context: CaseContext, cohort: Cohort, directives: Sequence[Row]) -> None:
    consumed = execute(
        sa.update(table(Directive))
        .where(among(Directive.id, [each.id for each in directives]), Directive.status == DirectiveStatus.ISSUED)
        .values(status=DirectiveStatus.CONSUMED, consumed_at=clock.now())
    )
    if consumed.rowcount != len(directives):
        raise Stale()
    for each in directives:
        audit.record(
            "archives/pull",
            f"student:{each.student_id}",
            actor=context.actor,
            before={"custodian": each.from_office_id},
            after={"school": cohort.school_id, "directive": each.number, "case": context.number},
        )
