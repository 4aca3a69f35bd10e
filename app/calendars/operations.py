"""Taking in a year's notice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from app import audit, clock
from app.access import Actor
from app.calendars.models import CalendarYear
from app.calendars.rules import Reading, read_notice
from app.database import db
from app.errors import InvalidInput, Objected

LONGEST = 10_000  # characters of a notice


def checked(year: int, notice: str, text: str) -> Reading:
    """The notice as it was read. Raises Objected with everything that does not hold."""
    this = clock.today().year
    faults = []
    if not 4 <= len(notice) <= 60 or not notice.isprintable():
        faults.append(InvalidInput(sentence="请填写通知的文号，如“国办发明电〔2026〕7 号”。", field="notice"))
    if len(text) > LONGEST:
        faults.append(InvalidInput(sentence=f"通知全文不能超过 {LONGEST} 字。", field="text"))
    if year not in (this, this + 1):
        raise Objected([InvalidInput(sentence=f"只能导入 {this} 年或 {this + 1} 年的日历。", field="year"), *faults])
    reading = read_notice(text[:LONGEST], year)
    if faults or reading.faults:
        raise Objected([*faults, *reading.objections])
    return reading


def changed_days(year: int, exceptions: Mapping[dt.date, bool]) -> dict[str, bool]:
    """The days of that year, from tomorrow on, which the exceptions make worked or free: whether each was worked."""
    first = max(dt.date(year, 1, 1), clock.today() + dt.timedelta(days=1))
    days = (first + dt.timedelta(days=each) for each in range((dt.date(year, 12, 31) - first).days + 1))
    return {
        day.isoformat(): clock.is_working_day(day)
        for day in days
        if clock.is_working_day(day) != exceptions.get(day, day.weekday() < 5)
    }


def import_year(year: int, notice: str, text: str, *, actor: Actor) -> Reading:
    """Take in the calendar of this year or the next; an earlier import of it is replaced, both stand in the audit.

    Deadlines set before that lie behind a day which changes are moved by the clock (`cases.operations.deadlines`).
    Raises Objected.
    """
    reading = checked(year, notice, text)
    days = {day.isoformat(): works for day, works in reading.exceptions.items()}
    present = db.session.get(CalendarYear, year, with_for_update=True)
    before = {"notice": present.notice, "days": len(present.days)} if present else None
    row = present or CalendarYear(year=year)
    row.notice, row.days, row.text = notice, days, text
    waiting = (row.moves or {}).get("days", {})  # of an import that has not been worked yet: what was before it
    differs = {**changed_days(year, reading.exceptions), **waiting}
    row.moves = {"days": differs, "after": 0} if differs else None
    row.imported_at, row.imported_by = clock.now(), actor.name
    db.session.add(row)
    after = {"notice": notice, "days": len(days)}
    audit.record("calendar/import", f"year:{year}", actor=actor, before=before, after=after)
    return reading
