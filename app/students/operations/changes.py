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
from app.series import next_in
from app.students.models import Archive, Change, Enrolment, Standing, Suspension
from app.students.operations.proceeding import Proceeding
from app.students.rules.changes import LeftMeanwhile
from app.students.rules.lawful import objection_to_change

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name


def open_enrolment(proceeding: Proceeding) -> Row:
    """The child's open enrolment, locked, once the matrix has allowed this process from its standing.

    Raises NotInThisStanding or NoWithdrawal; Stale when the child has left meanwhile.
    """
    proceeding.claim()
    enrolment = db.session.execute(
        sa.select(*Enrolment.__table__.columns)
        .where(Enrolment.student_id == proceeding.student_id, Enrolment.ends_on.is_(None))
        .with_for_update()
    ).one_or_none()
    if enrolment is None:
        raise Stale()
    refusal = objection_to_change(proceeding.process, proceeding.profile, enrolment.stage, enrolment.standing)
    if refusal:
        raise refusal
    return enrolment


def change(proceeding: Proceeding, enrolment: Row, code: str, *, on: dt.date, **values: Any) -> None:
    """Write new values into the enrolment with its change entry (`code` after JY/T 1001) and the audit.

    on -- the day from which it holds; an ended standing closes the enrolment on that day. Raises Stale.
    """
    if values.get("standing", enrolment.standing) not in ("active", "suspended", "dropped_out"):
        values["ends_on"] = max(on, enrolment.starts_on)
    written = db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.id == enrolment.id, Enrolment.ends_on.is_(None))
        .values(**values, case_id=proceeding.case_id)
    )
    if written.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale()
    before = {name: plain(getattr(enrolment, name)) for name in values}
    after = {name: plain(value) for name, value in values.items()}
    write_change(proceeding, enrolment.epoch, enrolment.school_id, enrolment.owner_division, code, on, before, after)


def write_change(
    proceeding: Proceeding,
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
            case_id=proceeding.case_id,
            student_id=proceeding.student_id,
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
        f"enrolments/{proceeding.process}",
        f"student:{proceeding.student_id}",
        actor=proceeding.actor,
        before=before,
        after={**after, "code": code, "case": proceeding.number},
    )


def plain(value: Any) -> Any:
    """A value as change entries and the audit keep it."""
    return value.isoformat() if isinstance(value, dt.date) else str(value) if isinstance(value, Standing) else value


def _asked_day(proceeding: Proceeding, name: str) -> dt.date:
    return dt.date.fromisoformat(proceeding.application[name])


# ── suspension and resumption ────────────────────────────────────────────────────────────────────────────────────────


def suspend(proceeding: Proceeding) -> None:
    """休学: active -> suspended, with its certificate (code 11). The seat stays the child's."""
    enrolment = open_enrolment(proceeding)
    starts_on, ends_on = _asked_day(proceeding, "starts_on"), _asked_day(proceeding, "ends_on")
    change(proceeding, enrolment, "11", on=starts_on, standing=Standing.SUSPENDED)
    _certify(proceeding, enrolment, starts_on, ends_on)


def renew_suspension(proceeding: Proceeding) -> None:
    """续休: a further certified interval that follows the last one (code ZH)."""
    enrolment = open_enrolment(proceeding)
    last = db.session.scalar(sa.select(sa.func.max(Suspension.ends_on)).where(Suspension.enrolment_id == enrolment.id))
    starts_on = last or clock.today()
    change(proceeding, enrolment, "ZH", on=starts_on, standing=Standing.SUSPENDED)
    _certify(proceeding, enrolment, starts_on, _asked_day(proceeding, "ends_on"))


def _certify(proceeding: Proceeding, enrolment: Row, starts_on: dt.date, ends_on: dt.date) -> None:
    """The row behind a 休学证书; its number runs per school and year."""
    school = db.session.scalar(sa.select(Office.code).where(Office.id == enrolment.school_id))
    key = f"X{clock.today().year}-{school}"
    db.session.execute(
        sa.insert(Suspension).values(
            enrolment_id=enrolment.id,
            student_id=enrolment.student_id,
            certificate=f"{key}-{next_in(key):04d}",
            starts_on=starts_on,
            ends_on=ends_on,
            reason=proceeding.application.get("explanation", "")[:200],
            case_id=proceeding.case_id,
        )
    )


def resume(proceeding: Proceeding) -> None:
    """复学: suspended -> active in a fitting grade and class (code 12). Raises NoSeat for a cohort that is full."""
    enrolment, on = open_enrolment(proceeding), _asked_day(proceeding, "resumes_on")
    grade = proceeding.application["grade"]
    entry_year = entry_year_of(grade, clock.school_year(clock.today()))
    values = _into_cohort(enrolment, grade, entry_year)
    if number := proceeding.application.get("school_class"):
        values["school_class_id"] = class_of(enrolment.school_id, enrolment.stage, entry_year, number)
    change(proceeding, enrolment, "12", on=on, standing=Standing.ACTIVE, **values)
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


def skip(proceeding: Proceeding) -> None:
    """跳级: one grade up at once, into the cohort before (code 04). Raises NoSeat."""
    enrolment = open_enrolment(proceeding)
    values = _into_cohort(enrolment, str(int(enrolment.grade) + 1), enrolment.entry_year - 1)
    change(proceeding, enrolment, "04", on=clock.today(), **values)


def repeat(proceeding: Proceeding) -> None:
    """留级: into the cohort after; the next promotion leaves the grade as it is (code 02). Raises NoSeat."""
    enrolment = open_enrolment(proceeding)
    values = _into_cohort(enrolment, enrolment.grade, enrolment.entry_year + 1)
    change(proceeding, enrolment, "02", on=clock.today(), **values)


def change_class(proceeding: Proceeding) -> None:
    """转班级 (code 29): another class of the same cohort, opened when it is not there yet."""
    enrolment = open_enrolment(proceeding)
    number = proceeding.application["school_class"]
    target = class_of(enrolment.school_id, enrolment.stage, enrolment.entry_year, number)
    change(proceeding, enrolment, "29", on=clock.today(), school_class_id=target)


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


# ── leaving ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def leave(proceeding: Proceeding, standing: Standing, code: str, on: dt.date) -> Row:
    """End the open enrolment and free its seat."""
    enrolment = open_enrolment(proceeding)
    change(proceeding, enrolment, code, on=on, standing=standing)
    free_seat(enrolment.school_id, enrolment.stage, enrolment.entry_year)
    end_suspensions(enrolment.id, on)
    return enrolment


def withdraw(proceeding: Proceeding) -> None:
    """退学 (code 31); the archive stays at the school. Raises E-RULE-WDR where the law knows no withdrawal."""
    leave(proceeding, Standing.WITHDRAWN, "31", _asked_day(proceeding, "leaves_on"))


def decease(proceeding: Proceeding) -> None:
    """死亡注销 (code 51). Raises LeftMeanwhile when another school keeps the child by now."""
    enrolment = open_enrolment(proceeding)
    if enrolment.school_id != proceeding.applicant_office_id:
        raise LeftMeanwhile(school=db.session.scalar(sa.select(Office.name).where(Office.id == enrolment.school_id)))
    leave(proceeding, Standing.DECEASED, "51", _asked_day(proceeding, "died_on"))


def go_abroad(proceeding: Proceeding) -> None:
    """出境 (code ZC): the archive goes to the school's superior, which keeps it until the child is back."""
    enrolment = leave(proceeding, Standing.ABROAD, "ZC", _asked_day(proceeding, "leaves_on"))
    superior = db.session.scalar(sa.select(Office.superior_id).where(Office.id == enrolment.school_id))
    move_archive(proceeding, superior)


def move_archive(proceeding: Proceeding, custodian_id: int | None) -> None:
    """Another custodian of the child's archive; directives made out for its earlier state lapse by its version."""
    db.session.execute(
        sa.update(Archive)
        .where(Archive.student_id == proceeding.student_id)
        .values(custodian_id=custodian_id, version=Archive.version + 1, case_id=proceeding.case_id)
    )


def drop_out(proceeding: Proceeding) -> None:
    """辍学登记 (code ZA): the record is kept, the seat too."""
    enrolment = open_enrolment(proceeding)
    change(proceeding, enrolment, "ZA", on=_asked_day(proceeding, "left_on"), standing=Standing.DROPPED_OUT)


def return_to_school(proceeding: Proceeding) -> None:
    """辍学返校 (code ZB)."""
    enrolment = open_enrolment(proceeding)
    change(proceeding, enrolment, "ZB", on=_asked_day(proceeding, "returned_on"), standing=Standing.ACTIVE)


# ── coming back ──────────────────────────────────────────────────────────────────────────────────────────────────────


def reinstate(proceeding: Proceeding) -> None:
    """学籍恢复 (code 17): a new enrolment at the applying school, the archive with it. Raises NoSeat, Stale."""
    grade, on = proceeding.application["grade"], _asked_day(proceeding, "starts_on")
    stage = {"1": Stage.PRIMARY, "2": Stage.JUNIOR, "3": Stage.SENIOR}[grade[0]]
    proceeding.claim()
    enrol(
        proceeding,
        "17",
        school_id=proceeding.applicant_office_id,
        stage=stage,
        entry_year=entry_year_of(grade, clock.school_year(clock.today())),
        grade=grade,
        on=on,
    )
    move_archive(proceeding, proceeding.applicant_office_id)


def enrol(
    proceeding: Proceeding, code: str, *, school_id: int, stage: Stage, entry_year: int, grade: str, on: dt.date
) -> int:
    """Open the child's next enrolment, its seat taken (the number of the cohort holds); return the epoch.

    Raises NoSeat (E-QUOTA-01), Stale when the child has an open enrolment already.
    """
    take_seat(school_id, stage, entry_year)
    last = db.session.execute(
        sa.select(Enrolment.epoch, Enrolment.ends_on)
        .where(Enrolment.student_id == proceeding.student_id)
        .order_by(Enrolment.epoch.desc())
        .limit(1)
    ).first()
    if last is not None and last.ends_on is None:
        raise Stale()
    epoch = last.epoch + 1 if last else 1
    division = db.session.scalar(sa.select(Office.division_code).where(Office.id == school_id)) or ""
    db.session.execute(
        sa.insert(Enrolment).values(
            student_id=proceeding.student_id,
            epoch=epoch,
            school_id=school_id,
            owner_division=division,
            stage=stage,
            entry_year=entry_year,
            grade=grade,
            standing=Standing.ACTIVE,
            starts_on=max(on, last.ends_on) if last else on,
            case_id=proceeding.case_id,
        )
    )
    after = {"school": school_id, "grade": grade, "entry_year": entry_year, "standing": Standing.ACTIVE.value}
    write_change(proceeding, epoch, school_id, division, code, on, {}, after)
    return epoch
