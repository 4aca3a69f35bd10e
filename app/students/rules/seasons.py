"""The seasons of the school year: when a school graduates its last grade, when it promotes. Pure answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from app.errors import Refused


class OutOfSeason(Refused):
    """E-SEASON: outside the days of the policy table (`opens`, `closes`)."""

    code = "E-SEASON"
    text = "当前不在{act}办理时段（{windows}）。"


def objections_to_season(
    act: str, windows: Sequence[Mapping[str, str]], on: dt.date, *, goes_on: bool = False
) -> list[Refused]:
    """P16, P19: on that day the season is open; without a row of the table it always is.

    windows -- rows with `opens`, `closes` and, where what was begun in season may be completed after it, `late_until`,
    as month and day (07-16); goes_on -- the school has done its part in season, and completes it.
    """
    day = f"{on:%m-%d}"
    if not windows or any(each["opens"] <= day <= _last(each, goes_on) for each in windows):
        return []
    late = "，".join(map(in_words, sorted({each["late_until"] for each in windows if "late_until" in each})))
    more = f"；当年已办理过{act}的学校可补办至 {late}" if late else ""
    return [OutOfSeason(act=act, windows=spans_of(windows) + more)]


def _last(window: Mapping[str, str], goes_on: bool) -> str:
    return window.get("late_until", window["closes"]) if goes_on else window["closes"]


def spans_of(windows: Sequence[Mapping[str, str]]) -> str:
    """6 月 1 日至 7 月 15 日，…"""
    return "，".join(f"{in_words(each['opens'])}至 {in_words(each['closes'])}" for each in windows)


def in_words(day: str) -> str:
    """06-01 as 6 月 1 日."""
    month, number = day.split("-")
    return f"{int(month)} 月 {int(number)} 日"
