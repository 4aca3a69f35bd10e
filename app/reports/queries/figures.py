"""What was counted, by office and day: the sums, and the entries that nobody has added up yet.

Read from the figures kept as things happen (`app/cases/models/figures.py`), never from the tables that grow.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.cases.models import Figure, FigureEntry, FigureKind
from app.cases.rules.durations import working_days
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import beneath

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Span:
    """The days that are counted, both included; None: without a bound."""

    since: dt.date | None = None
    until: dt.date | None = None

    def of(self, day: Any) -> list[sa.ColumnElement[bool]]:
        """As conditions on a column."""
        bounds = []
        if self.since is not None:
            bounds.append(day >= self.since)
        if self.until is not None:
            bounds.append(day <= self.until)
        return bounds


ALWAYS = Span()


def offices_right_below(office: Office) -> Sequence[Office]:
    """The offices of which a bureau's table has a line, in the order of their codes."""
    return db.session.scalars(sa.select(Office).where(Office.superior_id == office.id).order_by(Office.code)).all()


def counted(
    office: Office, kind: FigureKind, by: Sequence[str], span: Span = ALWAYS, *, with_below: bool = True
) -> Counter[Key]:
    """How often it happened, by these columns (`day`, `process_key`, `key`, `code`, `days`; the last comes last).

    with_below -- at all that the office governs, itself included; else at the office alone
    """
    sums = (
        sa.select(*_of_sum(by), sa.func.sum(Figure.count))
        .where(
            Figure.office_id == office.id,
            Figure.with_below == with_below,
            Figure.kind == kind.value,
            *span.of(Figure.day),
        )
        .group_by(*_of_sum(by))
    )
    place = beneath(office.path) if with_below else Office.id == office.id
    return _merged(sums, _entries(kind, by, span).where(place).group_by(*_of_entry(by)), by)


def counted_below(office: Office, kind: FigureKind, by: Sequence[str], span: Span = ALWAYS) -> Counter[Key]:
    """The same for each office right below with what it governs; the office's id comes before the columns."""
    below = sa.orm.aliased(Office)
    sums = (
        sa.select(below.id, *_of_sum(by), sa.func.sum(Figure.count))
        .join(Figure, Figure.office_id == below.id)
        .where(below.superior_id == office.id, Figure.with_below, Figure.kind == kind.value, *span.of(Figure.day))
        .group_by(below.id, *_of_sum(by))
    )
    entries = _entries(kind, by, span, below.id).join(below, beneath(below.path)).where(below.superior_id == office.id)
    return _merged(sums, entries.group_by(below.id, *_of_entry(by)), by)


def _entries(kind: FigureKind, by: Sequence[str], span: Span, *first: Any) -> sa.Select[Any]:
    return (
        sa.select(*first, *_of_entry(by), sa.func.sum(FigureEntry.count))
        .select_from(FigureEntry)
        .join(Office, Office.id == FigureEntry.office_id)
        .where(FigureEntry.kind == kind.value, *span.of(FigureEntry.day))
    )


def _of_sum(by: Sequence[str]) -> list[Any]:
    return [getattr(Figure, name) for name in by]


def _of_entry(by: Sequence[str]) -> list[Any]:
    """The same columns of an entry, of which the working days are still to be counted."""
    plain = [getattr(FigureEntry, name) for name in by if name != "days"]
    return [*plain, FigureEntry.since, FigureEntry.day] if "days" in by else plain


def _merged(sums: sa.Select[Any], entries: sa.Select[Any], by: Sequence[str]) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for *key, count in db.session.execute(sums):
        found[tuple(key)] += count or 0  # of no rows at all the sum is nothing
    for *key, count in db.session.execute(entries):
        if "days" in by:
            *key, since, day = key
            key.append(working_days(since, day))
        found[tuple(key)] += count or 0
    return +found  # what ended as often as it came is not there
