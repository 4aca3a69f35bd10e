"""Changes of one child's enrolment: suspension, resumption, withdrawal … each in the transaction of its decision.

Every verb asks the matrix again (the case was opened days ago), writes the enrolment, its change entry and the audit.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.database import db
from app.divisions.models import Office
from app.errors import Stale
from app.schools.models import SchoolClass, Stage, entry_year_of
from app.schools.operations import free_seat, take_seat
from app.sequences import next_in
from app.students.models import OPEN_STANDINGS, Archive, Change, Enrolment, Standing, Suspension
from app.students.operations.context import CaseContext
from app.students.operations.effective_days import effective_day
from app.students.operations.locking import prove_first
from app.students.rules.changes import LeftMeanwhile
from app.students.rules.transitions import objection_to_change

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


def open_enrolment(context: CaseContext) -> Row:
    """The child's open enrolment, locked, once the matrix has allowed this process from its standing.

    Raises NotInThisStanding or NoWithdrawal; Stale when the child has left meanwhile.
    """
    context.claim()
    enrolment = db.session.execute(
        sa.select(*Enrolment.__table__.columns)
        .where(Enrolment.student_id == context.student_id, Enrolment.ends_on.is_(None))
        .with_for_update()
    ).one_or_none()
    if enrolment is None:
        raise Stale()
    refusal = objection_to_change(context.rules_of, context.profile, enrolment.stage, enrolment.standing)
    if refusal:
        raise refusal
    return enrolment


def change(context: CaseContext, enrolment: Row, code: str, *, on: dt.date, **values: Any) -> None:
    """Write new values into the enrolment with its change entry (`code` after JY/T 1001) and the audit.

    on -- the day from which it holds; an ended standing closes the enrolment on that day, or on its first one where a
    registered child leaves before it. Raises Stale.
    """
    if values.get("standing", enrolment.standing) not in OPEN_STANDINGS:
        values["ends_on"] = max(on, enrolment.starts_on)
    for entry_year in {enrolment.entry_year, values.get("entry_year", enrolment.entry_year)}:
        prove_first(entry_year, enrolment.school_id)
    written = db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.ends_on.is_(None))
        .values(**values, case_id=context.case_id)
    )
    if written.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale()
    before = {name: plain(getattr(enrolment, name)) for name in values}
    after = {name: plain(value) for name, value in values.items()}
    write_change(context, enrolment.epoch, enrolment.school_id, enrolment.owner_division, code, on, before, after)


def write_change(
    context: CaseContext,
    epoch: int,
    school_id: int,
    division: str,
    code: str,
    on: dt.date,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    reverses_id: int | None = None,
) -> None:
    """One entry of the child's changes (学籍异动), never altered afterwards, and the audit of it.

    reverses_id -- the entry that this one takes back.
    """
    db.session.execute(
        sa.insert(Change).values(
            case_id=context.case_id,
            student_id=context.student_id,
            epoch=epoch,
            code=code,
            school_id=school_id,
            owner_division=division,
            effective_on=on,
            recorded_at=clock.now(),
            before=before,
            after=after,
            reverses_id=reverses_id,
        )
    )
    audit.record(
        f"enrolments/{context.process}",
        f"student:{context.student_id}",
        actor=context.actor,
        before=before,
        after={**after, "code": code, "case": context.number},
    )


def plain(value: Any) -> Any:
    """A value as change entries and the audit keep it."""
    return value.isoformat() if isinstance(value, dt.date) else str(value) if isinstance(value, Standing) else value


# ── suspension and resumption ────────────────────────────────────────────────────────────────────────────────────────


def suspend(context: CaseContext) -> None:
    """休学: active -> suspended, with its certificate (code 11). The seat stays the child's."""
    enrolment = open_enrolment(context)
    starts_on = effective_day(context, "starts_on", enrolment)
    change(context, enrolment, "11", on=starts_on, standing=Standing.SUSPENDED)
    _certify(context, enrolment, starts_on)


def renew_suspension(context: CaseContext) -> None:
    """续休: the suspension is prolonged from now on, by a certified interval that follows the last one (code ZH)."""
    enrolment, today = open_enrolment(context), clock.today()
    last = db.session.scalar(sa.select(sa.func.max(Suspension.ends_on)).where(Suspension.enrolment_id == enrolment.id))
    starts_on = last or today
    change(context, enrolment, "ZH", on=min(starts_on, today), standing=Standing.SUSPENDED)
    _certify(context, enrolment, starts_on)


def _certify(context: CaseContext, enrolment: Row, starts_on: dt.date) -> None:
    """The row behind a 休学证书, until the day asked for; its number runs per school and year."""
    school = db.session.scalar(sa.select(Office.code).where(Office.id == enrolment.school_id))
    key = f"X{clock.today().year}-{school}"
    db.session.execute(
        sa.insert(Suspension).values(
            enrolment_id=enrolment.id,
            student_id=enrolment.student_id,
            certificate=f"{key}-{next_in(key):04d}",
            starts_on=starts_on,
            ends_on=dt.date.fromisoformat(context.application["ends_on"]),
            reason=context.application.get("explanation", "")[:200],
            case_id=context.case_id,
        )
    )


def resume(context: CaseContext) -> None:
    """复学: suspended -> active in a fitting grade and class (code 12). Raises NoSeat for a cohort that is full."""
    enrolment = open_enrolment(context)
    on = effective_day(context, "resumes_on", enrolment)
    grade = context.application["grade"]
    entry_year = entry_year_of(grade, clock.school_year(clock.today()))
    values = _into_cohort(enrolment, grade, entry_year)
    if number := context.application.get("school_class"):
        values["school_class_id"] = class_of(enrolment.school_id, enrolment.stage, entry_year, number)
    change(context, enrolment, "12", on=on, standing=Standing.ACTIVE, **values)
    end_suspensions(enrolment.id, on)


def end_suspensions(enrolment_id: int, on: dt.date) -> None:
    """No interval of this enrolment runs on."""
    db.session.execute(
        sa.update(Suspension)
        .where(Suspension.enrolment_id == enrolment_id, Suspension.ended_on.is_(None))
        .values(ended_on=on)
    )


def _into_cohort(enrolment: Row, grade: str, entry_year: int) -> dict[str, Any]:
    """Grade and entry year, the seat moved to the other cohort where it is another. Raises NoSeat."""
    values: dict[str, Any] = {}
    if grade != enrolment.grade:
        values["grade"] = grade
    if entry_year != enrolment.entry_year:
        take_seat(enrolment.school_id, enrolment.stage, entry_year)
        free_seat(enrolment.school_id, enrolment.stage, enrolment.entry_year)
        values |= {"entry_year": entry_year, "school_class_id": None}
    return values


# ── grade ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def skip(context: CaseContext) -> None:
    """跳级: one grade up at once, into the cohort before (code 04). Raises NoSeat."""
    enrolment = open_enrolment(context)
    values = _into_cohort(enrolment, str(int(enrolment.grade) + 1), enrolment.entry_year - 1)
    change(context, enrolment, "04", on=clock.today(), **values)


def repeat(context: CaseContext) -> None:
    """留级: into the cohort after; the next promotion leaves the grade as it is (code 02). Raises NoSeat."""
    enrolment = open_enrolment(context)
    values = _into_cohort(enrolment, enrolment.grade, enrolment.entry_year + 1)
    change(context, enrolment, "02", on=clock.today(), **values)


def change_class(context: CaseContext) -> None:
    """转班级 (code 29): another class of the same cohort, opened when it is not there yet."""
    enrolment = open_enrolment(context)
    number = context.application["school_class"]
    target = class_of(enrolment.school_id, enrolment.stage, enrolment.entry_year, number)
    change(context, enrolment, "29", on=clock.today(), school_class_id=target)


def class_of(school_id: int, stage: Stage, entry_year: int, number: int) -> int:
    """The id of a class of a cohort, opened when it is not there yet."""
    where = (SchoolClass.school_id == school_id, SchoolClass.stage == stage, SchoolClass.entry_year == entry_year)
    known = db.session.scalar(sa.select(SchoolClass.id).where(*where, SchoolClass.number == number))
    if known is not None:
        return known
    opened = SchoolClass(school_id=school_id, stage=stage, entry_year=entry_year, number=number)
    db.session.add(opened)
    db.session.flush()  # whoever joins it points at it
    return opened.id


def class_given(context: CaseContext, stage: Stage, entry_year: int) -> int | None:
    """The class into which whoever pulls puts the child; none where it is not known yet: the school's roll says so."""
    number = context.form.get("school_class")
    return class_of(context.target, stage, entry_year, number) if number else None


# ── leaving ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def leave(context: CaseContext, enrolment: Row, standing: Standing, code: str, on: dt.date) -> None:
    """End the open enrolment and free its seat."""
    change(context, enrolment, code, on=on, standing=standing)
    free_seat(enrolment.school_id, enrolment.stage, enrolment.entry_year)
    end_suspensions(enrolment.id, on)


def withdraw(context: CaseContext) -> None:
    """退学 (code 31); the archive stays at the school. Raises E-RULE-WDR where the law knows no withdrawal."""
    enrolment = open_enrolment(context)
    leave(context, enrolment, Standing.WITHDRAWN, "31", effective_day(context, "leaves_on", enrolment))


def decease(context: CaseContext) -> None:
    """死亡注销 (code 51). Raises LeftMeanwhile when another school keeps the child by now."""
    enrolment = open_enrolment(context)
    if enrolment.school_id != context.applicant_office_id:
        raise LeftMeanwhile(school=db.session.scalar(sa.select(Office.name).where(Office.id == enrolment.school_id)))
    leave(context, enrolment, Standing.DECEASED, "51", effective_day(context, "died_on", enrolment))


def go_abroad(context: CaseContext) -> None:
    """出境 (code ZC): the archive goes to the school's superior, which keeps it until the child is back."""
    enrolment = open_enrolment(context)
    leave(context, enrolment, Standing.ABROAD, "ZC", effective_day(context, "leaves_on", enrolment))
    superior = db.session.scalar(sa.select(Office.superior_id).where(Office.id == enrolment.school_id))
    move_archive(context, superior)


def move_archive(context: CaseContext, custodian_id: int | None) -> None:
    """Another custodian of the child's archive; directives made out for its earlier state lapse by its version."""
    db.session.execute(
        sa.update(Archive)
        .where(Archive.student_id == context.student_id)
        .values(custodian_id=custodian_id, version=Archive.version + 1, case_id=context.case_id)
    )


def drop_out(context: CaseContext) -> None:
    """辍学登记 (code ZA): the record is kept, the seat too."""
    enrolment = open_enrolment(context)
    on = effective_day(context, "left_on", enrolment)
    change(context, enrolment, "ZA", on=on, standing=Standing.DROPPED_OUT)


def return_to_school(context: CaseContext) -> None:
    """辍学返校 (code ZB)."""
    enrolment = open_enrolment(context)
    on = effective_day(context, "returned_on", enrolment)
    change(context, enrolment, "ZB", on=on, standing=Standing.ACTIVE)
