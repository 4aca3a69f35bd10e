"""Open cases of the other processes: a few of each, opened through the real verbs in the last days."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from app import clock
from app.access import Actor
from app.cases import operations
from app.database import db, transaction
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
        for process, application in _about_a_child().items():
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
            opened += _open("quota_change", _more_seats(school), people[school.id, "operator"], people, chance)
            if school.stage != "primary":
                stranger = _from_elsewhere(school, place, chance)
                opened += _open("arrival", stranger, people[school.id, "operator"], people, chance)
            if place < each:
                superior = people[school.superior.id, "operator"]
                opened += _open("school_reorganisation", _renaming(school), superior, people, chance)
            rows = [_new_child(school, place * 10 + count, chance) for count in range(3)]
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


def _about_a_child() -> dict[str, Callable[[Child], dict[str, Any]]]:
    """Process to its application about one child, dated on the clock of the moment."""

    def signed(child: Child) -> dict[str, Any]:
        guardian = {"name": child.name[0] + "建国", "relation": "1", "phone": "13800000000"}
        return {"guardian": guardian, "signed_on": clock.today().isoformat()}

    def days(count: int) -> str:
        return (clock.today() + dt.timedelta(days=count)).isoformat()

    return {
        "suspension": lambda child: {
            "kind": "illness",
            "hospital": "浙江大学医学院附属儿童医院",
            "diagnosed_on": days(-5),
            "rest_months": 6,
            "starts_on": days(0),
            "ends_on": days(200),
            "explanation": "须住院治疗，建议休息六个月。",
            **signed(child),
        },
        "key_correction": lambda child: {
            "name": child.name[0] + "思源",
            "proof": "户口簿及派出所更名证明",
            "reason": "已在公安机关办理更名。",
            **signed(child),
        },
        "correction": lambda _child: {"address": "文三路 398 号", "phone": "13800000000", "reason": "搬家"},
        "class_change": lambda _child: {"school_class": 2, "reason": "分班调整"},
        "abroad": lambda child: {
            "country": "新加坡",
            "leaves_on": days(0),
            "document": "录取通知书、签证",
            **signed(child),
        },
        "drop_out": lambda _child: {"left_on": days(-30), "efforts": "班主任三次家访，已报告乡镇。"},
        "skip": lambda child: {"test_result": "各科均为优秀", "reason": "学业优异。", **signed(child)},
        "death": lambda _child: {"died_on": days(-3), "proof": "居民死亡医学证明书"},
        "departure": lambda child: {
            "province": "340000",
            "to_school": "合肥市第一中学",
            "reason": "随父母回原籍就读。",
            **signed(child),
        },
        "withdrawal": lambda child: {"leaves_on": days(0), "reason": "监护人申请。", **signed(child)},
    }


def _sample(province: Province, most: int, chance: random.Random) -> list[DemoSchool]:
    """Some schools with seats to spare, of every stage."""
    roomy = [school for school in province.schools if not school.full]
    return chance.sample(roomy, min(most, len(roomy)))


def _more_seats(school: DemoSchool) -> dict[str, Any]:
    return {
        "stage": school.stage,
        "year": clock.school_year(clock.today()),
        "total": 40,
        "reason": "学区新建住宅交付，报名人数增加。",
        "basis": "县教育局招生工作会议纪要",
    }


def _new_child(school: DemoSchool, serial: int, chance: random.Random) -> dict[str, Any]:
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


def _from_elsewhere(school: DemoSchool, place: int, chance: random.Random) -> dict[str, Any]:
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


def _renaming(school: DemoSchool) -> dict[str, Any]:
    return {
        "school": school.code,
        "kind": "renaming",
        "new_name": f"{school.name}（实验校区）",
        "new_short_name": f"{school.name[-12:]}实验",
        "basis": "教育局关于同意学校更名的批复",
        "reason": "办学规模调整，经批准更名。",
    }
