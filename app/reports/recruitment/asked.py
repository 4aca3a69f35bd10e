"""What a list of plans or filings is asked for, and the words of their states."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from flask import request

from app.errors import InvalidInput
from app.schools.plans import FilingState, PlanKind, PlanStatus

KIND_NAMES = {PlanKind.CROSS_COUNTY: "跨县（市、区）", PlanKind.CROSS_CITY: "跨设区市"}
STATUS_NAMES = {
    PlanStatus.CONSULTING: ("征求同意", "blue"),
    PlanStatus.CONSENTED: ("双方已同意", "amber"),
    PlanStatus.FILED: ("已备案，可招生", "green"),
    PlanStatus.ENDED: ("已终止", "grey"),
}
STATE_NAMES = {
    FilingState.WAITING: ("待备案", "blue"),
    FilingState.RETURNED: ("退回补充", "amber"),
    FilingState.ACCEPTED: ("予以备案", "green"),
    FilingState.ENDED: ("方案已终止", "grey"),
}
RECEIVES = ("province", "city")  # with whom plans are filed

Choice = TypeVar("Choice", bound=StrEnum)


def wanted(name: str, kind: type[Choice]) -> Choice | None:
    """`?name=`, none by default. Raises InvalidInput."""
    text = request.args.get(name, "")
    if text and text not in set(kind):
        raise InvalidInput(sentence=f"{name} 不在可选范围内。", field=name)
    return kind(text) if text else None


def any_year() -> int | None:
    """`?year=`, every year by default. Raises InvalidInput."""
    text = request.args.get("year", "")
    if text and (not text.isdecimal() or not 2000 <= int(text) <= 2100):
        raise InvalidInput(sentence="year 须为四位年份。", field="year")
    return int(text) if text else None
