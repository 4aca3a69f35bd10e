"""Children who finished school last summer: of every stage, graduated through the real verbs, with certificates."""

from __future__ import annotations

import datetime as dt
import random

from app import clock
from app.cases import operations
from app.database import transaction
from app.demo.schools import SHOWN, SOURCES, DemoSchool, Province
from app.demo.students import Child, enrol_last_grade
from app.demo.walking import People, agree, at_earlier_hours

FIRST_ID = 90_001  # beyond everybody else's, whose numbers stay what they are
EACH = 8  # children of a school
DESKS = 2  # the school's and its superior's
DAY = dt.time(10, 0)


def finish_some(province: Province, people: People, chance: random.Random) -> int:
    """Last summer's last grades of some schools, enrolled and graduated; how many children.

    Before anybody else is enrolled: today's last grades were not yet there.
    """
    shown = [each for each in province.schools if each.division in SHOWN or each.division.endswith("00")]
    schools = shown + [each for each in province.schools if each.stage == "junior" and each.division in SOURCES]
    summer = dt.date(clock.school_year(clock.today()), 6, 20)
    with at_earlier_hours():
        clock.set_to(dt.datetime.combine(summer, DAY, tzinfo=clock.ZONE))
        with transaction():
            children = enrol_last_grade(province, schools, FIRST_ID, EACH, chance)
        for school in schools:
            _graduate(school, children, summer, people)
    return len(children)


def _graduate(school: DemoSchool, children: list[Child], summer: dt.date, people: People) -> None:
    """One school's case: the first child completes (结业), everybody else graduates."""
    first = next(child for child in children if child.school is school)
    application = {
        "grade": school.grades[-1],
        "graduates_on": summer.isoformat(),
        "completed": [f"{first.name} {first.number[-4:]}"],
    }
    with transaction():
        case_id = operations.open_case("graduation", application, actor=people[school.id, "operator"]).id
    agree(case_id, people, DESKS)
