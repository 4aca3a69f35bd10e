"""Recruiting of the demo province: plans at every step, filed ones among them, walked through the real verbs."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from app import clock
from app.cases import operations
from app.database import transaction
from app.demo.schools import SHOWN, DemoSchool, Province
from app.demo.walking import People, agree, at_earlier_hours
from app.divisions.models import OfficeKind
from app.errors import Refused

ALL = 9  # more desks than any plan has


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
        elsewhere = place % 3 == 2
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
                    _walk(process, school, chance.choice(sources), autumn, ALL, people)
            else:
                steps = chance.choice((0, 1, 2, 3, 4))
                running += _walk(process, school, chance.choice(sources), autumn + 1, steps, people)
        except Refused:
            continue  # no place for it, such as a source that is the school's own area
    return running


def _walk(process: str, school: DemoSchool, source: str, year: int, steps: int, people: People) -> bool:
    """Let that many desks agree; True while the case runs on."""
    application: dict[str, Any] = {
        "source": source,
        "stage": school.stage,
        "entry_year": year,
        "cap": 2,
        "closes_on": f"{year}-08-20",
        "basis": f"{year} 年普通高中招生计划",
    }
    with transaction():
        case_id = operations.open_case(process, application, actor=people[school.id, "operator"]).id
    return agree(case_id, people, steps) == steps
