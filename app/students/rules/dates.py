"""Every day that an application or a decision names: between which days it must lie. Pure answers.

One rule, asked at the opening, after a repair, and again by the verb that writes. What lies ahead within the policy's
bound takes effect on its day; the clock sees to it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.errors import InvalidInput
from app.students.models import STANDING_NAMES

OLDEST = 30  # years: nobody older is a pupil of a primary, junior or senior school


class Kind(StrEnum):
    """日期的性质: what a day of a form says."""

    EFFECT = "effect"  # from it the change holds: after the last change of standing, ahead as far as policy allows
    DEATH = "death"  # the change holds from it too; a late report is still a report, whatever was recorded meanwhile
    PAPER = "paper"  # on it somebody has signed, diagnosed: in the child's life, not ahead
    BIRTH = "birth"  # before the child came to school
    HANDLED = "handled"  # on it somebody did a task of this case


@dataclass(frozen=True)
class Day:
    """A day that a form asks for."""

    title: str
    kind: Kind


SIGNED = {"signed_on": Day("监护人签名日期", Kind.PAPER)}
#: process -> field -> what the day says; of the other fields with dates `tests/students/test_dates.py` names the rule
DAYS: dict[str, dict[str, Day]] = {
    "suspension": {
        "starts_on": Day("休学起始日期", Kind.EFFECT),
        "diagnosed_on": Day("诊断日期", Kind.PAPER),
        **SIGNED,
    },
    "suspension_renewal": {"diagnosed_on": Day("诊断日期", Kind.PAPER), **SIGNED},
    "resumption": {"resumes_on": Day("复学日期", Kind.EFFECT), **SIGNED},
    "withdrawal": {"leaves_on": Day("离校日期", Kind.EFFECT), **SIGNED},
    "abroad": {"leaves_on": Day("离境日期", Kind.EFFECT), **SIGNED},
    "reinstatement": {"starts_on": Day("恢复就读日期", Kind.EFFECT), **SIGNED},
    "drop_out": {"left_on": Day("最后到校日期", Kind.EFFECT)},
    "return_to_school": {"returned_on": Day("返校日期", Kind.EFFECT)},
    "death": {"died_on": Day("死亡日期", Kind.DEATH)},
    "graduation": {"graduates_on": Day("毕业日期", Kind.PAPER)},
    "key_correction": {"born_on": Day("出生日期", Kind.BIRTH), **SIGNED},
    "locked_correction": {"born_on": Day("出生日期", Kind.BIRTH)},
    "contested_record": {"born_on": Day("出生日期", Kind.BIRTH)},
    "paper_archive": {
        "dispatched_on": Day("寄出日期", Kind.HANDLED),
        "received_on": Day("签收日期", Kind.HANDLED),
    },
    **dict.fromkeys(("skip", "repeat", "departure", "transfer", "arrival", "home_return"), SIGNED),
}


@dataclass(frozen=True)
class Life:
    """What the days of a form are measured by; None where there is no such day."""

    today: dt.date
    born_on: dt.date | None = None
    #: the first day of the enrolment that the change is about, and of the first one ever
    enrolled_on: dt.date | None = None
    first_enrolled_on: dt.date | None = None
    #: from when the last change of standing in it holds, with its name (休学)
    last_change: tuple[dt.date, str] | None = None
    #: the day on which the case opened
    opened_on: dt.date | None = None


def registered_on(enrolment: Any) -> dt.date:
    """From when the child is of this school: whoever is registered in August, before the first of September."""
    day: dt.date = min(enrolment.starts_on, enrolment.recorded_on)
    return day


def life_of(enrolment: Any, born_on: dt.date | None, last_change: tuple[dt.date, str] | None, today: dt.date) -> Life:
    """By what a change of this enrolment (or its row) is measured; an ended one is about to be followed by another."""
    if enrolment.ends_on is None:
        return Life(today, born_on, registered_on(enrolment), last_change=last_change)
    return Life(today, born_on, last_change=(min(enrolment.ends_on, today), STANDING_NAMES[enrolment.standing]))


def effective_field(process: str) -> str | None:
    """The field whose day the change holds from; None where it holds from the decision."""
    days = DAYS.get(process, {})
    return next((name for name, day in days.items() if day.kind in (Kind.EFFECT, Kind.DEATH)), None)


def objections_to_days(
    process: str, values: Mapping[str, Any], life: Life, *, ahead: int = 0
) -> Iterator[InvalidInput]:
    """Against each day that these values name.

    ahead -- so many days the day of effect may lie ahead, by the policy of the process.
    """
    for name, day in DAYS.get(process, {}).items():
        if values.get(name):
            sentence = _fault(day, dt.date.fromisoformat(values[name]), life, ahead)
            if sentence:
                yield InvalidInput(sentence=f"{day.title}{sentence}。", field=name)


def _fault(day: Day, on: dt.date, life: Life, ahead: int) -> str | None:
    for floor, why in _floors(day.kind, life):
        if on < floor:
            return f"不能早于{why}（{floor:%Y-%m-%d}）"
    ceiling = life.today + dt.timedelta(days=ahead if day.kind is Kind.EFFECT else 0)
    if on > ceiling:
        return f"最迟为 {ceiling:%Y-%m-%d}（可提前 {ahead} 天核准）" if ceiling > life.today else "不能晚于今天"
    if day.kind is Kind.BIRTH and life.first_enrolled_on and on >= life.first_enrolled_on:
        return f"须早于入学日期（{life.first_enrolled_on:%Y-%m-%d}）"
    return None


def _floors(kind: Kind, life: Life) -> Iterator[tuple[dt.date, str]]:
    if kind is Kind.HANDLED:
        if life.opened_on:
            yield life.opened_on, "办件提交日期"
        return
    if kind is Kind.BIRTH:
        yield life.today.replace(year=life.today.year - OLDEST, day=1), f" {OLDEST} 年前"
        return
    if life.born_on:
        yield life.born_on, "该生出生日期"
    if kind in (Kind.EFFECT, Kind.DEATH) and life.enrolled_on:
        yield life.enrolled_on, "入学日期"
    if kind is Kind.EFFECT and life.last_change:
        yield life.last_change[0], f"上一次学籍异动（{life.last_change[1]}）的生效日期"
