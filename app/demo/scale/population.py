"""How many children each division has, which schools they go to, what they are called."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from app import clock
from app.database import db
from app.demo.names import GIVEN, RARE, SURNAMES
from app.demo.schools import Province, add
from app.schools.models import GRADES, School, entry_year_of, stage_of

#: of the cities, in ten thousands (census of 2020)
INHABITANTS = {
    "3301": 1194, "3302": 940, "3303": 957, "3304": 540, "3305": 337, "3306": 527,
    "3307": 705, "3308": 228, "3309": 116, "3310": 662, "3311": 251,
}  # fmt: skip
STAGES = {"primary": 0.56, "junior": 0.26, "senior": 0.18}
PREFIX = {"primary": "小学", "junior": "初级中学", "senior": "高级中学"}
CHILDREN_OF_A_SCHOOL = 1000
CHILDREN_OF_A_CLASS = 45
MOST_SCHOOLS = 80  # of a stage in a county: from 81 on are those that a city runs itself
#: percent of the people, in the order of SURNAMES; the others fall from there
OF_A_HUNDRED = (7.2, 7.0, 6.8, 5.2, 4.6, 3.1, 2.2, 2.2, 2.1, 2.0, 1.6, 1.5, 1.2, 1.2, 1.3, 1.1, 1.1, 1.1, 1.2, 0.9)
_SHARES = [*OF_A_HUNDRED, *(0.85 * 0.975**place for place in range(len(SURNAMES) - len(OF_A_HUNDRED)))]
_UP_TO = list(itertools.accumulate(_SHARES))
_HEADS, _TAILS = sorted({name[0] for name in GIVEN}), sorted({name[1] for name in GIVEN})


@dataclass(frozen=True)
class Site:
    """A school as far as children, cases and numbers ask for it: plain, for a process that has no session yet."""

    id: int
    code: str
    stage: str
    tier: str  # of a senior one
    bureau: str
    division: str
    full: bool
    takeover: int


@dataclass(frozen=True)
class Cohort:
    """The children of one grade of one school; `first` counts the children of the province from 0."""

    site: Site
    grade: str
    entry_year: int
    first: int
    children: int


def shares(province: Province) -> dict[str, float]:
    """The part of the children who live in each division: districts and cities twice a county, in each city's part."""
    weights: dict[str, float] = {}
    for code, bureau in province.bureaus.items():
        if code[:4] in INHABITANTS and code.isdigit():
            weights[code] = 0.3 if code.endswith("00") else 1.0 if bureau.short_name.endswith("县") else 2.0
    whole = sum(INHABITANTS.values())
    of_city = {city: sum(each for code, each in weights.items() if code[:4] == city) for city in INHABITANTS}
    return {code: INHABITANTS[code[:4]] / whole * each / of_city[code[:4]] for code, each in weights.items()}


def found_schools(province: Province, children: int, chance: random.Random) -> None:
    """More schools where more children live: about a thousand go to each."""
    for code, share in shares(province).items():
        if code.endswith("00"):
            continue
        for stage, part in STAGES.items():
            there = sum(1 for each in province.schools if each.superior.code == code and each.stage == stage)
            wanted = min(MOST_SCHOOLS, round(children * share * part / CHILDREN_OF_A_SCHOOL))
            for serial in range(there + 1, wanted + 1):
                add(province, code, stage, serial, f"第{serial}{PREFIX[stage]}", chance)


def sites(province: Province) -> list[Site]:
    """The schools that children go to: all but those of the functional zone."""
    tiers = dict(db.session.execute(sa.select(School.id, School.tier)).all())
    return [
        Site(
            each.id,
            each.code,
            each.stage,
            tiers[each.id],
            each.superior.code,
            each.division,
            each.full,
            province.takeovers[each.id],
        )
        for each in province.schools
        if each.superior.code.isdigit()
    ]


def cohorts(province: Province, places: list[Site], children: int) -> list[Cohort]:
    """Who goes where: so many children in all, bureau by bureau."""
    year = clock.school_year(clock.today())
    weighed = [
        (site, grade, weight)
        for code, share in shares(province).items()
        for site, weight in _weighed(places, code, share)
        for grade in GRADES
        if stage_of(grade).value == site.stage
    ]
    whole, found = sum(weight for *_, weight in weighed), list[Cohort]()
    exact, given = 0.0, 0
    for site, grade, weight in weighed:
        exact += children * weight / whole
        count = round(exact) - given
        found.append(Cohort(site, grade, entry_year_of(grade, year), given, count))
        given += count
    return found


def _weighed(places: list[Site], code: str, share: float) -> list[tuple[Site, float]]:
    """The schools under a bureau, each with the weight of one of its grades."""
    under = [each for each in places if each.bureau == code]
    many = Counter(each.stage for each in under)
    present = sum(STAGES[stage] for stage in many)
    grades = Counter(stage_of(grade).value for grade in GRADES)
    return [(each, share * STAGES[each.stage] / present / many[each.stage] / grades[each.stage]) for each in under]


def some_names(count: int, chance: random.Random) -> list[str]:
    """So many names: surnames as often as people have them, every 211th a rare name."""
    names = [
        surname + (chance.choice(_HEADS) if chance.random() < 0.8 else "") + chance.choice(_TAILS)
        for surname in chance.choices(SURNAMES, cum_weights=_UP_TO, k=count)
    ]
    for place in range(210, count, 211):
        names[place] = chance.choice(RARE)
    return names
