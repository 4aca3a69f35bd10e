"""Open cases of the other processes: a few of each, opened through the real verbs in the last days."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from typing import Any

from app import clock
from app.access import Actor
from app.cases import operations
from app.database import db, transaction
from app.demo.applications import OF_A_CHILD, more_seats
from app.demo.names import a_name
from app.demo.papers import proofs_for
from app.demo.schools import SHOWN, DemoSchool, Province
from app.demo.students import Child
from app.demo.walking import People, agree, at_earlier_hours
from app.errors import Refused
from app.students.models import Student
from app.students.operations import contests
from app.web.text import check_digit

PLACE = 10  # within a grade: nobody else of the demonstration takes these children


def open_others(province: Province, children: list[Child], people: People, each: int, chance: random.Random) -> int:
    """Open so many cases of every process that a school or bureau may start now; return how many."""
    free = [child for child in children if child.free and child.place == PLACE]
    chance.shuffle(free)
    free.sort(key=lambda child: child.school.division not in SHOWN)
    opened = 0
    with at_earlier_hours() as real:
        for process, application in OF_A_CHILD.items():
            wanted = (child for child in list(free) if process != "skip" or child.grade[1] in "234")
            for _ in range(each):
                child = next(wanted)
                free.remove(child)
                clock.set_to(real - dt.timedelta(days=chance.randrange(1, 12), minutes=chance.randrange(300)))
                about = {"student": child.id, **application(child)}
                opened += _open(process, about, people[child.school.id, "operator"], people, chance)
        opened += _contested(free[:each], people, chance)
        for place, school in enumerate(_sample(province, each * 3, chance)):
            clock.set_to(real - dt.timedelta(days=chance.randrange(1, 12), minutes=chance.randrange(300)))
            opened += _open("quota_change", more_seats(school, 40), people[school.id, "operator"], people, chance)
            if school.stage != "primary":
                stranger = from_elsewhere(school, place, chance)
                opened += _open("arrival", stranger, people[school.id, "operator"], people, chance)
            if place < each:
                superior = people[school.superior.id, "operator"]
                opened += _open("school_reorganisation", renaming(school), superior, people, chance)
            rows = [new_child(school, place * 10 + count, chance) for count in range(3)]
            late = {"stage": "primary", "entry_year": clock.today().year, "reason": "九月随父母迁入，未能按时注册。"}
            if school.stage == "primary":
                clerk = people[school.id, "operator"]
                opened += _open("late_registration", late, clerk, people, chance, rows=rows)
    return opened


def _open(
    process: str,
    application: dict[str, Any],
    clerk: Actor,
    people: People,
    chance: random.Random,
    rows: list[dict[str, Any]] | None = None,
) -> int:
    """Open one case and let none or one office agree; 0 where a rule stands against it today."""
    papers = proofs_for(process, application)
    operations.keep_papers(papers)
    try:
        with transaction():
            case_id = operations.open_with(process, application, papers, actor=clerk, rows=rows)
    except Refused:
        return 0
    if chance.random() < 0.5:
        agree(case_id, people, 1)
    return 1


def _contested(children: list[Child], people: People, chance: random.Random) -> int:
    """Records whose number is in doubt, and what their schools propose; return how many cases."""
    opened = 0
    for child in children:
        clerk = people[child.school.id, "operator"]
        with transaction():
            student = db.session.get_one(Student, child.id)
            contests.mark(student, "wrong_number", "户籍系统返回“证件号与姓名不匹配”。", None, actor=clerk)
        proof = {"explanation": "经派出所核实，姓名为同音异体字。", "proof": "户籍证明原件"}
        opened += _open("contested_record", {"student": child.id, "remedy": "evidence", **proof}, clerk, people, chance)
    return opened


def _sample(province: Province, most: int, chance: random.Random) -> list[DemoSchool]:
    """Some schools with seats to spare, of every stage in turn."""
    roomy = [school for school in province.schools if not school.full]
    mixed = chance.sample(roomy, len(roomy))
    of_stages = [[each for each in mixed if each.stage == stage] for stage in ("primary", "junior", "senior")]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*of_stages))
    return list(itertools.islice(filter(None, turns), most))


def new_child(school: DemoSchool, serial: int, chance: random.Random) -> dict[str, Any]:
    """A six-year-old whom nobody knows yet."""
    born = dt.date(clock.today().year - 6, 1, 1) + dt.timedelta(days=serial % 240)
    body = f"{school.division}{born:%Y%m%d}{990 + serial % 10:03d}"
    return {
        "name": a_name(500_000 + serial, chance),
        "sex": "1" if (990 + serial % 10) % 2 else "2",
        "born_on": born.isoformat(),
        "document_type": "1",
        "main_number": body + check_digit(body),
        "ethnic_group": "01",
        "household_division": school.division,
        "address": "人民路 1 号",
        "entry_way": "11",
        "boarding": "1",
        "guardian": {"name": "王建国", "relation": "1", "phone": "13800000000"},
    }


def from_elsewhere(school: DemoSchool, place: int, chance: random.Random) -> dict[str, Any]:
    """A child from the next province, with a record there or without."""
    grade = school.grades[1]
    born = dt.date(clock.today().year - {"2": 13, "3": 16}[grade[0]], 3, 1) + dt.timedelta(days=place)
    body = f"341225{born:%Y%m%d}{960 + place:03d}"
    declared = {"national_number": f"G{body}{check_digit(body)}"} if place % 2 == 0 else {}
    return {
        "name": a_name(600_000 + place, chance),
        "sex": "1" if (960 + place) % 2 else "2",
        "born_on": born.isoformat(),
        "document_type": "1",
        "main_number": body + check_digit(body),
        "grade": grade,
        "from_province": "340000",
        "from_school": "阜南县第一中学",
        "has_record": bool(declared),
        **declared,
        "experience": "入学至今在原校就读，附原校学籍信息表。",
        "reason": "随父母务工来浙。",
        "guardian": {"name": "王建国", "relation": "1", "phone": "13800000000"},
        "signed_on": clock.today().isoformat(),
    }


def renaming(school: DemoSchool) -> dict[str, Any]:
    return {
        "school": school.code,
        "kind": "renaming",
        "new_name": f"{school.name}（实验校区）",
        "new_short_name": f"{school.name[-12:]}实验",
        "basis": "教育局关于同意学校更名的批复",
        "reason": "办学规模调整，经批准更名。",
    }
