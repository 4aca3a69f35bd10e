"""Is the roll of a school confirmed as it stands? Pure answers, and what a term is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from app import clock
from app.errors import InvalidInput, Refused
from app.schools.models import GRADES

ClassKey = tuple[str, int]  # grade and class number; 0: children in no class


class NotConfirmed(Refused):
    """E-ROLL-01: every class of the school is confirmed, or the roll is not."""

    code = "E-ROLL-01"
    text = "以下班级尚未核对：{classes}。"


class VerifiedAlready(Refused):
    """E-ROLL-02: once each term."""

    code = "E-ROLL-02"
    text = "本校{term}的学籍已核对办结。"


class ListChanged(Refused):
    """E-ROLL-03: somebody came or left since the teacher held the list."""

    code = "E-ROLL-03"
    text = "{name}现有在读学生 {now} 人，核对的名册为 {then} 人，请按现有名册重新核对。"


def term_of(day: dt.date) -> tuple[int, int]:
    """School year and term: the first from August to January, the second from February to July."""
    return clock.school_year(day), 2 if 2 <= day.month <= 7 else 1


def term_name(year: int, term: int) -> str:
    """2026 学年第一学期"""
    return f"{year} 学年第{'一二'[term - 1]}学期"


def class_name(key: ClassKey) -> str:
    """小学三年级（2）班"""
    grade, number = key
    return f"{GRADES[grade]}（{number}）班" if number else f"{GRADES[grade]}未分班学生"


def key_of(confirmed: Mapping[str, Any]) -> ClassKey:
    """Which class a confirmation is about."""
    return confirmed["grade"], confirmed["class_number"]


def objections_to_roll(confirmed: Sequence[Mapping[str, Any]], listed: Mapping[ClassKey, int]) -> list[Refused]:
    """P38: each class once, none forgotten, each list as it stands now.

    listed -- how many children in attendance each class of the school has.
    """
    objections: list[Refused] = []
    seen: set[ClassKey] = set()
    for place, each in enumerate(confirmed):
        key, field = key_of(each), f"classes.{place}.listed"
        if key not in listed:
            objections.append(InvalidInput(sentence=f"本校没有{class_name(key)}。", field=field))
        elif key in seen:
            objections.append(InvalidInput(sentence=f"{class_name(key)}重复。", field=field))
        elif each["listed"] != listed[key]:
            objections.append(ListChanged(name=class_name(key), now=listed[key], then=each["listed"], field=field))
        seen.add(key)
    if forgotten := sorted(set(listed) - seen):
        objections.append(NotConfirmed(classes="、".join(class_name(key) for key in forgotten), field="classes"))
    return objections
