"""Recruiting beyond the own area: may this plan, this list, this child go on? Pure answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from app.divisions.models import Office, OfficeKind
from app.errors import InvalidInput, NotAllowed, Refused, WrongOffice
from app.processes.recruitment.models import Plan, PlanKind, PlanStatus
from app.schools.models import STAGE_NAMES, Quota, School, Stage
from app.schools.rules import NoSeat, StageNotTaught, city_of, home_area, in_area

SOURCES = {  # whose area a plan may name
    PlanKind.CROSS_COUNTY: (OfficeKind.COUNTY, OfficeKind.ZONE),
    PlanKind.CROSS_CITY: (OfficeKind.COUNTY, OfficeKind.ZONE, OfficeKind.CITY),
}


class ListTooEarly(Refused):
    """A list needs a filed plan whose recruiting has ended (浙教基〔2010〕 3.2); subclasses say what is missing."""

    code = "E-PLAN-01"


class NotFiled(ListTooEarly):
    text = "跨区域招生方案尚未备案，不能上传名单。"


class NotClosed(ListTooEarly):
    text = "招生于 {on:%Y-%m-%d} 截止，截止后才能上传名单。"


class BeyondThePlan(Refused):
    """More, or others, than the filed plan allows; subclasses say which."""

    code = "E-PLAN-02"


class AboveCap(BeyondThePlan):
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


class NoNumber(NoSeat):
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


class NoRoster(ListTooEarly):
    text = "本件不是按备案的跨区域招生方案上传的名单，不能办理。"


class PlanNotFiled(ListTooEarly):
    text = "跨区域招生方案未备案：没有找到本校备案号为 {number} 的方案，不能上传名单。"


class OutsideThePlan(BeyondThePlan):
    text = "该生的电子学籍档案不在方案备案的生源地（{source}），超出备案的招生范围。"


class NotTheConfirmer(WrongOffice, NotAllowed):
    text = "名单由学校上级与生源地教育行政部门各自的审核人员确认，本机构不能代为办理。"


class NotConfirmed(Refused):
    code = "E-CONSENT"
    text = "学校上级与生源地教育行政部门尚未都确认名单，不能下达指令或注册。"


class NotThere(Refused):
    code = "E-STEP"
    text = "名单上有学生尚未办到此环节，不能办理。"
