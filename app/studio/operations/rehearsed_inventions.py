"""What a rehearsal invents: schools, a child with its record, cases of before; all of it is undone with it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import sqlalchemy as sa

from app import clock
from app.cases.models import Case, CaseOutcome, CaseStatus
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.encryption import keyed_hash
from app.errors import InvalidInput
from app.schools.models import Ownership, Quota, School, SchoolClass, entry_year_of, grades_in, stage_of
from app.students.models import Archive, Enrolment, Guardian, Sex, Standing, Student, Suspension
from app.students.models.contests import Contest, ContestKind
from app.students.models.students import masked
from app.studio.rules.scenarios import Child, Place
from app.web.text import check_digit

PREFIXES = {"primary": "2133", "junior": "3133", "senior": "3433"}
AGE_AT_ENTRY = {"1": 7, "2": 13, "3": 16}
NAMES = {"applicant": "甲校（演练）", "other": "乙校（演练）"}
CHILD = "演练生"
SEATS = 1000
CLASSES = (1, 2)
ENDED = ("withdrawn", "graduated")


def invented_school(place: Place, bureau: Office, side: str) -> Office:
    """A school with seats and two classes in every grade that it teaches, and in the next year's first one."""
    prefix = PREFIXES[place.stage] + bureau.division_code[2:6]
    taken = set(db.session.scalars(sa.select(Office.code).where(Office.code.startswith(prefix))))
    code = next(each for number in range(99, -1, -1) if (each := f"{prefix}{number:02d}") not in taken)
    office = Office(
        code=code,
        name=NAMES[side],
        short_name=NAMES[side],
        kind=OfficeKind.SCHOOL,
        superior=bureau,
        division_code=bureau.division_code,
        path=f"?{code}",
    )
    db.session.add(office)
    db.session.flush()
    office.path = f"{bureau.path}{office.id}."
    school = School(id=office.id, ownership=Ownership.PUBLIC, stages=place.stage, school_number=code[-2:])
    db.session.add(school)
    db.session.flush()
    year = clock.school_year(clock.today())
    grades = list(grades_in(place.stage))
    cohorts = {(stage_of(grade), entry_year_of(grade, year)) for grade in grades} | {(stage_of(grades[0]), year + 1)}
    for stage, entry in sorted(cohorts):
        db.session.add(Quota(school_id=office.id, stage=stage, entry_year=entry, total=SEATS))
        db.session.add_all(
            SchoolClass(school_id=office.id, stage=stage, entry_year=entry, number=number) for number in CLASSES
        )
    db.session.flush()
    return office


def invented_child(child: Child, office: Office) -> Student:
    """A child with a record at that school, in that grade and standing, on a seat of its own."""
    school = db.session.get(School, office.id)
    if school is None or not school.teaches(stage_of(child.grade)):
        raise InvalidInput(sentence=f"{office.name}不是有这个年级的学校。", field="grade")
    today = clock.today()
    entry = entry_year_of(child.grade, clock.school_year(today) - (child.standing == "graduated"))
    born = dt.date(entry - AGE_AT_ENTRY[child.grade[0]], 10, 12)
    number = free_number(office.division_code, born)
    student = Student(
        name=CHILD,
        sex=Sex.FEMALE,
        born_on=born,
        main_number=number,
        main_number_hash=keyed_hash(number),
        main_number_masked=masked(number),
        contested=child.standing == "contested",
    )
    db.session.add(student)
    db.session.flush()
    # before the enrolment: the cohort of one that has been locked takes no member of the family any more
    db.session.add(Guardian(student_id=student.id, name="演练家长", relation="1", phone="13800000000"))
    db.session.flush()
    standing = Standing("active" if student.contested else child.standing)
    with earlier_case(office, "takeover") as case:
        _record(student, office, standing, child.grade, entry, case)
    if student.contested:
        _contest(student, office)
    db.session.expire_all()
    return db.session.get_one(Student, student.id)


def _record(student: Student, office: Office, standing: Standing, grade: str, entry: int, case: Case) -> None:
    """Enrolment and archive, on a seat of its own where the child is at school."""
    today, since, is_over = clock.today(), dt.date(entry, 9, 1), standing in ENDED
    shared = {"owner_division": office.division_code, "case_id": case.id}
    enrolment = Enrolment(
        student_id=student.id,
        epoch=1,
        school_id=office.id,
        stage=stage_of(grade),
        entry_year=entry,
        grade=grade,
        standing=standing,
        starts_on=since,
        ends_on=dt.date(clock.school_year(today), 6, 30) if is_over else None,
        **shared,
    )
    archive = Archive(student_id=student.id, custodian_id=office.id, opened_on=since, **shared)
    db.session.add_all([enrolment, archive])
    db.session.flush()
    if standing is Standing.SUSPENDED:
        _suspend(enrolment, today, case)
    if not is_over:
        _seat(db.session.get_one(School, office.id), enrolment)


def free_number(division: str, born: dt.date, *, of_boy: bool = False) -> str:
    """An identity number that no record has."""
    for serial in itertools.count(997 if of_boy else 998, -2):
        body = f"{division}{born:%Y%m%d}{serial:03d}"
        number = body + check_digit(body)
        if not db.session.scalar(sa.select(Student.id).where(Student.main_number_hash == keyed_hash(number))):
            return number
    raise AssertionError("unreachable")


@contextmanager
def earlier_case(office: Office, process: str) -> Iterator[Case]:
    """A case of the office that is agreed to once something has been written under it."""
    now = clock.now()
    case = Case(
        number=f"R{uuid4().hex[:20]}",
        version_id=None,
        process_key=process,
        profile="zj-2010",
        status=CaseStatus.OPEN,
        applicant_office_id=office.id,
        parties={},
        clocks={},
        application={},
        opened_at=now,
    )
    db.session.add(case)
    db.session.flush()
    yield case
    case.status, case.outcome, case.closed_at = CaseStatus.CLOSED, CaseOutcome.AGREED, now
    db.session.flush()


def _suspend(enrolment: Enrolment, today: dt.date, case: Case) -> None:
    db.session.add(
        Suspension(
            enrolment_id=enrolment.id,
            student_id=enrolment.student_id,
            certificate=f"R{uuid4().hex[:20]}",
            starts_on=today - dt.timedelta(days=180),
            ends_on=today + dt.timedelta(days=30),
            reason="演练",
            case_id=case.id,
        )
    )
    db.session.flush()


def _contest(student: Student, office: Office) -> None:
    db.session.add(
        Contest(
            student_id=student.id,
            kind=ContestKind.WRONG_NUMBER,
            explanation="演练",
            marked_at=clock.now(),
            marked_by_id=office.id,
        )
    )
    db.session.flush()


def _seat(school: School, enrolment: Enrolment) -> None:
    """One seat more, which the child has: a full school stays full."""
    cohort = (Quota.school_id == school.id, Quota.stage == enrolment.stage, Quota.entry_year == enrolment.entry_year)
    more = sa.update(Quota).where(*cohort).values(total=Quota.total + 1, used=Quota.used + 1)
    if not db.session.execute(more).rowcount:  # type: ignore[attr-defined]
        db.session.add(
            Quota(school_id=school.id, stage=enrolment.stage, entry_year=enrolment.entry_year, total=1, used=1)
        )
        db.session.flush()
