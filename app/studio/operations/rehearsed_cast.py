"""Who takes part in a rehearsal: real offices and children, or invented ones, which are undone with it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Case, CaseOutcome, CaseStatus
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import inside
from app.encryption import keyed_hash
from app.errors import InvalidInput
from app.identity.models import User
from app.schools.models import Ownership, Quota, School, SchoolClass, entry_year_of, grades_in, stage_of
from app.students.models import Archive, Enrolment, Guardian, Sex, Standing, Student, Suspension
from app.students.models.students import masked
from app.studio.rules.scenarios import APART, SUPERIORS, Child, Place, Script
from app.web.text import check_digit

PREFIXES = {"primary": "2133", "junior": "3133", "senior": "3433"}
AGE_AT_ENTRY = {"1": 7, "2": 13, "3": 16}
NAMES = {"applicant": "甲校（演练）", "other": "乙校（演练）"}
CHILD = "演练生"
SEATS = 1000
CLASSES = (1, 2)


@dataclass
class Cast:
    """The offices, the child, and whoever acts for an office."""

    applicant: Office
    other: Office | None
    child: Student | None
    _people: dict[tuple[int, str, int], User] = field(default_factory=dict)

    def person(self, office: Office, duty: str, place: int = 0) -> Actor:
        """Somebody of that office and duty: at a place always the same one, and never one of another duty."""
        user = self._people.get((office.id, duty, place))
        if user is None:
            user = User(
                username=f"rehearsal.{uuid4().hex[:20]}",
                name="演练人员",
                password_hash="!",
                password_changed_at=clock.now(),
            )
            db.session.add(user)
            db.session.flush()
            self._people[office.id, duty, place] = user
        return Actor(
            user.id, user.name, None, duty, office.id, office.code, office.name, office.kind.value, office.path
        )

    def known(self) -> dict[str, str]:
        """What may stand in an application for those who take part, by name."""
        said = {"applicant": self.applicant.code}
        for name, office in (("applicant_bureau", self.applicant.superior), ("other", self.other)):
            said[name] = office.code if office else ""
        said["other_bureau"] = self.other.superior.code if self.other and self.other.superior else ""
        if self.child is not None:
            said |= {"child.name": self.child.name, "child.main_number": self.child.main_number}
        return {name: each for name, each in said.items() if each}


def assemble(script: Script, actor: Actor) -> Cast:
    """Bring them together. Raises InvalidInput where the province has no such office, and for a real child."""
    if type((script.application or {}).get("student")) is int:
        sentence = "试运行只用虚拟学生：流程管理员不能查看真实学生的信息。"
        raise InvalidInput(sentence=sentence, field="application.student")
    applicant = _applicant(script.applicant, actor)
    other = _other(script.other, applicant, actor) if script.other is not None else None
    child = None
    if script.child is not None:
        child = _invented_child(script.child, other if script.child.at == "other" and other else applicant)
    return Cast(applicant, other, child)


def applicant_by_default(applicant: str) -> Place:
    """The kind of office that applies, as the diagram states it: a school, a bureau, the province."""
    return Place(kind={"bureau": "county", "province": "province"}.get(applicant, "school"))


def cast_of_application(script: Script, applicant: str) -> Script:
    """The script with those whom its application names: the school that it is for, the child; else an invented one.

    applicant -- what the diagram says of who applies
    """
    said = script.application or {}
    place = applicant_by_default(applicant)
    school = said.get("to_school")
    if isinstance(school, str) and not school.startswith("="):
        place = Place(school)
    return replace(script, applicant=place)


def _applicant(place: Place, actor: Actor) -> Office:
    if place.code:
        return _real(place.code, "applicant", actor)
    if actor.office_kind != "province":  # of a variant the bureau's own schools alone
        return _invented_school(place, db.session.get_one(Office, actor.office_id), "applicant")
    if place.kind != "school":
        return _first_bureau(_bureaus(place.kind), place.in_words())
    return _invented_school(place, _first_bureau(_bureaus(place.superior), place.in_words()), "applicant")


def _other(place: Place, applicant: Office, actor: Actor) -> Office:
    if place.code:
        return _real(place.code, "other", actor)
    own = applicant if applicant.is_bureau else applicant.superior
    assert own is not None  # a school has a bureau
    if place.apart == "same":
        return _invented_school(place, own, "other")
    city = own if own.kind is OfficeKind.CITY else own.superior
    found = [each for each in _bureaus(place.superior) if each is not own]  # of the other school all is invented
    in_city = [each for each in found if each.superior is city and city is not None]
    elsewhere = [each for each in found if each.superior is not city and each is not city]
    words = f"与申请单位{APART[place.apart]}的{SUPERIORS[place.superior]}"
    return _invented_school(place, _first_bureau(in_city if place.apart == "city" else elsewhere, words), "other")


def _real(code: str, field_name: str, actor: Actor) -> Office:
    asked = sa.select(Office).where(Office.code == code, Office.closed_on.is_(None), inside(actor))
    office = db.session.scalar(asked)
    if office is None:
        raise InvalidInput(sentence=f"没有代码为“{code}”的机构。", field=field_name)
    return office


def _bureaus(kind: str) -> Sequence[Office]:
    asked = sa.select(Office).where(Office.kind == OfficeKind(kind), Office.closed_on.is_(None))
    return db.session.scalars(asked.where(Office.acts_as_city.is_(False)).order_by(Office.code)).all()


def _first_bureau(found: Sequence[Office], words: str) -> Office:
    if not found:
        raise InvalidInput(sentence=f"本省没有符合的机构：{words}。", field="applicant")
    return found[0]


# ── invented ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _invented_school(place: Place, bureau: Office, side: str) -> Office:
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


def _invented_child(child: Child, office: Office) -> Student:
    """A child with a record at that school, in that grade and standing, on a seat of its own."""
    school = db.session.get(School, office.id)
    if school is None or not school.teaches(stage_of(child.grade)):
        raise InvalidInput(sentence=f"{office.name}不是有这个年级的学校。", field="grade")
    today = clock.today()
    entry = entry_year_of(child.grade, clock.school_year(today))
    born = dt.date(entry - AGE_AT_ENTRY[child.grade[0]], 10, 12)
    number, case = _free_number(office.division_code, born), _takeover(office)
    student = Student(
        name=CHILD,
        sex=Sex.FEMALE,
        born_on=born,
        main_number=number,
        main_number_hash=keyed_hash(number),
        main_number_masked=masked(number),
    )
    db.session.add(student)
    db.session.flush()
    # before the enrolment: the cohort of one that has been locked takes no member of the family any more
    db.session.add(Guardian(student_id=student.id, name="演练家长", relation="1", phone="13800000000"))
    db.session.flush()
    since, standing = dt.date(entry, 9, 1), Standing(child.standing)
    shared = {"owner_division": office.division_code, "case_id": case.id}
    enrolment = Enrolment(
        student_id=student.id,
        epoch=1,
        school_id=office.id,
        stage=stage_of(child.grade),
        entry_year=entry,
        grade=child.grade,
        standing=standing,
        starts_on=since,
        **shared,
    )
    archive = Archive(student_id=student.id, custodian_id=office.id, opened_on=since, **shared)
    db.session.add_all([enrolment, archive])
    db.session.flush()
    if standing is Standing.SUSPENDED:
        _suspend(enrolment, today, case)
    _seat(school, enrolment)
    db.session.expire_all()
    return db.session.get_one(Student, student.id)


def _free_number(division: str, born: dt.date) -> str:
    """An identity number that no record has, of a girl."""
    for serial in itertools.count(998, -2):
        body = f"{division}{born:%Y%m%d}{serial:03d}"
        number = body + check_digit(body)
        if not db.session.scalar(sa.select(Student.id).where(Student.main_number_hash == keyed_hash(number))):
            return number
    raise AssertionError("unreachable")


def _takeover(office: Office) -> Case:
    """初始建库: no record without a case."""
    now = clock.now()
    case = Case(
        number=f"R{uuid4().hex[:20]}",
        version_id=None,
        process_key="takeover",
        profile="zj-2010",
        status=CaseStatus.CLOSED,
        outcome=CaseOutcome.AGREED,
        applicant_office_id=office.id,
        parties={},
        clocks={},
        application={},
        opened_at=now,
        closed_at=now,
    )
    db.session.add(case)
    db.session.flush()
    return case


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


def _seat(school: School, enrolment: Enrolment) -> None:
    """One seat more, which the child has: a full school stays full."""
    cohort = (Quota.school_id == school.id, Quota.stage == enrolment.stage, Quota.entry_year == enrolment.entry_year)
    more = sa.update(Quota).where(*cohort).values(total=Quota.total + 1, used=Quota.used + 1)
    if not db.session.execute(more).rowcount:  # type: ignore[attr-defined]
        db.session.add(
            Quota(school_id=school.id, stage=enrolment.stage, entry_year=enrolment.entry_year, total=1, used=1)
        )
        db.session.flush()
