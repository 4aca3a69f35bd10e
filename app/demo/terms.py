"""What the last months have left: cases that ended, agreed, refused or taken back, and children in every standing.

At the schools whose desks are shown. So each card of 发起办件 finds somebody: who is suspended may come back, what was
changed may be taken back, and so on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.cases import operations
from app.cases.queries import case_number
from app.database import db, transaction
from app.demo.applications import (
    ANY,
    OF_A_CHILD,
    OF_A_CHILD_BESIDE,
    Application,
    more_seats,
    suspended_until,
    transfer_to,
    years_for,
)
from app.demo.pupils import Pupils
from app.demo.schools import DemoSchool
from app.demo.students import Child
from app.demo.walking import Walk
from app.students.models import Student
from app.students.operations import contests

AGREED = ("agree",) * 6  # as many desks as there are
RETURNED = ("agree", "back", "repair", *AGREED)
OLDER = "23456"  # the first year of a stage has only begun, and its data are locked


@dataclass(frozen=True)
class PastCase:
    """One case of a school: of which process, so many days ago, what the desks said."""

    process: str
    days: int
    script: Sequence[str] = AGREED
    application: Callable[[Child], Application] | None = None
    recalled: bool = False


#: of every school that is shown: each leaves somebody whom a card is for
LEFT = (
    PastCase("suspension", 58, RETURNED, application=lambda child: suspended_until(child, 78)),
    PastCase("suspension", 49),
    PastCase("drop_out", 44),
    PastCase("withdrawal", 52),
    PastCase("class_change", 25),
    PastCase("class_change", 11),
)
#: one after the other, each of another school
BESIDE = (
    PastCase("key_correction", 37, RETURNED),
    PastCase("suspension", 31, ("agree", "refuse")),
    PastCase("abroad", 33, ("agree",), recalled=True),
    PastCase("correction", 28, ("back", "repair", "agree")),
    PastCase("skip", 40, ("agree", "refuse")),
    PastCase("key_correction", 16, ("agree", "back", "repair", "agree", "again", "repair", "agree", "agree")),
    PastCase("abroad", 21),
    PastCase("departure", 19, ("refuse",)),
    PastCase("locked_correction", 23),
    PastCase("repeat", 35),
    PastCase("key_correction", 12, ("agree", "refuse")),
    PastCase("death", 62),
    PastCase("withdrawal", 47, ("agree", "again", "repair", "agree", "refuse")),
    PastCase("correction", 14),
    PastCase("drop_out", 38, RETURNED),
)
OF_EACH = 3  # of those
MOVES: Sequence[Sequence[str]] = (
    AGREED,
    ("agree", "agree", "refuse"),
    ("agree", "back", "repair", *AGREED),
    ("agree", "agree", "again", "repair", *AGREED),
)


def tell(walk: Walk, schools: Sequence[DemoSchool], pupils: Pupils, chance: random.Random) -> int:
    """Let it have happened; how many cases have come to their end."""
    ended = 0
    for place, school in enumerate(schools):
        beside = [BESIDE[(place * OF_EACH + each) % len(BESIDE)] for each in range(OF_EACH)]
        for past in (*LEFT, *beside):
            if child := pupils.take(school, _years(past, school)):
                ended += _tell(walk, past, child, chance)
        ended += _come_and_gone(walk, pupils, schools, place, chance)
        walk.at(27 + place)
        ended += walk.follow(walk.open("quota_change", more_seats(school, 30), school.id), AGREED, hours=25)
        if child := pupils.take(school):
            walk.at(6)
            contest(walk, child)
    return ended


def _years(past: PastCase, school: DemoSchool) -> str:
    years = years_for(past.process, school)
    return OLDER if years == ANY else years


def _tell(walk: Walk, past: PastCase, child: Child, chance: random.Random) -> bool:
    walk.at(past.days + chance.randrange(3), chance.randrange(300))
    asked = past.application or OF_A_CHILD.get(past.process) or OF_A_CHILD_BESIDE[past.process]
    case_id = walk.open(past.process, {"student": child.id, **asked(child)}, child.school.id)
    told = walk.follow(case_id, past.script, hours=chance.choice((5, 20, 26, 30, 47)))
    if case_id is not None and past.recalled:
        with transaction():
            clerk = walk.people[child.school.id, "operator"]
            operations.recall(case_number(case_id), "家长改变主意，暂不办理。", actor=clerk)
    return told


def _come_and_gone(
    walk: Walk, pupils: Pupils, schools: Sequence[DemoSchool], place: int, chance: random.Random
) -> bool:
    """A transfer from the next school of the stage, walked to its end."""
    school = schools[place]
    others = [each for each in schools if each.stage == school.stage and each is not school]
    child = pupils.take(others[place % len(others)]) if others else None
    if child is None or school.full:
        return False
    walk.at(41 - place, chance.randrange(300))
    case_id = walk.open("transfer", transfer_to(school, child), school.id)
    return walk.follow(case_id, MOVES[place % len(MOVES)], hours=chance.choice((18, 27, 44)))


def contest(walk: Walk, child: Child) -> None:
    """Mark a child's record as contested (问题学籍), by its school."""
    with transaction():
        student = db.session.get_one(Student, child.id)
        clerk: Any = walk.people[child.school.id, "operator"]
        contests.mark(student, "wrong_number", "户籍系统返回“证件号与姓名不匹配”。", None, actor=clerk)
