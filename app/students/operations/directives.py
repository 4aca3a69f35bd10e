"""A bureau signs: the row of a directive, its number and its signature. Core statements: this is the hot path."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa

from app import audit, clock, encryption
from app.database import table, write_later
from app.divisions.models import Office
from app.sequences import next_with
from app.students.models import (
    Archive,
    Directive,
    DirectiveKind,
    DirectiveStatus,
    Enrolment,
)
from app.students.operations.context import CaseContext
from app.students.rules import directives as rules
from app.writes import Write

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
LIFE_OF_A_DIRECTIVE = 60  # days, where the policy table is silent


LETTER = {DirectiveKind.ALLOW_TRANSFER: "T", DirectiveKind.ALLOW_OUTSIDE: "W"}


def issue_directive(context: CaseContext, kind: DirectiveKind = DirectiveKind.ALLOW_TRANSFER) -> str:
    """Sign a directive of that kind for this child and school; return its number.

    It is written with what else the transaction writes. Raises NotTheIssuer (E-DIR-06) when the actor's office is not
    the superior of whoever keeps the archive; then DirectedElsewhere (E-DIR-07) when another directive for it is in
    force.
    """
    context.claim()
    now = clock.now()
    series = sequence_of(context, kind, now)
    place, (archive,) = next_with(series, _archive_of(context.child))
    if context.actor.office_id != archive.superior:
        raise rules.NotTheIssuer()
    days = context.policy_for(archive.stage).get("directive_days", LIFE_OF_A_DIRECTIVE)
    expires_at = clock.end_of(clock.local(now).date() + dt.timedelta(days=days))
    issued = signed_row(context, archive, kind, f"{series}-{place:06d}", context.child, now, expires_at)
    write_later(
        Write(
            table(Directive),
            issued,
            same_by=("archive_id",),
            same_if="status = 'issued'",
            lost=lambda: rules.DirectedElsewhere(names="该生"),
        )
    )
    audit.record(
        "directives/issue",
        f"directive:{issued['number']}",
        actor=context.actor,
        after={"case": context.number, "to_school": context.target},
    )
    return str(issued["number"])


def _archive_of(student_id: int) -> sa.Select[Any]:
    """The archive with its custodian, the bureau that may sign for it, and the stage in which the child is or was last
    enrolled, to be read.
    """
    archive, office, enrolment = table(Archive), table(Office), table(Enrolment)
    last = sa.select(enrolment.c.stage).where(enrolment.c.student_id == student_id)
    return (
        sa.select(
            archive.c.id,
            archive.c.version,
            archive.c.custodian_id,
            sa.case((office.c.kind == "school", office.c.superior_id), else_=office.c.id).label("superior"),
            last.order_by(enrolment.c.epoch.desc()).limit(1).scalar_subquery().label("stage"),
        )
        .select_from(archive.join(office, office.c.id == archive.c.custodian_id))
        .where(archive.c.student_id == student_id)
    )


def sequence_of(context: CaseContext, kind: DirectiveKind, now: dt.datetime) -> str:
    """Under which the actor's office numbers its directives of that kind and year: T2026-330212."""
    return f"{LETTER[kind]}{clock.local(now).year}-{context.actor.office_code}"


def signed_row(
    context: CaseContext,
    archive: Any,
    kind: DirectiveKind,
    number: str,
    child: int,
    now: dt.datetime,
    expires_at: dt.datetime,
) -> dict[str, Any]:
    """A directive of the actor's office for this child, archive and receiving school, with its signature."""
    row = {
        "number": number,
        "kind": kind,
        "status": DirectiveStatus.ISSUED,
        "student_id": child,
        "archive_id": archive.id,
        "archive_version": archive.version,
        "from_office_id": archive.custodian_id,
        "to_school_id": context.target,
        "issuer_id": context.actor.office_id,
        "issued_by": context.actor.user_id,
        "case_id": context.case_id,
        "issued_at": now,
        "expires_at": expires_at,
        "ended_reason": "",
    }
    return {**row, "signature": encryption.sign(signed_content(row))}


def signed_content(row: Mapping[str, Any]) -> bytes:
    """What a directive's signature covers: its number, child, archive and version, schools, issuer, case, dates."""
    names = ("number", "kind", "student_id", "archive_id", "archive_version", "from_office_id", "to_school_id")
    content = {name: row[name] for name in (*names, "issuer_id", "issued_by", "case_id")}
    content |= {name: row[name].astimezone(dt.UTC).isoformat() for name in ("issued_at", "expires_at")}
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
