"""Refused attempts of the last months: schools that wanted more children than they were given, or others."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from app import clock
from app.access import Actor
from app.cases import operations
from app.database import transaction
from app.demo.applications import transfer_to
from app.demo.changes import new_child
from app.demo.schools import DemoSchool, Province
from app.demo.students import Child
from app.demo.walking import Walk
from app.errors import Refused, objections_of
from app.web.errors import ATTEMPTS

Act = Callable[[Actor, DemoSchool, Child], None]
AGES = (2, 4, 9, 13, 17, 22, 28, 41, 63, 78)  # days
MOST = 6  # of one school, in the last weeks


def refused(walk: Walk, province: Province, children: Sequence[Child], chance: random.Random) -> int:
    """Let schools try what the rules refuse; how often they have."""
    shown = [each for each in province.schools if each.superior.code in ("330106", "330212")]
    tried = 0
    for school in province.schools:
        if school.full:
            for child in _of_the_stage(children, school, chance.randrange(1, MOST), chance):
                tried += _try(walk, school, chance, _move, child)
    for school in shown:
        known = _of_the_stage(children, school, 2, chance)
        tried += _try(walk, school, chance, _roster, known[0])
        if school.stage == "primary" and not school.full:
            tried += _try(walk, school, chance, _again, known[1])
    return tried


def _of_the_stage(children: Sequence[Child], school: DemoSchool, many: int, chance: random.Random) -> list[Child]:
    """Some children of other schools of its stage, of those that stay free to transfer."""
    some = chance.sample(range(len(children)), 40 * many)
    others = (children[each] for each in some)
    return [each for each in others if each.free and each.school.stage == school.stage and each.school is not school][
        :many
    ]


def _try(walk: Walk, school: DemoSchool, chance: random.Random, act: Act, child: Child) -> int:
    """One attempt, which is refused and counted as those of pages are."""
    walk.at(chance.choice(AGES), chance.randrange(300))
    try:
        with transaction():
            act(walk.people[school.id, "operator"], school, child)
    except Refused as refusal:
        codes = [each.code for each in objections_of(refusal)]
        with transaction():
            for count in ATTEMPTS:
                count(codes, walk.people[school.id, "operator"])
        return 1
    raise AssertionError(f"{school.name} was not refused")


def _move(clerk: Actor, school: DemoSchool, child: Child) -> None:
    """A child for whom there is no seat."""
    operations.open_case("transfer", transfer_to(school, child), actor=clerk)


def _roster(clerk: Actor, _school: DemoSchool, child: Child) -> None:
    """A list without a plan."""
    asked, row = {"filing": f"B{clock.today().year}-330100-900001"}, {"main_number": child.number, "name": child.name}
    operations.open_case("recruitment_roster", asked, actor=clerk, rows=[row])


def _again(clerk: Actor, school: DemoSchool, child: Child) -> None:
    """A new record for a child who has one."""
    number, asked = child.number, {"stage": "primary", "entry_year": clock.today().year, "reason": "随父母迁入。"}
    born = {"born_on": f"{number[6:10]}-{number[10:12]}-{number[12:14]}", "sex": "1" if int(number[16]) % 2 else "2"}
    row = {**new_child(school, child.id, random.Random(child.id)), **born, "name": child.name, "main_number": number}
    operations.open_case("late_registration", asked, actor=clerk, rows=[row])
