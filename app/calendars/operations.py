"""Taking in a year's notice."""

from __future__ import annotations

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


def import_year(year: int, notice: str, text: str, *, actor: Actor) -> Reading:
    """Take in the calendar of this year or the next; an earlier import of it is replaced, both stand in the audit.

    Deadlines that were set before keep their day. Raises Objected.
    """
    reading = checked(year, notice, text)
    days = {day.isoformat(): works for day, works in reading.exceptions.items()}
    present = db.session.get(CalendarYear, year, with_for_update=True)
    before = {"notice": present.notice, "days": len(present.days)} if present else None
    row = present or CalendarYear(year=year)
    row.notice, row.days, row.text = notice, days, text
    row.imported_at, row.imported_by = clock.now(), actor.name
    db.session.add(row)
    after = {"notice": notice, "days": len(days)}
    audit.record("calendar/import", f"year:{year}", actor=actor, before=before, after=after)
    return reading
