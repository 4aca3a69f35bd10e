"""The September lock at work: its proof at the first tick, its postponement, the proof of a correction after it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

import orjson
import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.series import insert_for
from app.students.cohorts import LockPostponement, LockSnapshot
from app.students.models import Enrolment, Student
from app.students.operations.proceeding import Proceeding
from app.students.queries import locked_since
from app.students.rules.locks import objections_to_postponement

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
# what the lock closes, in the order in which it is hashed; the number itself only as its keyed hash
LOCKED = ("main_number_hash", "name", "sex", "born_on", "ethnic_group", "document_type", "household_division")
AT_ONCE = 2000  # rows read from the database in one piece


def postpone(proceeding: Proceeding) -> None:
    """推迟锁定: the cohort closes at the end of another day. Raises AlreadyLocked (E-LOCK-03) or InvalidInput."""
    proceeding.claim()
    asked, now = proceeding.application, clock.now()
    year, until = asked["year"], dt.date.fromisoformat(asked["until"])
    before = locked_since(year)
    for refusal in objections_to_postponement(year, until, before, now):
        raise refusal
    locks_at = end_of_day(until)
    db.session.add(
        LockPostponement(
            entry_year=year, locks_at=locks_at, basis=asked["basis"], case_id=proceeding.case_id, recorded_at=now
        )
    )
    audit.record(
        "cohorts/postpone_lock",
        f"cohort:{year}",
        actor=proceeding.actor,
        before={"locks_at": before.isoformat()},
        after={"locks_at": locks_at.isoformat(), "case": proceeding.number},
    )


def end_of_day(day: dt.date) -> dt.datetime:
    """24:00 of a day in China, in UTC."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), clock.ZONE).astimezone(dt.UTC)


def digests_due() -> tuple[int, list[dict[str, Any]]]:
    """Entry year and every school's digest of the newest cohort that has closed; no digests when they stand already.

    The lock holds without them (the rules ask the clock); they prove later what was locked.
    """
    now = clock.now()
    year = clock.local(now).year
    if locked_since(year) > now:
        year -= 1  # the one before has closed; where it was never proved, it is now
    proved = db.session.scalar(
        sa.select(LockSnapshot.id).where(LockSnapshot.entry_year == year, LockSnapshot.school_id.is_(None))
    )
    return year, [] if proved else list(_digests(year))


def keep_digests(year: int, schools: list[dict[str, Any]], *, actor: Actor) -> int:
    """Write the province's digest and every school's; return how many schools, 0 when somebody was faster."""
    now = clock.now()
    lines = "".join(f"{school.pop('code')} {school['digest']}\n" for school in schools)
    whole = {
        "entry_year": year,
        "digest": hashlib.sha256(lines.encode()).hexdigest(),
        "children": sum(school["children"] for school in schools),
        "taken_at": now,
    }
    written = db.session.scalar(
        insert_for()(LockSnapshot).values(whole).on_conflict_do_nothing().returning(LockSnapshot.id)
    )
    if written is None:
        return 0
    db.session.execute(sa.insert(LockSnapshot), [{"entry_year": year, "taken_at": now, **each} for each in schools])
    audit.record(
        "cohorts/lock",
        f"cohort:{year}",
        actor=actor,
        after={"digest": whole["digest"], "children": whole["children"], "schools": len(schools)},
    )
    return len(schools)


def _digests(year: int) -> Iterator[dict[str, Any]]:
    """Code, id, digest and size of every school's cohort of that year, in the order of the codes."""
    rows = db.session.execute(_cohort(year).execution_options(yield_per=AT_ONCE))
    for (code, school_id), children in groupby(rows, key=lambda row: (row.code, row.school_id)):
        digest, count = _digest(children, None)
        yield {"code": code, "school_id": school_id, "digest": digest, "children": count}


def _cohort(year: int) -> sa.Select[Any]:
    """The locked fields of a cohort's children in a fixed order: by school, then by the number's hash."""
    return (
        sa.select(Office.code, Enrolment.school_id, Student.id, *(getattr(Student, name) for name in LOCKED))
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(Office, Office.id == Enrolment.school_id)
        .where(Enrolment.entry_year == year, Enrolment.ends_on.is_(None))
        .order_by(Office.code, Student.main_number_hash)
    )


def digest_of(year: int, school_id: int, *, without: tuple[int, Collection[str]] | None = None) -> str:
    """The digest of one school's cohort as it is now; `without` leaves named fields of one child out."""
    rows = list(db.session.execute(_cohort(year).where(Enrolment.school_id == school_id)))
    if without:  # a new number would move the child among the others
        rows.sort(key=lambda row: (row.id == without[0], row.main_number_hash))
    return _digest(rows, without)[0]


def _digest(rows: Any, without: tuple[int, Collection[str]] | None) -> tuple[str, int]:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        hidden = without[1] if without and row.id == without[0] else ()
        if "main_number" in hidden:
            hidden = (*hidden, "main_number_hash")
        digest.update(orjson.dumps([None if name in hidden else getattr(row, name) for name in LOCKED]) + b"\n")
        count += 1
    return digest.hexdigest(), count


def record_correction(proceeding: Proceeding, year: int, school_id: int, rest: str) -> None:
    """Keep the school's new digest beside the one of all that the case did not name."""
    rows = list(db.session.execute(_cohort(year).where(Enrolment.school_id == school_id)))
    digest, count = _digest(rows, None)
    db.session.add(
        LockSnapshot(
            entry_year=year,
            school_id=school_id,
            digest=digest,
            rest=rest,
            children=count,
            case_id=proceeding.case_id,
            taken_at=clock.now(),
        )
    )
