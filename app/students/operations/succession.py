"""学校撤并划转: a school's children and archives pass to its successor, in statements over sets."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.database import db
from app.divisions.models import Office
from app.students.models import Archive, ArchiveEntry, Change, Enrolment
from app.students.operations.context import CaseContext
from app.students.operations.locking import newest_closed_cohort, prove_first

CODE = "ZJ"  # 学校撤并划转


def hand_over_children(context: CaseContext, school: Office, successor: Office) -> int:
    """Every open enrolment of the school goes on at the successor, each with its change; return how many."""
    prove_first(newest_closed_cohort(), school.id, successor.id)
    number = _write_changes(context, school, {"school": school.id}, {"school": successor.id}, successor)
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.school_id == school.id, Enrolment.ends_on.is_(None))
        .values(school_id=successor.id, owner_division=successor.division_code, case_id=context.case_id)
    )
    return number


def hand_over_archives(context: CaseContext, school: Office, keeper: Office) -> int:
    """Every archive that the school keeps, graduates' too, has the successor as its custodian; return how many."""
    kept = sa.select(Archive.id).where(Archive.custodian_id == school.id)
    db.session.execute(
        sa.update(ArchiveEntry)
        .where(ArchiveEntry.archive_id.in_(kept), ArchiveEntry.owner_division != keeper.division_code)
        .values(owner_division=keeper.division_code)
    )
    moved = db.session.execute(
        sa.update(Archive)
        .where(Archive.custodian_id == school.id)
        .values(
            custodian_id=keeper.id,
            owner_division=keeper.division_code,
            version=Archive.version + 1,
            case_id=context.case_id,
        )
    )
    number: int = moved.rowcount  # type: ignore[attr-defined]
    after = {"keeper": keeper.code, "archives": number, "case": context.number}
    audit.record("archives/hand_over", f"office:{school.code}", actor=context.actor, after=after)
    return number


def follow_superior(context: CaseContext, school: Office, before: str) -> int:
    """The school has another superior: its children's rows belong to that division; each has its change.

    before -- the former superior's code. Return how many children.
    """
    superior = school.superior
    assert superior is not None
    number = _write_changes(context, school, {"superior": before}, {"superior": superior.code}, school)
    division = school.division_code
    kept = sa.select(Archive.id).where(Archive.custodian_id == school.id)
    for statement in (
        sa.update(Enrolment).where(Enrolment.school_id == school.id, Enrolment.ends_on.is_(None)),
        sa.update(Archive).where(Archive.custodian_id == school.id),
        sa.update(ArchiveEntry).where(ArchiveEntry.archive_id.in_(kept)),
    ):
        db.session.execute(statement.values(owner_division=division))
    return number


def _write_changes(
    context: CaseContext, school: Office, before: dict[str, Any], after: dict[str, Any], at: Office
) -> int:
    """One entry for each child enrolled at the school, and one line of the audit for all of them."""
    columns = {
        "case_id": context.case_id,
        "code": CODE,
        "school_id": at.id,
        "owner_division": at.division_code,
        "effective_on": clock.today(),
        "recorded_at": clock.now(),
        "before": before,
        "after": after,
    }
    table = Change.__table__
    constants = [sa.literal(value, table.c[name].type) for name, value in columns.items()]
    written = db.session.execute(
        sa.insert(Change).from_select(
            ["student_id", "epoch", *columns],
            sa.select(Enrolment.student_id, Enrolment.epoch, *constants)
            .where(Enrolment.school_id == school.id, Enrolment.ends_on.is_(None))
            .order_by(Enrolment.id),
        )
    )
    number: int = written.rowcount  # type: ignore[attr-defined]
    audit.record(
        "enrolments/school_reorganisation",
        f"office:{school.code}",
        actor=context.actor,
        before=before,
        after={**after, "children": number, "case": context.number},
    )
    return number
