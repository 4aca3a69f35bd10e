"""Recruiting of the demo province: plans at every step, filed ones among them, walked through the real verbs."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases import operations
from app.database import db, end_reading, transaction
from app.demo.schools import SHOWN, SOURCES, DemoSchool, Province
from app.demo.walking import People, Walk, agree, at_earlier_hours
from app.divisions.models import Office, OfficeKind
from app.errors import Refused
from app.processes.recruitment.models import Filing, Plan, PlanStatus
from app.schools.models import Stage
from app.students.models import Enrolment, Standing, Student
from app.students.queries import locked_since

CAP = 5
ALL = 9  # more desks than any plan has
LEAD = 40  # days before today on which a plan was proposed that is open now
COUNTY = OfficeKind.COUNTY


def propose_some(province: Province, people: People, most: int, chance: random.Random) -> int:
    """Plans of senior high schools, every third of them for another city; how many of them still run.

    Every sixth is last year's, filed in spring, its recruiting over: its school may upload a roster. The others are
    for the next autumn and stand at every desk.
    """
    counties = [each for each in province.bureaus.values() if each.kind is OfficeKind.COUNTY and not each.acts_as_city]
    schools = [each for each in province.schools if each.stage == "senior" and each.superior in counties]
    chance.shuffle(schools)
    schools.sort(key=lambda each: each.division not in SHOWN)
    running = 0
    for place, school in enumerate(schools[:most]):
        recruited = SOURCES[place // 6 % len(SOURCES)]  # of the plans that are filed
        elsewhere = recruited[:4] != school.division[:4] if place % 6 == 0 else place % 3 == 2
        sources = [
            each.code
            for each in counties
            if (each.code[:4] != school.division[:4]) == elsewhere and each.code != school.division
        ]
        if not sources:
            continue
        process = "plan_cross_city" if elsewhere else "plan_cross_county"
        autumn = clock.school_year(clock.today())
        try:
            if place % 6 == 0:
                with at_earlier_hours():
                    clock.set_to(dt.datetime(autumn, 5, 18, 10, tzinfo=clock.ZONE))
                    _walk(process, school, recruited, autumn, ALL, people)
            else:
                steps = chance.choice((0, 1, 2, 3, 4))
                running += _walk(process, school, chance.choice(sources), autumn + 1, steps, people)
        except Refused:
            continue  # no place for it, such as a source that is the school's own area
    return running


def recruit(people: People) -> int:
    """Lists of this autumn under the filed plans, walked to their end, where it has come; how many children came."""
    with at_earlier_hours() as real:
        return _recruit(Walk(people, real))


def _recruit(walk: Walk) -> int:
    autumn = clock.school_year(clock.local(walk.real).date())
    day, registered = dt.datetime(autumn, 8, 26, 9, tzinfo=clock.ZONE), 0
    if walk.real < day + dt.timedelta(days=8):
        return 0
    filed = sa.select(Filing.number, Plan.school_id, Plan.source_id).join(Plan, Plan.id == Filing.plan_id)
    filed = filed.where(Plan.status == PlanStatus.FILED, Plan.entry_year == autumn).order_by(Plan.id)
    plans = db.session.execute(filed).all()
    for place, (number, school, source) in enumerate(plans):
        rows = _graduates_of(source, CAP - place % 3)
        clock.set_to(day)
        case_id = walk.open("recruitment_roster", {"filing": number}, school, rows)
        for _desk in range(ALL if case_id is not None else 0):
            walk.follow(case_id, ("agree",), hours=9)
            for each in operations.batches_to_work():
                with transaction():
                    operations.work_chunk(each)
        registered += len(rows) if case_id is not None else 0
    return registered


def _graduates_of(bureau_id: int, many: int) -> list[dict[str, Any]]:
    """Some who have finished a junior school of that bureau, as a list names them."""
    asked = sa.select(Student).join(Enrolment, Enrolment.student_id == Student.id)
    asked = asked.join(Office, Office.id == Enrolment.school_id).where(Office.superior_id == bureau_id)
    waits = Enrolment.stage == Stage.JUNIOR, Enrolment.standing == Standing.GRADUATED
    children = db.session.scalars(asked.where(*waits).order_by(Student.id).limit(many)).all()
    rows = [{"main_number": each.main_number, "name": each.name} for each in children]
    end_reading()
    return rows


def ready_for_rosters(walk: Walk, schools: Sequence[DemoSchool]) -> None:
    """Plans of this year whose recruiting has just ended, where its new pupils are not yet locked: lists may come.

    Each names the county of another of these schools, where graduates wait.
    """
    today, senior = clock.today(), [each for each in schools if each.stage == "senior" and each.superior.kind is COUNTY]
    closes = today - dt.timedelta(days=3)
    if locked_since(today.year) <= walk.real or closes - dt.timedelta(days=LEAD) < dt.date(today.year, 1, 1):
        return
    for school, other in zip(senior, [*senior[1:], *senior[:1]], strict=True):
        process = "plan_cross_city" if other.division[:4] != school.division[:4] else "plan_cross_county"
        walk.at(LEAD)
        asked = {
            "source": other.superior.code,
            "stage": school.stage,
            "entry_year": today.year,
            "cap": 2,
            "closes_on": closes.isoformat(),
            "basis": f"{today.year} 年普通高中招生计划",
        }
        case_id = walk.open(process, asked, school.id)
        if case_id is not None:
            agree(case_id, walk.people, ALL)


def _walk(process: str, school: DemoSchool, source: str, year: int, steps: int, people: People) -> bool:
    """Let that many desks agree; True while the case runs on."""
    application: dict[str, Any] = {
        "source": source,
        "stage": school.stage,
        "entry_year": year,
        "cap": CAP,
        "closes_on": f"{year}-08-20",
        "basis": f"{year} 年普通高中招生计划",
    }
    with transaction():
        case_id = operations.open_case(process, application, actor=people[school.id, "operator"]).id
    return agree(case_id, people, steps) == steps
