"""Desks that look lived in: what waits for the approver of a shown county, some of it late, some sent back twice.

Opened and decided through the verbs, at earlier hours. What colleagues do with it is in `app/demo/colleagues.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import clock
from app.demo.applications import (
    OF_A_CHILD,
    OF_A_CHILD_BESIDE,
    Application,
    certificate_lost,
    more_seats,
    transfer_to,
    years_for,
)
from app.demo.changes import from_elsewhere, new_child
from app.demo.pupils import Pupils
from app.demo.schools import DemoSchool
from app.demo.students import Child
from app.demo.terms import contest
from app.demo.walking import Walk

Script = Sequence[str]
HERE: Script = ("agree",)
ONCE: Script = ("agree", "back", "repair", "agree")
TWICE: Script = (*ONCE, "again", "repair", "agree")
#: how many cases of a process come to a desk, and how some of them have come
WAITING: Mapping[str, tuple[int, Sequence[Script]]] = {
    "suspension": (6, (ONCE,)),
    "key_correction": (6, (TWICE, ONCE)),
    "abroad": (3, ()),
    "drop_out": (4, ()),
    "departure": (3, (ONCE,)),
    "withdrawal": (3, ()),
    "skip": (2, ()),
    "repeat": (3, (TWICE,)),
    "locked_correction": (4, (ONCE,)),
    "death": (1, ()),
}
#: what waits at each school itself: for its head, or for its operator, to be completed
AT_SCHOOL: Sequence[tuple[str, Script]] = (("suspension", ()), ("key_correction", ()), ("abroad", ("back",)))
TRANSFERS = 6  # to the county's schools, and as many from them
#: days since it came: mostly this week and the last one, some at their limit, some beyond it
AGES = (0.2, 0.6, 1.2, 1.7, 2.1, 2.8, 3.4, 4.1, 4.6, 5.2, 6.1, 7.3, 8.2, 9.4, 11.1, 13.3, 15.4, 19.3)
DAYS_OF_A_STEP, HOURS_OF_A_STEP = 0.8, 16
OF_STRANGERS = 700  # from which on children of other provinces and new ones are numbered here


@dataclass(frozen=True)
class Coming:
    """A case that comes to the desk: what its school applies for, asked on its day, and what happens on the way."""

    process: str
    school: DemoSchool
    application: Callable[[], Application]
    script: Script = HERE
    rows: Callable[[], list[dict[str, Any]]] | None = None


@dataclass(frozen=True)
class Desk:
    """A bureau's desk, the schools of which it decides, and others to move from and to."""

    walk: Walk
    schools: Sequence[DemoSchool]
    others: Sequence[DemoSchool]
    pupils: Pupils
    chance: random.Random

    def fill(self, part: int) -> int:
        """Let cases come, `part` percent of what there could be; how many were opened."""
        return sum(self._let_come(each, age) for each, age in zip(self._coming(part), self._ages(), strict=False))

    def _ages(self) -> Iterator[float]:
        while True:
            yield from self.chance.sample(AGES, len(AGES))

    def _let_come(self, coming: Coming, age: float) -> bool:
        self.walk.at(age + DAYS_OF_A_STEP * len(coming.script), self.chance.randrange(200))
        rows = coming.rows() if coming.rows else None
        case_id = self.walk.open(coming.process, coming.application(), coming.school.id, rows)
        self.walk.follow(case_id, coming.script, hours=HOURS_OF_A_STEP)
        return case_id is not None

    def _coming(self, part: int) -> Iterator[Coming]:
        for process, (many, returned) in WAITING.items():
            for place, script in enumerate([*returned, *[HERE] * many][: max(1, many * part // 100)]):
                if child := self._child(place, process):
                    asked = OF_A_CHILD.get(process) or OF_A_CHILD_BESIDE[process]
                    yield Coming(process, child.school, _about(child, asked), script)
        for place in range(TRANSFERS * part // 100):
            yield from self._moves(place)
        for place, school in enumerate(self.schools):
            yield from self._of_the_school(school, place)

    def _child(self, place: int, process: str) -> Child | None:
        schools = [*self.schools[place % len(self.schools) :], *self.schools]
        found = (self.pupils.take(each, years_for(process, each)) for each in schools)
        return next(filter(None, found), None)

    def _moves(self, place: int) -> Iterator[Coming]:
        """A child who comes to a school of the county, and one who goes from it."""
        here = self.schools[place % len(self.schools)]
        there = next((each for each in self.others if each.stage == here.stage and not each.full), None)
        if there is None:
            return
        comes, goes = self.pupils.take(there), self.pupils.take(here)
        if comes and not here.full:
            yield Coming("transfer", here, _move(here, comes), TWICE if place == 0 else HERE)
        if goes:
            near = there.superior.id == here.superior.id
            yield Coming("transfer", there, _move(there, goes), HERE if near else ("agree", "agree", "agree"))

    def _of_the_school(self, school: DemoSchool, place: int) -> Iterator[Coming]:
        """What concerns no child who is here: seats, children who come, the year's roll, a lost certificate."""
        chance, serial = self.chance, OF_STRANGERS + school.id * 4
        yield Coming("quota_change", school, lambda: more_seats(school, 42), ONCE if place == 0 else HERE)
        if school.stage == "primary" and not school.full:
            yield Coming(
                "late_registration",
                school,
                lambda: {"stage": "primary", "entry_year": clock.today().year, "reason": "随父母迁入，未能按时注册。"},
                rows=lambda: [new_child(school, serial + each, chance) for each in range(2)],
            )
        elif not school.full:
            yield Coming("arrival", school, lambda: from_elsewhere(school, serial % 30, chance))
        if child := self.pupils.take(school):
            yield Coming("education_proof", school, _about(child, lambda _each: certificate_lost(school)))
        if place % 2 == 0 and (child := self.pupils.take(school)):
            self.walk.at(3)
            contest(self.walk, child)
            yield Coming("contested_record", school, _about(child, OF_A_CHILD_BESIDE["contested_record"]))
        for process, script in AT_SCHOOL:
            if child := self.pupils.take(school):
                yield Coming(process, school, _about(child, OF_A_CHILD[process]), script)


def _about(child: Child, asked: Callable[[Child], Application]) -> Callable[[], Application]:
    return lambda: {"student": child.id, **asked(child)}


def _move(school: DemoSchool, child: Child) -> Callable[[], Application]:
    return lambda: transfer_to(school, child)
