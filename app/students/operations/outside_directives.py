"""允许外招: the source bureau signs for many archives in one act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.bulk import among, insert_rows
from app.database import db, execute, table
from app.divisions.models import Office
from app.sequences import next_in
from app.students.models import Archive, Directive, DirectiveKind, DirectiveStatus
from app.students.operations.context import CaseContext
from app.students.operations.directives import LIFE_OF_A_DIRECTIVE, sequence_of, signed_row
from app.students.rules import directives as rules
from app.students.rules.registration import stands_in

LAST_DAY = (9, 30)  # of the entry year: the cohort closes


def issue_outside_to_many(context: CaseContext, children: Sequence[int], entry_year: int) -> Mapping[int, int]:
    """Sign one *allow outside* directive per archive; return the directive's id by child.

    In force until the cohort closes; signed after that, for sixty days.
    Raises NotTheIssuer (E-DIR-06) when an archive is not kept in the area of the actor's office, DirectedElsewhere
    (E-DIR-07) when another directive for one of them is in force.
    """
    context.claim()
    if not children:
        return {}
    archives = db.session.scalars(
        sa.select(Archive)
        .where(among(Archive.student_id, children))
        .options(sa.orm.joinedload(Archive.custodian))
        .execution_options(populate_existing=True)
    ).all()
    issuer = db.session.get_one(Office, context.actor.office_id)
    if len(archives) != len(set(children)) or not all(stands_in(issuer, each.custodian) for each in archives):
        raise rules.NotTheIssuer()
    _check_undirected(archives)
    rows = list(_rows(context, archives, entry_year))
    try:
        insert_rows(table(Directive), rows)
    except sa.exc.IntegrityError as error:  # somebody has signed for one of them since we looked
        raise rules.DirectedElsewhere(names="名单中有学生") from error
    for row in rows:
        audit.record(
            "directives/issue",
            f"directive:{row['number']}",
            actor=context.actor,
            after={"case": context.number, "to_school": context.target},
        )
    numbers = [row["number"] for row in rows]
    issued = execute(sa.select(Directive.student_id, Directive.id).where(among(Directive.number, numbers)))
    return dict(issued.all())


def _check_undirected(archives: Sequence[Archive]) -> None:
    live = sa.select(Directive.archive_id).where(
        among(Directive.archive_id, [each.id for each in archives]), Directive.status == DirectiveStatus.ISSUED
    )
    if directed := set(db.session.scalars(live)):
        names = "、".join(each.student.name for each in archives if each.id in directed)
        raise rules.DirectedElsewhere(names=names)


def _rows(context: CaseContext, archives: Sequence[Archive], entry_year: int) -> Sequence[dict[str, Any]]:
    now, today = clock.now(), clock.today()
    closes = dt.date(entry_year, *LAST_DAY)
    expires = clock.end_of(closes if today <= closes else today + dt.timedelta(days=LIFE_OF_A_DIRECTIVE))
    series = sequence_of(context, DirectiveKind.ALLOW_OUTSIDE, now)
    first = next_in(series, len(archives))
    return [
        signed_row(context, each, DirectiveKind.ALLOW_OUTSIDE, f"{series}-{number:06d}", each.student_id, now, expires)
        for number, each in enumerate(sorted(archives, key=lambda each: each.student_id), start=first)
    ]
