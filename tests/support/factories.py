"""Plain functions that put something into the database, with defaults."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases.models import Case, CaseOutcome, CaseStatus
from app.database import db
from app.divisions.models import Division, Office, OfficeKind
from app.encryption import keyed_hash
from app.identity.models import Duty, Post, User
from app.identity.operations import hasher
from app.processes.recruitment.models import Filing, Plan, PlanKind, PlanStatus
from app.schools.models import Ownership, Quota, School, Stage, entry_year_of, stage_of
from app.students.models import OPEN_STANDINGS, Archive, ArchiveEntry, Enrolment, Section, Sex, Standing, Student
from app.web.text import check_digit
from tests.support.client import PASSWORD


class Numbers:
    """1, 2, 3 …: what tells apart what a test makes."""

    given = 0

    def __next__(self) -> int:
        self.given += 1
        return self.given


numbers = Numbers()
_hash: dict[Any, str] = {}


def a_division(code: str, name: str) -> None:
    if db.session.get(Division, code) is None:
        db.session.add(Division(code=code, name=name, superior_code=None if code.endswith("0000") else "330000"))
        db.session.flush()


def an_office(code: str, name: str, kind: str, superior: Office | None = None, **more: Any) -> Office:
    """A bureau (or the office part of a school) with its path."""
    division = more.pop("division_code", code[:6])
    a_division(division, name)
    office = Office(
        code=code,
        name=name,
        short_name=more.pop("short_name", name[:12]),
        kind=OfficeKind(kind),
        superior_id=superior.id if superior else None,
        division_code=division,
        path=f"?{code}",
        **more,
    )
    db.session.add(office)
    db.session.flush()
    office.path = f"{superior.path if superior else ''}{office.id}."
    db.session.flush()
    return office


def a_bureau(code: str = "330106") -> Office:
    """A bureau of the province, its superiors with it, by its code."""
    office = db.session.scalar(sa.select(Office).where(Office.code == code))
    if office:
        return office
    if code == "330000":
        a_division("330000", "浙江省")
        return an_office("330000", "浙江省教育厅", "province")
    if code.endswith("00"):
        return an_office(code, f"{code}市教育局", "city", a_bureau("330000"))
    city = a_bureau(code[:4] + "00")
    return an_office(code, f"{code}区教育局", "county", city, acts_as_city=code == "330782")


def a_school(
    superior: Office | str = "330106",
    *,
    stages: str = "primary",
    seats: int = 10,
    ownership: str = "public",
    tier: str = "",
    name: str | None = None,
) -> School:
    """A school with free seats in every grade it teaches."""
    bureau = a_bureau(superior) if isinstance(superior, str) else superior
    number = next(numbers)
    prefix = {"primary": "2133", "junior": "3133", "senior": "3433"}[stages.split(",")[0]]
    office = an_office(
        f"{prefix}{number:06d}", name or f"第{number}学校", "school", bureau, division_code=bureau.division_code
    )
    school = School(id=office.id, ownership=Ownership(ownership), stages=stages, tier=tier)
    db.session.add(school)
    db.session.flush()
    year = clock.school_year(clock.today())
    for grade in ("11", "12", "13", "14", "15", "16", "21", "22", "23", "31", "32", "33"):
        if school.teaches(stage_of(grade)):
            db.session.add(
                Quota(school_id=school.id, stage=stage_of(grade), entry_year=entry_year_of(grade, year), total=seats)
            )
    db.session.commit()
    return school


def a_number(born: dt.date = dt.date(2017, 5, 20), place: str = "330106") -> str:
    """An 18-digit number that nobody else has."""
    body = f"{place}{born:%Y%m%d}{next(numbers) % 1000:03d}"
    return body + check_digit(body)


def a_takeover(process: str = "takeover", *, running: bool = False, profile: str = "zj-2010") -> Case:
    """初始建库: the case under which the first data came in."""
    bureau = a_bureau("330000")
    case = Case(
        number=f"T{next(numbers):08d}",
        version_id=None,
        process_key=process,
        profile=profile,
        status=CaseStatus.OPEN if running else CaseStatus.CLOSED,
        outcome=None if running else CaseOutcome.AGREED,
        applicant_office_id=bureau.id,
        parties={},
        clocks={},
        application={},
        opened_at=clock.now(),
        closed_at=None if running else clock.now(),
    )
    db.session.add(case)
    db.session.flush()
    return case


def a_student(
    school: School,
    *,
    grade: str = "13",
    name: str = "陈思远",
    number: str | None = None,
    standing: Standing = Standing.ACTIVE,
    contested: bool = False,
    graduated: bool = False,
    entered: int | None = None,
    school_class: int | None = None,
) -> Student:
    """A child with an archive and an enrolment at that school, a seat used; entered -- in another year than its grade
    says; school_class -- the id of its class.
    """
    number = number or a_number()
    standing = Standing.GRADUATED if graduated else standing
    case, today = a_takeover(), clock.today()
    student = Student(
        name=name,
        sex=Sex.MALE if int(number[16]) % 2 else Sex.FEMALE,
        born_on=dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14])),
        main_number=number,
        main_number_hash=keyed_hash(number),
        main_number_masked=f"{number[:6]}********{number[-4:]}",
        contested=contested,
    )
    db.session.add(student)
    db.session.flush()
    year = entered or entry_year_of(grade, clock.school_year(today))
    db.session.add(
        Enrolment(
            student_id=student.id,
            epoch=1,
            school_id=school.id,
            owner_division=school.office.division_code,
            stage=stage_of(grade),
            entry_year=year,
            grade=grade,
            standing=standing,
            school_class_id=school_class,
            starts_on=dt.date(year, 9, 1),
            ends_on=None if standing in OPEN_STANDINGS else today,
            case_id=case.id,
        )
    )
    archive = Archive(
        student_id=student.id,
        custodian_id=school.id,
        owner_division=school.office.division_code,
        opened_on=dt.date(year, 9, 1),
        case_id=case.id,
    )
    db.session.add(archive)
    db.session.flush()
    db.session.add(
        ArchiveEntry(
            archive_id=archive.id,
            section=Section.HEALTH,
            dated=today,
            title="体质健康测试",
            body="良好",
            signed_by="李老师",
            signed_at_office_id=school.id,
            owner_division=school.office.division_code,
            case_id=case.id,
        )
    )
    if standing in OPEN_STANDINGS:
        quota = the_quota(school, grade)
        quota.used += 1
    db.session.commit()
    return student


def the_quota(school: School, grade: str) -> Quota:
    year = entry_year_of(grade, clock.school_year(clock.today()))
    return db.session.scalars(
        sa.select(Quota).where(Quota.school_id == school.id, Quota.stage == stage_of(grade), Quota.entry_year == year)
    ).one()


#: tests move the clock by years, and whoever they tell of is at work all the time
NEVER_IDLE = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


def a_user(
    office: Office | School, duty: str, username: str | None = None, *, starts_on: dt.date = dt.date(2020, 1, 1)
) -> User:
    """A person with one post."""
    user = a_person(office, duty, username, starts_on=starts_on)
    db.session.commit()
    return user


def a_person(
    office: Office | School, duty: str, username: str | None = None, *, starts_on: dt.date = dt.date(2020, 1, 1)
) -> User:
    """The same, not yet committed: an office's people come in one transaction."""
    place = office.office if isinstance(office, School) else office
    cost = hasher()
    if id(cost) not in _hash:
        _hash[id(cost)] = cost.hash(PASSWORD)
    number = next(numbers)
    user = User(
        username=username or f"{place.code}.{duty}.{number}",
        name=f"{place.short_name[:10]}{number}号",
        password_hash=_hash[id(cost)],
        password_changed_at=clock.now(),
        reopened_at=NEVER_IDLE,
    )
    db.session.add(user)
    db.session.flush()
    db.session.add(Post(user_id=user.id, office_id=place.id, duty=Duty(duty), starts_on=starts_on))
    return user


def a_post(user: User, office: Office | School, duty: str) -> User:
    """One more post for a person."""
    db.session.add(Post(user_id=user.id, office_id=office.id, duty=Duty(duty), starts_on=dt.date(2020, 1, 1)))
    db.session.commit()
    return user


def an_application(student: Student, to_school: School, **more: Any) -> dict[str, Any]:
    """An application for a transfer."""
    return {
        "main_number": student.main_number,
        "name": student.name,
        "to_school": to_school.office.code,
        "reason": "家庭住址变动",
        "guardian": {"name": "陈建国", "relation": "1", "phone": "13800000000"},
        "signed_on": clock.today().isoformat(),
        **more,
    }


def a_filed_plan(
    school: School, source: Office | str, *, cap: int = 30, stage: str = "junior", year: int = 2026, **more: Any
) -> Filing:
    """A plan of the school for one source area, consented to and filed, its recruiting over."""
    bureau = a_bureau(source) if isinstance(source, str) else source
    plan = Plan(
        case_id=a_takeover().id,
        kind=PlanKind.CROSS_COUNTY,
        school_id=school.id,
        stage=Stage(stage),
        entry_year=year,
        source_id=bureau.id,
        cap=cap,
        closes_on=more.pop("closes_on", clock.today() - dt.timedelta(days=1)),
        status=PlanStatus(more.pop("status", "filed")),
    )
    db.session.add(plan)
    db.session.flush()
    accepted = plan.status is PlanStatus.FILED
    filing = Filing(
        plan_id=plan.id,
        office_id=a_bureau("330000").id,
        lodged_at=clock.now(),
        returned=0,
        number=f"B{year}-330000-{next(numbers):06d}" if accepted else None,
        accepted_at=clock.now() if accepted else None,
    )
    db.session.add(filing)
    db.session.commit()
    return filing


def two_parents() -> dict[str, Any]:
    """What a registration says of both guardians, beside the first one's name, where the child has no document."""
    father, mother = (a_number(dt.date(1990, 1, day)) for day in (1, 2))
    second = {"name": "林月如", "relation": "2", "phone": "13900000000"}
    return {"guardian_number": father, "guardian2": second, "guardian2_number": mother}
