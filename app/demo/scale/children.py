"""What fills the gaps: the people, offices, days and numbers of each generated child."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db
from app.demo.scale.kinds import CLOSED, OPEN, Kind
from app.demo.scale.lives import Life
from app.demo.scale.population import Cohort, Site, some_names
from app.demo.scale.stamps import EPOCH, INSTANT, MICROSECOND, NUMBER, TEXT, Sheet
from app.demo.scale.walks import around
from app.demo.schools import DemoSchool, Province
from app.demo.students import AGE_AT_ENTRY
from app.demo.walking import People
from app.divisions.models import Office
from app.divisions.operations import divisions_of_zhejiang
from app.encryption import keyed_hash, seal, sign
from app.schools.models import stage_of
from app.students.operations import signed_content
from app.students.rules.numbers import FORMAL_LETTER, card_number
from app.students.rules.sealed_numbers import masked_of
from app.web.text import check_digit

ASKED = "330106"  # the bureau that everybody asks: 20,000 wait there and 400,000 have been decided, of two millions
DAYS = 364
#: places elsewhere in the country where children were born; each takes a share of them
BORN_ELSEWHERE = (
    "341225", "411381", "360681", "520221", "341522", "411525", "420881", "430523", "511921", "500237", "522121",
    "532128", "341226", "411726", "361128", "520525", "411681", "341204", "420983", "430722", "511323", "360734",
)  # fmt: skip
OF_ONE_PLACE = DAYS * 500
RELATIONS = ("建国", "志强", "秀英", "丽华", "海燕", "永康")
RUN_BY_A_CITY = DAYS * 300  # its children are born in a county that counts its own from 0
FIRST_CARD = 500_500  # beyond those of the children who were walked
OPEN_WEEKS = (0, 0, 0, 1, 1, 2, 3)  # how long ago an open case began
TRIES = 20  # to find another school by chance
FIRST_PLACE = 200  # in a grade's numbers


@dataclass(frozen=True)
class Places:
    """Every school's offices and people as gaps, on either side of a case; schools by what a child can move within."""

    gaps: dict[tuple[str, int], dict[str, Any]]
    roomy: dict[tuple[str, str, str], list[Site]]  # stage, tier, bureau ("": any)
    codes: dict[str, tuple[str, str]]  # by division: the county its numbers begin with, and its number
    above: dict[int, tuple[int, ...]]  # by office: itself and everybody above it

    def other(self, site: Site, kind: Kind, chance: random.Random) -> Site | None:
        """The other school of a case, as its kind asks; None where there is no such."""
        if not kind.other:
            return None
        bureau = site.bureau if kind.other == "near" else ASKED if chance.randrange(1000) < kind.popular else ""
        there = self.roomy.get((site.stage, site.tier, bureau)) or self.roomy[site.stage, site.tier, ""]
        for _ in range(TRIES):
            found = chance.choice(there)
            if found.id != site.id and (found.bureau == site.bureau) == (kind.other == "near"):
                return found
        return None


def places_of(province: Province, sites: list[Site], people: People) -> Places:
    """The gaps of every school, once."""
    gaps: dict[tuple[str, int], dict[str, Any]] = {}
    roomy: dict[tuple[str, str, str], list[Site]] = {}
    schools = {school.id: school for school in province.schools}
    for site in sites:
        for side in ("x", "y"):
            gaps[side, site.id] = _gaps_of(side, schools[site.id], people)
        for bureau in () if site.full else ("", site.bureau):
            roomy.setdefault((site.stage, site.tier, bureau), []).append(site)
    counties = [row["code"] for row in divisions_of_zhejiang() if not row["code"].endswith("00")]
    codes = {code: (code, f"{place:02d}") for place, code in enumerate(counties, start=1)}
    for site in sites:  # a city's own schools are numbered with the first county of it
        codes.setdefault(site.division, codes[next(code for code in counties if code[:4] == site.division[:4])])
    offices = db.session.execute(sa.select(Office.id, Office.path)).all()
    above = {key: tuple(int(each) for each in path.split(".") if each) for key, path in offices}
    return Places(gaps, roomy, codes, above)


def _gaps_of(side: str, school: DemoSchool, people: People) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for gap, office in around(side, school).items():
        found |= {gap: office.id, f"{gap}_name": office.name, f"{gap}_code": office.code}
        found |= {f"{gap}_division": office.division_code}
        for duty in ("operator", "approver"):
            found[f"{gap}_{duty}"] = people[office.id, duty].user_id
    return found


class Deck:
    """Kinds of cases dealt out as often as they are to be, in an order that chance decides."""

    def __init__(self, lives: list[Life]) -> None:
        self.by_kind = {life.kind: life for life in lives}
        self.open, self.closed = (list(itertools.accumulate(each.among for each in kinds)) for kinds in (OPEN, CLOSED))

    def alone(self, index: int) -> Life:
        """The life of a child who cannot have the one drawn: about nobody but itself, nowhere but here."""
        kinds = CLOSED if index % 2 else OPEN
        return next(self.by_kind[each] for each in kinds if each.process == "class_change")

    def draw(self, index: int, chance: random.Random) -> Life:
        """The life of the child of that number: every other case is open."""
        kinds, up_to = (OPEN, self.open) if index % 2 == 0 else (CLOSED, self.closed)
        return self.by_kind[chance.choices(kinds, cum_weights=up_to)[0]]


@dataclass(frozen=True)
class Ids:
    """The first free id of each table, and how many of them each child has for itself."""

    first: dict[str, int]
    each: dict[str, int]

    def of(self, index: int) -> dict[str, int]:
        """The ids of the rows of that child, by their gaps."""
        found = {name: start + index * many for name, start, many in self._series}
        found |= {"child": self.first["student"] + index, "case": self.first["cases"] + index}
        return found

    @functools.cached_property
    def _series(self) -> list[tuple[str, int, int]]:
        """By gap: the id of the first child's row, and how far it is to the next child's."""
        return [
            (f"{table}_{place}", self.first[table] + place, many)
            for table, many in self.each.items()
            for place in range(many)
        ]


class Filling:
    """Fills the patterns of lives for the children of one bureau's schools."""

    def __init__(self, places: Places, deck: Deck, ids: Ids, seed: str) -> None:
        self.places, self.deck, self.ids = places, deck, ids
        self.chance, self.today = random.Random(seed), clock.today()
        self.of_year: Counter[int] = Counter()  # children so far, by the year in which they entered their stage

    def children(self, cohort: Cohort, classes: list[int]) -> Iterator[tuple[Life, Sheet, dict[str, Any]]]:
        """Each child of the cohort: its life, the sheet of its rows and what they are filled in with."""
        weeks = (self.today - dt.date(cohort.entry_year, 9, 1)).days // 7 - 1  # since it began
        for place, name in enumerate(some_names(cohort.children, self.chance)):
            index = cohort.first + place
            life = self.deck.draw(index, self.chance)
            there = self.places.other(cohort.site, life.kind, self.chance)
            if (life.kind.other and there is None) or (life.kind.closed and weeks < 1):
                life, there = self.deck.alone(index), None
            gaps: dict[str, Any] = self.ids.of(index)
            gaps |= self.places.gaps["x", cohort.site.id]
            if there:
                gaps |= self.places.gaps["y", there.id]
            gaps |= self._person(cohort, place, index, name)
            moved = life.kind.process == "class_change"  # from the first class to the second
            gaps["school_class"] = classes[life.kind.closed if moved else place % len(classes)]
            self._days(gaps, life, index, weeks)
            if life.directive:
                _sign(gaps, life.directive)
            yield life, life.without_card if cohort.site.stage == "senior" else life.sheet, gaps

    def _person(self, cohort: Cohort, place: int, index: int, name: str) -> dict[str, Any]:
        chance, site, year = self.chance, cohort.site, cohort.entry_year
        self.of_year[year] += 1
        serial = self.of_year[year]
        county, county2 = self.places.codes[site.division]
        city_run = site.bureau.endswith("00")
        male, home, count = chance.random() < 0.52, county, serial + (RUN_BY_A_CITY if city_run else 0)
        if chance.random() < 0.25:
            home, count = BORN_ELSEWHERE[index // OF_ONE_PLACE % len(BORN_ELSEWHERE)], index % OF_ONE_PLACE
        born = dt.date(year - AGE_AT_ENTRY[cohort.grade[0]], 9, 1) + dt.timedelta(days=count % DAYS)
        body = f"{home}{born:%Y%m%d}{count // DAYS * 2 + male:03d}"
        number = body + check_digit(body)
        national = f"{FORMAL_LETTER}{number}"
        school2 = int(site.code[-2:]) + (80 if city_run else 0)
        township2 = "01" if cohort.grade[0] == "1" else ""
        entered = f"{cohort.grade[0]}{year % 100:02d}"
        return {
            "name": name,
            "sex": "1" if male else "2",
            "born_on": born.isoformat(),
            "household": home,
            "number_hash": keyed_hash(number),
            "number_masked": f"{number[:6]}********{number[-4:]}",
            **_sealed("main_number", number),
            **_sealed("national", national),
            "national_hash": keyed_hash(national),
            "national_masked": masked_of(national),
            "stage_number": f"{entered}{county2}{township2}{school2:02d}{FIRST_PLACE + place:04d}",
            "card": card_number(county, year, FIRST_CARD + serial),
            "takeover": site.takeover,
            "guardian": name[0] + chance.choice(RELATIONS),
            **_sealed("phone", f"13{chance.randrange(10**9):09d}"),
            "grade": cohort.grade,
            "stage": stage_of(cohort.grade).value,
            "entry_year": year,
            "started": f"{year}-09-01",
        }

    def offices(self, life: Life, gaps: dict[str, Any]) -> Iterator[str]:
        """The lines of `case_office` for the child's case: who is on its route, and who answers for them."""
        route = {each if isinstance(each, int) else gaps[each] for each in life.route}
        closed = "t" if life.kind.closed else "f"
        for office in sorted({each for one in route for each in self.places.above[one]}):
            own = "t" if office in route else "f"
            yield f"{office}\t{gaps['case']}\t{own}\t{closed}\t{gaps['child']}\t{life.kind.process}\n"

    def _days(self, gaps: dict[str, Any], life: Life, index: int, since: int) -> None:
        """Whole weeks earlier than the pattern, so that working days stay such, and up to seven hours later."""
        weeks = self.chance.randrange(min(since, 140)) if life.kind.closed else self.chance.choice(OPEN_WEEKS)
        earlier, later = dt.timedelta(weeks=weeks), dt.timedelta(seconds=self.chance.randrange(25_000))
        for gap, (at, by_the_hour) in life.instants.items():
            then = at - earlier + later if by_the_hour else at - earlier
            gaps[gap], gaps[f"{gap}_said"] = str(then), (then - EPOCH) // MICROSECOND
        day, issuer = life.day - earlier, "y" if life.kind.closed else "x"
        gaps["day"], gaps["number"] = day.isoformat(), f"{day:%Y%m%d}-{index + 1:07d}"
        apart = f"{index // 10**6 + 1:02d}"  # after the bureau's code: in no series that bureaus count
        gaps["directive_number"] = f"T{day.year}-{gaps.get(f'{issuer}b_code', '')}{apart}-{index % 10**6:06d}"


def _sealed(gap: str, said: str) -> dict[str, str]:
    content = seal(said)
    return {gap: f"\\\\x{content.hex()}", f"{gap}_said": hashlib.sha256(content).hexdigest()}


def _sign(gaps: dict[str, Any], directive: Mapping[str, Any]) -> None:
    """The signature under the directive that the gaps make."""
    row = {}
    for name, value in directive.items():
        row[name] = value
        if isinstance(value, str) and value[:1] in (NUMBER, TEXT):
            row[name] = gaps[value[1:-1]]
        elif isinstance(value, str) and value[:1] == INSTANT:
            row[name] = EPOCH + gaps[f"{value[1:-1]}_said"] * MICROSECOND
    content = sign(signed_content(row))
    gaps["signature"], gaps["signature_said"] = f"\\\\x{content.hex()}", hashlib.sha256(content).hexdigest()
