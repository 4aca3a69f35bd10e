"""Children of the demo province, with archives and seats, all under one takeover case per county (初始建库)."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app import clock
from app.cases.models import Case, CaseOutcome, CaseStatus
from app.database import db
from app.demo.bulk import write_many
from app.demo.names import SURNAMES, a_name
from app.demo.schools import DemoSchool, Province
from app.divisions.operations import divisions_of_zhejiang
from app.encryption import keyed_hash
from app.schools.models import GRADES, Quota, Stage, entry_year_of, stage_of
from app.students.models import (
    Archive,
    ArchiveEntry,
    Enrolment,
    Guardian,
    NumberKind,
    Section,
    Sex,
    Standing,
    Student,
    StudentNumber,
)
from app.students.models.names import remember
from app.students.rules.numbers import FORMAL_LETTER, card_number
from app.students.rules.sealed_numbers import clear_number, sealed_number
from app.web.text import check_digit

PER_GRADE = 13
MOVED = (6, 7)  # places in a grade of children who came by a transfer: of the last weeks, of the months before
FIRST_CARD = 500_000  # the first data's cards: beyond those that verbs give out in the same county and year
AGE_AT_ENTRY = {"1": 7, "2": 13, "3": 16}


@dataclass
class Child:
    """What the case loaders need to know of a child."""

    id: int
    number: str
    name: str
    school: DemoSchool
    grade: str
    entry_year: int
    place: int  # within its grade: the first ones stay free to transfer
    takeover: int  # the case under which its first data came in
    free: bool
    moved_on: dt.date | None = None


def enrol(province: Province, chance: random.Random) -> list[Child]:
    """Everybody who is at school now, a grade at a time, in a handful of bulk statements."""
    loading, year, children = _Loading(province), clock.school_year(clock.today()), list[Child]()
    for school in province.schools:
        for grade in school.grades:
            entry = entry_year_of(grade, year)
            for place in range(PER_GRADE):
                child = Child(
                    len(children) + 1, "", "", school, grade, entry, place, province.takeovers[school.id], free=True
                )
                children.append(child)
                loading.write(child, chance)
            spare = 0 if school.full else 6 + chance.randrange(8)
            loading.allow(school, grade, entry, PER_GRADE + spare, used=PER_GRADE)
        if school.stage == "senior":  # which may recruit for the next autumn already
            loading.allow(school, school.grades[0], year + 1, PER_GRADE + 10, used=0)
    write_many(loading.rows)
    remember({row["id"]: row["name"] for row in loading.rows[Student]})
    return children


def enrol_last_grade(
    province: Province, schools: Sequence[DemoSchool], first_id: int, each: int, chance: random.Random
) -> list[Child]:
    """So many children of the last grade of each school, in the school year of the clock."""
    loading, year, children = _Loading(province), clock.school_year(clock.today()), list[Child]()
    for school in schools:
        grade = school.grades[-1]
        entry = entry_year_of(grade, year)
        for place in range(each):
            number, takeover = first_id + len(children), province.takeovers[school.id]
            child = Child(number, "", "", school, grade, entry, place, takeover, free=False)
            children.append(child)
            loading.write(child, chance)
        loading.allow(school, grade, entry, each, used=each)
    write_many(loading.rows)
    remember({row["id"]: row["name"] for row in loading.rows[Student]})
    return children


def enrol_these(province: Province, children: Sequence[Child], chance: random.Random) -> None:
    """Enrol children as they come, whose schools and seats have been thought of."""
    loading = _Loading(province)
    for child in children:
        loading.write(child, chance)
    write_many(loading.rows)
    remember({row["id"]: row["name"] for row in loading.rows[Student]})


def take_over(province: Province) -> None:
    """One case (初始建库) per bureau that has schools of its own, older than anything that stands under it."""
    before = clock.now() - dt.timedelta(days=400)
    cases: dict[int, Case] = {}
    for school in province.schools:
        bureau = school.superior
        if bureau.id not in cases:
            cases[bureau.id] = Case(
                number=f"CSJK-{bureau.code}",
                version_id=None,
                process_key="takeover",
                profile="zj-2010",
                status=CaseStatus.CLOSED,
                outcome=CaseOutcome.AGREED,
                applicant_office_id=bureau.id,
                parties={},
                clocks={},
                application={"title": "初始建库", "order": len(cases) + 1},
                opened_at=before,
                closed_at=before,
            )
            db.session.add(cases[bureau.id])
    db.session.flush()
    province.takeovers = {school.id: cases[school.superior.id].id for school in province.schools}


class _Loading:
    """Rows of children who are enrolled together, and the parts of their numbers."""

    def __init__(self, province: Province) -> None:
        self.province = province
        self.counties = [row["code"] for row in divisions_of_zhejiang() if not row["code"].endswith("00")]
        self.rows: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (Student, Guardian, StudentNumber, Enrolment, Archive, ArchiveEntry, Quota)
        }

    def allow(self, school: DemoSchool, grade: str, entry: int, total: int, *, used: int) -> None:
        """The number of the school's cohort."""
        self.rows[Quota].append(
            {
                "school_id": school.id,
                "stage": stage_of(grade),
                "entry_year": entry,
                "total": total,
                "used": used,
                "reserved": 0,
            }
        )

    def write(self, child: Child, chance: random.Random) -> None:
        """Everything of one child."""
        school = child.school
        city_run = school.division not in self.counties  # numbered with the first county of its city, from 81 on
        county = (
            next(each for each in self.counties if each[:4] == school.division[:4]) if city_run else school.division
        )
        county2, serial = self.counties.index(county) + 1, int(school.code[-2:]) + (80 if city_run else 0)
        codes = (county, f"{county2:02d}", f"{serial:02d}")
        _write_child(self.rows, self.province.numbers, child, *codes, child.takeover, chance)


def _write_child(
    rows: dict[Any, list[dict[str, Any]]],
    taken: set[str],
    child: Child,
    county: str,
    county2: str,
    school2: str,
    case_id: int,
    chance: random.Random,
) -> None:
    school = child.school
    male = chance.random() < 0.52
    twin = child.place == 1 and child.id % 40 == 2
    born = dt.date(child.entry_year - AGE_AT_ENTRY[child.grade[0]], 9, 1) + dt.timedelta(days=chance.randrange(364))
    if twin:
        born = rows[Student][-1]["born_on"]
    place = school.division if not school.division.endswith("00") else school.division[:4] + "02"
    if chance.random() < 0.25:
        place = chance.choice(("341225", "411381", "360681", "520221"))  # 随迁子女: born elsewhere
    sequence = child.id * 2 % 1000 // 2 * 2 + (1 if male else 0)
    body = f"{place}{born:%Y%m%d}{sequence % 1000:03d}"
    number = body + check_digit(body)
    while number in taken:
        sequence += 2
        body = f"{place}{born:%Y%m%d}{sequence % 1000:03d}"
        number = body + check_digit(body)
    taken.add(number)
    child.number, child.name = number, a_name(child.id, chance)
    standing = Standing.ACTIVE
    contested = child.place == PER_GRADE - 1 and child.id % 5 == 0
    if child.place == PER_GRADE - 2 and child.id % 4 == 0:
        standing = Standing.SUSPENDED if child.id % 8 else Standing.DROPPED_OUT
    child.free = standing is Standing.ACTIVE and not contested
    started = dt.date(child.entry_year, 9, 1)
    if child.place in MOVED and not school.full:
        recent = child.place == MOVED[0]
        moved_on = clock.today() - dt.timedelta(days=5 + child.id % 70 if recent else 76 + child.id * 13 % 280)
        child.moved_on = moved_on if moved_on > started else None  # early in September the first grades have just begun
    rows[Student].append(
        {
            "id": child.id,
            "name": child.name,
            "sex": Sex.MALE if male else Sex.FEMALE,
            "born_on": born,
            "ethnic_group": "01" if child.id % 30 else "22",
            "document_type": "1",
            "document_hash": None,
            "main_number": number,
            "main_number_hash": keyed_hash(number),
            "main_number_masked": f"{number[:6]}********{number[-4:]}",
            "household_division": place,
            "contested": contested,
            "is_demo": True,
        }
    )
    rows[Guardian].append(
        {
            "student_id": child.id,
            "name": child.name[0] + chance.choice(("建国", "志强", "秀英", "丽华", "海燕", "永康")),
            "relation": chance.choice("12"),
            "phone": f"13{chance.randrange(10**9):09d}",
        }
    )
    common = {"student_id": child.id, "valid_from": started, "reason": "", "case_id": case_id}
    numbers = {NumberKind.STAGE: clear_number(_stage_number(child, county2, school2))}
    numbers[NumberKind.NATIONAL] = sealed_number(f"{FORMAL_LETTER}{number}")
    if stage_of(child.grade) is not Stage.SENIOR:
        card = card_number(county, child.entry_year, FIRST_CARD + child.id)
        numbers[NumberKind.CARD] = clear_number(card)
    rows[StudentNumber] += [{**common, "kind": kind, **kept} for kind, kept in numbers.items()]
    rows[Enrolment].append(
        {
            "id": child.id,
            "student_id": child.id,
            "epoch": 2 if child.moved_on else 1,
            "school_id": school.id,
            "owner_division": school.division,
            "stage": stage_of(child.grade),
            "entry_year": child.entry_year,
            "grade": child.grade,
            "school_class_id": school.classes[child.grade][child.place % 2],
            "standing": standing,
            "starts_on": max(started, child.moved_on) if child.moved_on else started,
            "case_id": case_id,
        }
    )
    rows[Archive].append(
        {
            "id": child.id,
            "student_id": child.id,
            "custodian_id": school.id,
            "owner_division": school.division,
            "version": 2 if child.moved_on else 1,
            "opened_on": started,
            "case_id": case_id,
        }
    )
    _write_entries(rows, child, started, case_id, chance)


def _stage_number(child: Child, county2: str, school2: str) -> str:
    """学籍辅号: 13 digits in primary schools, 11 in junior and senior ones (domain.md 4.4)."""
    stage, township2 = child.grade[0], "01" if child.grade[0] == "1" else ""
    return f"{stage}{child.entry_year % 100:02d}{county2}{township2}{school2}{child.place + 1:04d}"


def _write_entries(
    rows: dict[Any, list[dict[str, Any]]], child: Child, started: dt.date, case_id: int, chance: random.Random
) -> None:
    teacher = chance.choice(SURNAMES) + "老师"
    entries = [(Section.PROOF, started, "入学登记", f"{GRADES[child.grade][:2]}入学，户口簿与预防接种证已核对。")]
    if child.place % 2 == 0:
        level = chance.choice(("优秀", "良好", "良好", "及格"))
        entries.append((Section.HEALTH, dt.date(clock.today().year, 5, 20), "体质健康测试", f"等级：{level}"))
    if child.place % 5 == 0:
        entries.append((Section.AWARD, dt.date(clock.today().year, 6, 1), "校级“三好学生”", "本学年"))
    for section, day, title, text in entries:
        rows[ArchiveEntry].append(
            {
                "archive_id": child.id,
                "section": section,
                "dated": day,
                "title": title,
                "body": text,
                "signed_by": teacher,
                "signed_at_office_id": child.school.id,
                "owner_division": child.school.division,
                "case_id": case_id,
            }
        )
