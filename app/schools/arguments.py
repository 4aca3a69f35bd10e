"""What a table is asked for (year, stage, office), and who may ask."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from app import clock
from app.schools.models import Stage
from app.web import read_query

YEAR = {"type": "integer", "minimum": 2000, "maximum": 2100, "description": "年份"}
STAGE = {"type": "string", "enum": list(Stage), "description": "学段，默认 primary"}

Choice = TypeVar("Choice", bound=StrEnum)


def this_year() -> int:
    """The calendar year of a table for which none is asked."""
    return clock.today().year


def any_year() -> int | None:
    """`?year=`, every year by default. Raises Objected."""
    return read_query({"year": YEAR}).get("year")


def year_wanted() -> int:
    """`?year=`, this calendar year's by default. Raises Objected."""
    return any_year() or this_year()


def wanted(name: str, kind: type[Choice]) -> Choice | None:
    """`?name=` as one of those choices, None by default. Raises Objected."""
    chosen = read_query({name: {"type": "string", "enum": list(kind)}}).get(name)
    return kind(chosen) if chosen else None


def stage_wanted() -> Stage:
    """`?stage=`, primary by default. Raises Objected."""
    return wanted("stage", Stage) or Stage.PRIMARY
