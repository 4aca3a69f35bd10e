"""Verbs of the record: pull an archive with its directive; revoke, expire one. Core statements: a hot path."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from app import audit, clock, encryption
from app.access import Actor
from app.database import db, execute, table, write_together
from app.divisions.models import Office
from app.errors import Stale
from app.schools.operations import move_seat
from app.students.models import (
    Archive,
    ArchiveEntry,
    Change,
    Directive,
    DirectiveStatus,
    Enrolment,
    Standing,
    Student,
)
from app.students.operations.changes import class_given
from app.students.operations.context import CaseContext
from app.students.operations.directives import signed_content
from app.students.operations.locking import prove_first
from app.students.operations.reopening import reopen
from app.students.rules import directives as rules
from app.students.rules.children import ContestedRecord
from app.writes import Write

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


def pull(context: CaseContext, number: str) -> None:
    """Move the archive and the enrolment to the receiving school, consuming the directive (change codes 21, 22).

    All in the running transaction. Raises E-DIR-01…05 when the directive does not allow exactly this, E-QUOTA-01
    when the last seat has gone (nothing written by then), Stale when the record moved meanwhile.
    """
    context.claim()
    directive, enrolment = _to_be_moved(context, number)
    to_school, today = context.target, clock.today()
    if enrolment.ends_on is not None:
        reopen(context, enrolment, directive.to_division, today)
    else:
        prove_first(enrolment.entry_year, enrolment.school_id, to_school)
        move_seat(enrolment.school_id, to_school, enrolment.stage, enrolment.entry_year)
    moved = enrolment.ends_on is None
    write_together(
        *(_enrolments(context, enrolment, directive.to_division, today) if moved else ()),
        *(_changes(context, enrolment, directive.to_division, today) if moved else ()),
        *_archive(context, directive),
        consumption(directive),
    )
    audit.record(
        "archives/pull",
        f"student:{context.child}",
        actor=context.actor,
        before={"school": enrolment.school_id, "epoch": enrolment.epoch},
        after={"school": to_school, "epoch": enrolment.epoch + 1, "directive": number, "case": context.number},
    )


def _to_be_moved(context: CaseContext, number: str) -> tuple[Row, Row]:
    """The directive, locked, and the enrolment that ends, or has ended, once the directive has been checked.

    Only what a conditional write claims later is not locked. Raises E-DIR-01…05, Stale.
    """
    row = execute(_directive_with_enrolment(), {"number": number}).one_or_none()
    check_directive(row, context, number)
    assert row is not None
    reopens = bool(context.application.get("reopens"))
    if row.enrolment_id is None or reopens != (row.enrolment_ends_on is not None):
        raise Stale()
    names = (column.name for column in table(Enrolment).c)
    return row, SimpleNamespace(**{name: row._mapping[f"enrolment_{name}"] for name in names})


@functools.cache
def _directive_with_enrolment() -> sa.Select[Any]:
    """Built once: the directive of that `number` with the newest enrolment of its child."""
    enrolment, earlier = table(Enrolment), table(Enrolment).alias("earlier")
    newest = sa.select(sa.func.max(earlier.c.epoch)).where(earlier.c.student_id == Directive.student_id)
    same = sa.and_(enrolment.c.student_id == Directive.student_id, enrolment.c.epoch == newest.scalar_subquery())
    columns = (column.label(f"enrolment_{column.name}") for column in enrolment.c)
    return _directive_by_number().outerjoin(enrolment, same).add_columns(*columns)


def directive_to_consume(context: CaseContext, number: str) -> Row:
    """The directive with its archive, locked, once everything about it has been checked. Raises E-DIR-01…05."""
    directive = execute(_directive_by_number(), {"number": number}).one_or_none()
    check_directive(directive, context, number)
    assert directive is not None
    return directive


@functools.cache
def _directive_by_number() -> sa.Select[Any]:
    to_office = sa.orm.aliased(Office)
    return (
        sa.select(
            *Directive.__table__.columns,
            Archive.version.label("version_now"),
            Archive.custodian_id,
            Archive.owner_division,
            to_office.division_code.label("to_division"),
            Student.contested,
        )
        .join(Archive, Archive.id == Directive.archive_id)
        .join(Student, Student.id == Directive.student_id)
        .join(to_office, to_office.id == Directive.to_school_id)
        .where(Directive.number == sa.bindparam("number", type_=sa.String))
        .with_for_update(of=[Directive, Archive])
    )


def check_directive(directive: Row | None, context: CaseContext, number: str) -> None:
    """Raise unless this directive is signed, live, for this child, this school and this archive's version."""
    if directive is None:
        raise rules.NoDirective(field="directive")
    if directive.to_school_id != context.target:
        raise rules.DirectiveElsewhere(number=number, field="directive")
    if directive.status == DirectiveStatus.CONSUMED:
        raise rules.DirectiveUsed(number=number, field="directive")
    if directive.status != DirectiveStatus.ISSUED or directive.expires_at < clock.now():
        how = "撤销" if directive.status == DirectiveStatus.REVOKED else "过期"
        raise rules.DirectiveOver(number=number, how=how, field="directive")
    if directive.student_id != context.child:
        raise rules.NoDirective(field="directive")
    if directive.contested:
        raise ContestedRecord()
    if (directive.version_now, directive.custodian_id) != (directive.archive_version, directive.from_office_id):
        raise rules.ArchiveChanged(field="directive")
    content = signed_content(directive._mapping)
    if directive.case_id != context.case_id or not encryption.is_signed(content, bytes(directive.signature)):
        raise rules.NoDirective(field="directive")


def _enrolments(context: CaseContext, enrolment: Row, division: str, today: dt.date) -> Iterator[Write]:
    """The open one ends, which also claims it, and the next begins."""
    ended = {
        "standing": Standing.TRANSFERRED,
        "ends_on": max(today, enrolment.starts_on),
        "case_id": context.case_id,
    }
    yield Write(table(Enrolment), ended, {"id": enrolment.id, "ends_on": None}, lost=Stale)
    begun = {
        "student_id": enrolment.student_id,
        "epoch": enrolment.epoch + 1,
        "school_id": context.target,
        "owner_division": division,
        "stage": enrolment.stage,
        "entry_year": enrolment.entry_year,
        "grade": enrolment.grade,
        "school_class_id": class_given(context, enrolment.stage, enrolment.entry_year),
        "standing": Standing.ACTIVE,
        "starts_on": today,
        "case_id": context.case_id,
    }
    yield Write(table(Enrolment), begun)


def _archive(context: CaseContext, directive: Row) -> Iterator[Write]:
    """The archive and what is in it get their new custodian."""
    values = {
        "custodian_id": context.target,
        "owner_division": directive.to_division,
        "version": directive.archive_version + 1,
        "case_id": context.case_id,
    }
    same = {"id": directive.archive_id, "version": directive.archive_version}
    yield Write(table(Archive), values, same, lost=Stale)
    if directive.owner_division != directive.to_division:
        division = {"owner_division": directive.to_division}
        yield Write(table(ArchiveEntry), division, {"archive_id": directive.archive_id})


def _changes(context: CaseContext, enrolment: Row, division: str, today: dt.date) -> Iterator[Write]:
    common = {
        "case_id": context.case_id,
        "student_id": enrolment.student_id,
        "effective_on": today,
        "recorded_at": clock.now(),
    }
    left = {"school": enrolment.school_id, "grade": enrolment.grade, "standing": str(enrolment.standing)}
    joined = {"school": context.target, "grade": enrolment.grade, "standing": Standing.ACTIVE.value}
    out = {
        "epoch": enrolment.epoch,
        "code": "21",
        "school_id": enrolment.school_id,
        "owner_division": enrolment.owner_division,
        "before": left,
        "after": {**left, "standing": Standing.TRANSFERRED.value},
    }
    into = {
        "epoch": enrolment.epoch + 1,
        "code": "22",
        "school_id": context.target,
        "owner_division": division,
        "before": left,
        "after": joined,
    }
    yield Write(table(Change), common | out)
    yield Write(table(Change), common | into)


def consume(directive: Row) -> None:
    """The pull has used it. Raises Stale when somebody else was faster."""
    write_together(consumption(directive))


def consumption(directive: Row) -> Write:
    """The same, to be written."""
    return _end_of(directive.id, DirectiveStatus.CONSUMED, consumed_at=clock.now())


def _end_of(directive_id: int, status: DirectiveStatus, **values: Any) -> Write:
    """issued -> status; Stale when it was no longer issued."""
    same = {"id": directive_id, "status": DirectiveStatus.ISSUED}
    return Write(table(Directive), {"status": status, **values}, same, lost=Stale)


def revoke(directive: Directive, reason: str, *, actor: Actor) -> None:
    """Take back a directive that nobody has used yet. Raises E-DIR-02, E-DIR-03 or E-DIR-06 (not the issuer)."""
    if refusal := rules.why_not_revoke(directive.number, directive.status, directive.issuer_id, actor):
        raise refusal
    write_together(_end_of(directive.id, DirectiveStatus.REVOKED, ended_reason=reason))
    audit.record("directives/revoke", f"directive:{directive.number}", actor=actor, after={"reason": reason})


def expire(directive: Directive, *, actor: Actor) -> None:
    """Let a directive end whose time has run out; done by the clock. Raises Stale when it has ended already."""
    write_together(_end_of(directive.id, DirectiveStatus.EXPIRED, ended_reason="逾期未使用"))
    audit.record("directives/expire", f"directive:{directive.number}", actor=actor)


def give_up_directive(context: CaseContext) -> None:
    """The receiving school hands back the directive it will not use."""
    context.claim()
    lapse(context.case_id, "转入学校放弃转入，交回指令", actor=context.actor)


def lapse(case_id: int, reason: str, *, actor: Actor) -> None:
    """Let the unused directives of a case end for a reason of the case itself."""
    ended = execute(
        sa.update(table(Directive))
        .where(Directive.case_id == case_id, Directive.status == DirectiveStatus.ISSUED)
        .values(status=DirectiveStatus.REVOKED, ended_reason=reason)
        .returning(Directive.number)
    )
    for row in ended:
        audit.record("directives/lapse", f"directive:{row.number}", actor=actor, after={"reason": reason})


def see_unmasked(student: Student, *, actor: Actor, where: str) -> str:
    """The main number in full, for whoever keeps the child; the view is written to the audit."""
    audit.record("students/unmask", f"student:{student.id}", actor=actor, after={"where": where})
    return student.main_number


def directive_in_force(context: CaseContext) -> str:
    """The number of the case's newest directive, for a pull that is tried again; empty when there is none."""
    number: str | None = db.session.scalar(
        sa.select(Directive.number).where(Directive.case_id == context.case_id).order_by(Directive.id.desc()).limit(1)
    )
    return number or ""
