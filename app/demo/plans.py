"""Recruiting of the demo province: plans at every step, filed ones among them, walked through the real verbs."""

from __future__ import annotations

import random
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import operations
from app.cases.models import Task, TaskStatus
from app.cases.operations import Answer
from app.database import db, transaction
from app.demo.schools import DemoSchool, Province
from app.divisions.models import OfficeKind
from app.errors import Refused

PLANS = 36
People = dict[tuple[int, str], Actor]


def propose_some(province: Province, people: People, chance: random.Random) -> int:
    """Plans of senior high schools, every third of them for another city; how many of them still run."""
    counties = [each for each in province.bureaus.values() if each.kind is OfficeKind.COUNTY and not each.acts_as_city]
    schools = [each for each in province.schools if each.stage == "senior" and each.superior in counties]
    chance.shuffle(schools)
    running = 0
    for place, school in enumerate(schools[:PLANS]):
        elsewhere = place % 3 == 2
        sources = [
            each.code
            for each in counties
            if (each.code[:4] != school.division[:4]) == elsewhere and each.code != school.division
        ]
        if not sources:
            continue
        try:
            process = "plan_cross_city" if elsewhere else "plan_cross_county"
            running += _walk(process, school, chance.choice(sources), chance.choice((0, 1, 2, 3, 4, 9)), people)
        except Refused:
            continue  # no number set for the year, or too late in it
    return running


def _walk(process: str, school: DemoSchool, source: str, steps: int, people: People) -> bool:
    """Let that many desks agree; True while the case runs on."""
    year = clock.today().year
    application: dict[str, Any] = {
        "source": source,
        "stage": school.stage,
        "entry_year": year,
        "cap": 2,
        "closes_on": f"{year}-12-31",
        "basis": f"{year} 年普通高中招生计划",
    }
    with transaction():
        case_id = operations.open_case(process, application, actor=people[school.id, "operator"]).id
    for _ in range(steps):
        with transaction():
            task = db.session.execute(
                sa.select(Task.id, Task.office_id, Task.duty, Task.key)
                .where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
                .order_by(Task.id)
                .limit(1)
            ).first()
            if task is None:
                return False
            who = people[task.office_id, task.duty.value]
            answer = Answer("agree", opinion="同意。")
            if task.key.endswith("_opinion"):
                answer = Answer("acknowledge", form={"view": "support"})
            operations.decide(task.id, answer, actor=who)
    return True
