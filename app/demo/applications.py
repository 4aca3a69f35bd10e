"""What schools of the demo province apply for about one child: by process, dated on the clock of the moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from app import clock
from app.demo.schools import DemoSchool
from app.demo.students import Child

Application = dict[str, Any]
ANY = "123456"  # year of a stage


def days(count: int) -> str:
    """The day so many days from the clock's, as a form says it."""
    return (clock.today() + dt.timedelta(days=count)).isoformat()


def signed(child: Child) -> Application:
    """Who of the family has signed, today."""
    guardian = {"name": child.name[0] + "建国", "relation": "1", "phone": "13800000000"}
    return {"guardian": guardian, "signed_on": days(0)}


def suspended_until(child: Child, count: int) -> Application:
    """休学 for illness, for so many days from the clock's."""
    return {
        "kind": "illness",
        "hospital": "浙江大学医学院附属儿童医院",
        "diagnosed_on": days(-5),
        "rest_months": max(3, count // 30),
        "starts_on": days(0),
        "ends_on": days(count),
        "explanation": "须住院治疗，建议休息。",
        **signed(child),
    }


#: of a child in 在读
OF_A_CHILD: dict[str, Callable[[Child], Application]] = {
    "suspension": lambda child: suspended_until(child, 200),
    "key_correction": lambda child: {
        "name": child.name[0] + "思源",
        "proof": "户口簿及派出所更名证明",
        "reason": "已在公安机关办理更名。",
        **signed(child),
    },
    "correction": lambda _child: {"address": "文三路 398 号", "phone": "13800000000", "reason": "搬家"},
    "class_change": lambda child: {"school_class": 2 - child.place % 2, "reason": "分班调整"},
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

#: of a child who is not, or of one of whom more must be true
OF_A_CHILD_BESIDE: dict[str, Callable[[Child], Application]] = {
    "repeat": lambda child: {
        "special_education": True,
        "reason": "随班就读，监护人申请再读一年。",
        **signed(child),
    },
    "locked_correction": lambda _child: {
        "household_address": "文一路 115 号",
        "proof": "户口簿",
        "reason": "注册时误填门牌号。",
    },
    "suspension_renewal": lambda child: {
        "hospital": "浙江大学医学院附属儿童医院",
        "diagnosed_on": days(-4),
        "rest_months": 4,
        "ends_on": days(180),
        "explanation": "复查后医院建议继续休养。",
        **signed(child),
    },
    "resumption": lambda child: {
        "resumes_on": days(0),
        "grade": child.grade,
        "school_class": 1,
        "proof": "县级医院康复证明",
        **signed(child),
    },
    "return_to_school": lambda _child: {"returned_on": days(0), "explanation": "经劝返已到校上课。"},
    "reinstatement": lambda child: {
        "starts_on": days(0),
        "grade": child.grade,
        "experience": "退学后在家自学。",
        **signed(child),
    },
    "contested_record": lambda _child: {
        "remedy": "evidence",
        "explanation": "经派出所核实，姓名为同音异体字。",
        "proof": "户籍证明原件",
    },
}


def transfer_to(school: DemoSchool, child: Child) -> Application:
    """省内转学 of a child of another school."""
    return {
        "name": child.name,
        "main_number": child.number,
        "to_school": school.code,
        "reason": "随父母工作调动迁居",
        **signed(child),
    }


def more_seats(school: DemoSchool, total: int) -> Application:
    """招生计划调整 of this school year's new cohort."""
    return {
        "stage": school.stage,
        "year": clock.school_year(clock.today()),
        "total": total,
        "reason": "学区新建住宅交付，报名人数增加。",
        "basis": "县教育局招生工作会议纪要",
    }


def certificate_lost(school: DemoSchool) -> Application:
    """补办学历证明 of somebody who has finished school here last summer."""
    return {
        "stage": school.stage,
        "certificate": "graduation",
        "left_in": clock.school_year(clock.today()),
        "cause": "lost",
        "purpose": "升学报名",
        "explanation": "搬家时遗失证书，本人已登报声明。",
    }


def years_for(process: str, school: DemoSchool) -> str:
    """The years of a stage in which the process is for a child of that school."""
    primary = school.stage == "primary"
    if process == "skip":  # into another cohort, which must have a seat
        return "" if school.full else "234" if primary else "1"
    if process == "repeat":  # into the cohort after, for which there is a number
        return "" if school.full else "23456" if primary else "2"
    return "1" if process == "locked_correction" else ANY
