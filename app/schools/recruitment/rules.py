"""Where a school recruits as at home, what a plan may ask, when its roster may come. Pure answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from app.divisions.models import Office, OfficeKind
from app.errors import Refused
from app.schools.models import Ownership, School, Stage

PROVINCE = "330000"


class ScopeRefused(Refused):
    code = "E-SCOPE"
    text = "{sentence}"


# ── areas ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def city_of(office: Office) -> str:
    """The division code of the city an office counts to: a county unit that acts as a city is its own (义乌)."""
    bureau = office.bureau
    if bureau is not None and bureau.acts_as_city:
        return bureau.division_code
    return f"{office.division_code[:4]}00"


def home_area(school: Office) -> tuple[str, ...]:
    """From where a school recruits while its superior has set nothing: its county, a city's school its whole city."""
    above = school.superior
    if above is not None and above.kind is OfficeKind.CITY:
        return (city_of(school),)
    return (school.division_code,)


def in_area(office: Office, divisions: Collection[str]) -> bool:
    """True when the office stands in one of the divisions; a city's code stands for all of its counties."""
    return not {office.division_code, city_of(office), PROVINCE}.isdisjoint(divisions)


# ── scope ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def objections_to_scope(
    school: School, divisions: Sequence[str], cities: Mapping[str, str], field: str = "divisions"
) -> Iterator[Refused]:
    """What stands against counting these divisions as the school's own area (招生范围).

    cities -- every known division's code to the city it counts to
    """
    office = school.office
    for code in divisions:
        if code not in cities:
            yield ScopeRefused(sentence=f"没有代码为 {code} 的行政区划。", field=field)
    if len(set(divisions)) < len(divisions):
        yield ScopeRefused(sentence="同一行政区划列了两次。", field=field)
    if not in_area(office, divisions):
        yield ScopeRefused(sentence=f"招生范围须包含学校所在地（{office.division_code}）。", field=field)
    if school.ownership is Ownership.PUBLIC:
        yield from _beyond_a_public_school(school, [code for code in divisions if code in cities], cities, field)


def _beyond_a_public_school(
    school: School, divisions: Sequence[str], cities: Mapping[str, str], field: str
) -> Iterator[Refused]:
    office, above = school.office, school.office.superior
    if above is not None and above.kind is OfficeKind.CITY and school.teaches(Stage.SENIOR):
        if any(cities[code] != city_of(office) for code in divisions):
            yield ScopeRefused(sentence="市属公办高中的招生范围只能在本设区市内。", field=field)
    elif set(divisions) - {office.division_code}:
        yield ScopeRefused(sentence="公办学校的招生范围只能是学校所在县（市、区）。", field=field)
