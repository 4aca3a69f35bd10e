"""The September lock: its postponement, its proof, and the proof of whatever is written of a closed cohort."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import orjson
import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import ask_at_commit, db, execute, table
from app.divisions.models import Office
from app.errors import Stale
from app.sequences import insert_for
from app.students.models import Enrolment, Student
from app.students.models.cohorts import LockPostponement, LockSnapshot
from app.students.operations.context import CaseContext
from app.students.queries import locked_since
from app.students.rules.locks import earliest_lock, objections_to_fields, objections_to_postponement

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
# what the lock closes, in the order in which it is hashed; the number itself only as its keyed hash
LOCKED = ("main_number_hash", "name", "sex", "born_on", "ethnic_group", "document_type", "household_division")
AT_ONCE = 2000  # rows read from the database in one piece


def postpone(context: CaseContext) -> None:
    """推迟锁定: the cohort closes at the end of another day. Raises AlreadyLocked (E-LOCK-03) or InvalidInput."""
    context.claim()
    asked, now = context.application, clock.now()
    year, until = asked["year"], dt.date.fromisoformat(asked["until"])
    before = locked_since(year)
    for refusal in objections_to_postponement(year, until, before, now):
        raise refusal
    locks_at = end_of_day(until)
    db.session.add(
        LockPostponement(
            entry_year=year, locks_at=locks_at, basis=asked["basis"], case_id=context.case_id, recorded_at=now
        )
    )
    audit.record(
        "cohorts/postpone_lock",
        f"cohort:{year}",
        actor=context.actor,
        before={"locks_at": before.isoformat()},
        after={"locks_at": locks_at.isoformat(), "case": context.number},
    )


def end_of_day(day: dt.date) -> dt.datetime:
    """24:00 of a day in China, in UTC."""
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), clock.ZONE).astimezone(dt.UTC)


def is_closed(entry_year: int) -> bool:
    """True once that cohort's data have closed, by the clock of this moment."""
    return clock.now() >= locked_since(entry_year)


def check_fields(context: CaseContext, enrolment: Enrolment, fields: Collection[str]) -> None:
    """Raise what the lock says against writing these fields of a child so enrolled now, and again at the commit."""
    entry_year, policy = enrolment.entry_year, context.policy_for(enrolment.stage)

    def ask() -> None:
        since, now, new = locked_since(entry_year), clock.now(), not is_closed(entry_year + 1)
        for objection in objections_to_fields(context.rules_of, fields, policy, since, now, new=new):
            raise objection

    ask()
    ask_at_commit(ask)


def newest_closed_cohort() -> int:
    """The entry year of the cohort that closed last."""
    year = clock.today().year
    return year if is_closed(year) else year - 1


def digests_due() -> tuple[int, list[dict[str, Any]] | None]:
    """Entry year and every school's digest of the newest cohort that has closed; None when they stand already.

    The lock holds without them (the rules ask the clock); they prove later what was locked.
    """
    year = newest_closed_cohort()  # where the one before was never proved, it is now
    return year, None if _is_proved(year) else list(_digests(year))


def _is_proved(year: int) -> bool:
    whole = sa.select(LockSnapshot.id).where(LockSnapshot.entry_year == year, LockSnapshot.school_id.is_(None))
    return db.session.scalar(whole) is not None


def keep_digests(year: int, schools: list[dict[str, Any]], *, actor: Actor) -> int:
    """Write the province's digest and every school's; return how many schools, 0 when somebody was faster.

    A school that has written since the lock proved itself before: what it had then stands. Raises Stale when one does
    so in this very moment.
    """
    now = clock.now()
    kept = {each["code"]: each for each in schools} | _kept_of_schools(year)
    whole = {
        "entry_year": year,
        "digest": _digest_of_schools(kept),
        "children": sum(each["children"] for each in kept.values()),
        "taken_at": now,
    }
    written = db.session.scalar(
        insert_for()(LockSnapshot).values(whole).on_conflict_do_nothing().returning(LockSnapshot.id)
    )
    if written is None:
        return 0
    _keep_of_schools(year, schools, now)
    if _digest_of_schools(_kept_of_schools(year)) != whole["digest"]:
        raise Stale()
    audit.record(
        "cohorts/lock",
        f"cohort:{year}",
        actor=actor,
        after={"digest": whole["digest"], "children": whole["children"], "schools": len(kept)},
    )
    return len(kept)


def _kept_of_schools(year: int) -> dict[str, dict[str, Any]]:
    """The proofs of schools that stand, by code."""
    rows = db.session.execute(
        sa.select(Office.code, LockSnapshot.digest, LockSnapshot.children)
        .join(Office, Office.id == LockSnapshot.school_id)
        .where(LockSnapshot.entry_year == year, LockSnapshot.case_id.is_(None))
    )
    return {row.code: dict(row._mapping) for row in rows}


def _digest_of_schools(schools: Mapping[str, Mapping[str, Any]]) -> str:
    lines = "".join(f"{code} {schools[code]['digest']}\n" for code in sorted(schools))
    return hashlib.sha256(lines.encode()).hexdigest()


def _keep_of_schools(year: int, schools: Sequence[Mapping[str, Any]], now: dt.datetime) -> None:
    columns = ("school_id", "digest", "children")
    rows = [{"entry_year": year, "taken_at": now, **{name: each[name] for name in columns}} for each in schools]
    if rows:
        execute(insert_for()(table(LockSnapshot)).on_conflict_do_nothing(), rows)


def prove_first(entry_year: int, *school_ids: int) -> None:
    """Whoever writes first after a lock keeps the proof of the school before: the first tick may not have come yet.

    To be called before anything of a cohort changes: who belongs to it, or what is known of them.
    """
    if clock.now() < earliest_lock(entry_year) or entry_year < clock.today().year - 1:
        return  # still open at the earliest, or closed so long ago that the proof stands or was never due
    if entry_year != newest_closed_cohort() or _is_proved(entry_year):
        return
    rows = []
    for school_id in sorted(set(school_ids)):
        digest, children = _digest(db.session.execute(_cohort(entry_year, school_id)), {})
        rows.append({"school_id": school_id, "digest": digest, "children": children})
    _keep_of_schools(entry_year, rows, clock.now())


def _digests(year: int) -> Iterator[dict[str, Any]]:
    """Code, id, digest and size of every school's cohort of that year, in the order of the codes."""
    rows = db.session.execute(_cohort(year).execution_options(yield_per=AT_ONCE))
    for (code, school_id), children in groupby(rows, key=lambda row: (row.code, row.school_id)):
        digest, count = _digest(children, {})
        yield {"code": code, "school_id": school_id, "digest": digest, "children": count}


def _cohort(year: int, school_id: int | None = None) -> sa.Select[Any]:
    """The locked fields of a cohort's children in a fixed order: by school, then by the number's hash."""
    query = (
        sa.select(Office.code, Enrolment.school_id, Student.id, *(getattr(Student, name) for name in LOCKED))
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(Office, Office.id == Enrolment.school_id)
        .where(Enrolment.entry_year == year, Enrolment.ends_on.is_(None))
        .order_by(Office.code, Student.main_number_hash)
    )
    return query if school_id is None else query.where(Enrolment.school_id == school_id)


#: by child the fields that a case names, which are left out; None leaves out the child: it is added, or goes
Named = Mapping[int, Collection[str] | None]


def digest_of(year: int, school_id: int, *, without: Named | None = None) -> str:
    """The digest of one school's cohort as it is now, without what a case names."""
    named = without or {}
    rows = list(db.session.execute(_cohort(year, school_id)))
    rows.sort(key=lambda row: (row.id in named, row.id if row.id in named else 0, row.main_number_hash))
    return _digest(rows, named)[0]


def _digest(rows: Any, named: Named) -> tuple[str, int]:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        hidden = named.get(row.id, ())
        if hidden is None:
            continue
        if "main_number" in hidden:
            hidden = (*hidden, "main_number_hash")
        digest.update(orjson.dumps([None if name in hidden else getattr(row, name) for name in LOCKED]) + b"\n")
        count += 1
    return digest.hexdigest(), count


@contextlib.contextmanager
def proved(context: CaseContext, entry_year: int, school_id: int, named: Named) -> Iterator[None]:
    """What the block writes of a closed cohort is proved: the school's new digest, and that of all that is not named.

    Nothing is kept for a cohort that is open. Raises Stale when the rest moved in the same moment.
    """
    if not is_closed(entry_year):
        yield
        return
    prove_first(entry_year, school_id)
    rest = digest_of(entry_year, school_id, without=named)
    yield
    db.session.flush()
    if digest_of(entry_year, school_id, without=named) != rest:
        raise Stale()
    digest, count = _digest(db.session.execute(_cohort(entry_year, school_id)), {})
    db.session.execute(
        sa.insert(LockSnapshot).values(
            entry_year=entry_year,
            school_id=school_id,
            digest=digest,
            rest=rest,
            children=count,
            case_id=context.case_id,
            taken_at=clock.now(),
        )
    )
