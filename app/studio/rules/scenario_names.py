"""What a scenario says by name of what a rehearsal finds: who takes part (`=applicant`), a day by its distance."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from app import clock

DAY = re.compile(r"=day([+-]\d{1,5})")
YEAR = re.compile(r"=school_year([+-]\d{1,2})")
ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
YEARS = range(2000, 2100)
BY_FIELD = {"grade"}  # names of values so short that they stand for themselves in any other field


def described(value: Any, known: Mapping[str, Any], today: dt.date) -> Any:
    """What was typed, with names in place of those who take part and of days. known -- by name, what stands for it."""
    if isinstance(value, Mapping):
        return {
            name: f"={name}" if each == known.get(name) is not None else described(each, known, today)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [described(each, known, today) for each in value]
    if isinstance(value, int) and not isinstance(value, bool) and value in YEARS:
        return f"=school_year{value - clock.school_year(today):+d}"
    if not isinstance(value, str) or not value:
        return value
    if name := next((name for name, each in known.items() if each == value and name not in BY_FIELD), None):
        return f"={name}"
    if ISO.fullmatch(value) and (day := _day(value)):
        return f"=day{(day - today).days:+d}"
    return value


def resolved(value: Any, known: Mapping[str, Any], today: dt.date) -> Any:
    """The other way round; a name that nobody bears stays as it is."""
    if isinstance(value, Mapping):
        return {name: resolved(each, known, today) for name, each in value.items()}
    if isinstance(value, list):
        return [resolved(each, known, today) for each in value]
    if not isinstance(value, str) or not value.startswith("="):
        return value
    if found := DAY.fullmatch(value):
        return (today + dt.timedelta(days=int(found[1]))).isoformat()
    if found := YEAR.fullmatch(value):
        return clock.school_year(today) + int(found[1])
    return known.get(value[1:], value)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
