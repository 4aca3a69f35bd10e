"""Where a school recruits as at home, what a plan may ask, when its roster may come. Pure answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence

from app.divisions.models import Office, OfficeKind
from app.errors import InvalidInput, Refused
from app.schools.models import STAGE_NAMES, Ownership, Quota, School, Stage
from app.schools.plans import Plan, PlanKind, PlanStatus
from app.schools.rules import StageNotTaught

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


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────

SOURCES = {  # whose area a plan may name
    PlanKind.CROSS_COUNTY: (OfficeKind.COUNTY, OfficeKind.ZONE),
    PlanKind.CROSS_CITY: (OfficeKind.COUNTY, OfficeKind.ZONE, OfficeKind.CITY),
}


class NotFiled(Refused):
    code = "E-PLAN-01"
    text = "跨区域招生方案尚未备案，不能上传名单。"


class NotClosed(Refused):
    code = "E-PLAN-01"
    text = "招生于 {on:%Y-%m-%d} 截止，截止后才能上传名单。"


class AboveCap(Refused):
    code = "E-PLAN-02"
    text = "超出备案的招生人数：计划 {cap} 人，已列入名单 {listed} 人，本次 {children} 人。"


class SourceIsLocal(Refused):
    code = "E-PLAN-03"
    text = "{source}在本校招生范围内，无须提出招生方案。"


class OtherPlan(Refused):
    code = "E-PLAN-04"
    text = "{sentence}"


class PlanThere(Refused):
    code = "E-PLAN-05"
    text = "本校 {year} 年{stage}面向{source}已有在办或已备案的招生方案。"


class AboveQuota(Refused):
    code = "E-PLAN-06"
    text = "计划数超出核定的{what}（核定 {limit}，其他招生方案已列 {promised}）。"


class NoNumber(Refused):
    code = "E-QUOTA-01"
    text = "上级教育行政部门尚未核定本校 {year} 年{stage}新生学籍总数，不能提出招生方案。"


def objections_to_source(
    kind: PlanKind, school: Office, source: Office | None, scope: Collection[str]
) -> Iterator[Refused]:
    """What stands against recruiting from that bureau's area under a plan of that kind (S21, S22)."""
    if source is None or source.kind not in SOURCES[kind] or source.closed_on is not None:
        yield InvalidInput(sentence="请填写生源地教育局的代码。", field="source")
        return
    if in_area(source, scope or home_area(school)):
        yield SourceIsLocal(source=source.name, field="source")
    elif kind is PlanKind.CROSS_COUNTY and city_of(source) != city_of(school):
        sentence = f"{source.name}与本校不属同一设区市（义乌按设区市对待），请提出跨设区市招生方案。"
        yield OtherPlan(sentence=sentence, field="source")
    elif kind is PlanKind.CROSS_CITY and city_of(source) == city_of(school):
        sentence = f"{source.name}与本校同属一个设区市，请提出跨县（市、区）招生方案。"
        yield OtherPlan(sentence=sentence, field="source")


def objections_to_dates(entry_year: int, closes_on: dt.date, on: dt.date) -> Iterator[Refused]:
    """A plan is for this year or the next, and the recruiting it allows ends in that year, not yet today."""
    if not on.year <= entry_year <= on.year + 1:
        yield InvalidInput(sentence="入学年份只能是今年或明年。", field="entry_year")
    if closes_on <= on:
        yield InvalidInput(sentence="招生截止日期须晚于今天。", field="closes_on")
    elif closes_on.year != entry_year:
        yield InvalidInput(sentence="招生截止日期须在入学年份之内。", field="closes_on")


def objections_to_cap(
    cap: int, school: School, stage: Stage, entry_year: int, quota: Quota | None, promised: int
) -> Iterator[Refused]:
    """What stands against so many children from elsewhere.

    quota -- of that cohort; promised -- the caps of its other live plans
    """
    if not school.teaches(stage):
        yield StageNotTaught(field="stage")
    elif quota is None:
        yield NoNumber(year=entry_year, stage=STAGE_NAMES[stage], field="entry_year")
    elif quota.outside is not None and cap + promised > quota.outside:
        yield AboveQuota(what="外招人数", limit=quota.outside, promised=promised, field="cap")
    elif cap + promised > quota.total:
        yield AboveQuota(what="新生学籍总数", limit=quota.total, promised=promised, field="cap")


def objections_to_roster(plan: Plan, on: dt.date, *, children: int = 0, listed: int = 0) -> list[Refused]:
    """What stands against uploading a roster of so many children on that day (E-PLAN-01, E-PLAN-02).

    listed -- how many its earlier rosters hold
    """
    objections: list[Refused] = []
    if plan.status is not PlanStatus.FILED:
        objections.append(NotFiled(field="filing"))
    elif on <= plan.closes_on:
        objections.append(NotClosed(on=plan.closes_on, field="filing"))
    if listed + children > plan.cap:
        objections.append(AboveCap(children=children, listed=listed, cap=plan.cap, field="rows"))
    return objections
