"""The part of the demo province that makes it look lived in: desks that are full, months that have passed.

Tests that need a province of offices and children alone load it without (`Size.lived_in`).
"""

from __future__ import annotations

import random

from app.demo import attempts, colleagues, plans, terms
from app.demo.desks import Desk
from app.demo.pupils import Pupils
from app.demo.schools import SHOWN, Province
from app.demo.students import Child
from app.demo.walking import People, Walk, at_earlier_hours

PARTS = {"330106": 1.0, "330212": 0.5}  # how full the desks are beside each other


def settle(province: Province, children: list[Child], people: People, full: int, chance: random.Random) -> int:
    """Let the months pass and the desks of the shown counties fill, so far in percent; how many cases still run."""
    pupils, opened = Pupils(children), 0
    shown = [each for each in province.schools if each.division in SHOWN and each.superior.code in SHOWN]
    of_cities = [each for each in province.schools if each.superior.code in {f"{code[:4]}00" for code in SHOWN}]
    with at_earlier_hours() as real:
        walk = Walk(people, real)
        terms.tell(walk, [each for each in (*shown, *of_cities) if not each.full], pupils, chance)
        plans.ready_for_rosters(walk, [*shown, *of_cities])
        attempts.refused(walk, province, children, chance)
        for code, part in PARTS.items():
            schools = [each for each in shown if each.superior.code == code]
            others = [each for each in shown if each.superior.code != code]
            opened += Desk(walk, schools, others, pupils, chance).fill(round(part * full))
            colleagues.at_work(walk, province.bureaus[code], schools, pupils)
    return opened
