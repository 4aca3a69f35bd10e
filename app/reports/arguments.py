"""What a table is asked for (year, stage, office), and who may ask."""

from __future__ import annotations

from flask import request

from app import clock
from app.errors import InvalidInput
from app.schools.models import Stage

WATCHES = ("province", "city", "county", "zone")
NAMES_CHILDREN = ("city", "county", "zone")  # the province watches figures; refused children are placed by the bureaus


def year_wanted() -> int:
    """`?year=`, this calendar year's by default. Raises InvalidInput."""
    text = request.args.get("year", "")
    if not text:
        return clock.today().year
    if not text.isdecimal() or not 2000 <= int(text) <= 2100:
        raise InvalidInput(sentence="year 须为四位年份。", field="year")
    return int(text)


def stage_wanted() -> Stage:
    """`?stage=`, primary by default. Raises InvalidInput."""
    text = request.args.get("stage") or Stage.PRIMARY.value
    if text not in set(Stage):
        raise InvalidInput(sentence="stage 不在可选范围内。", field="stage")
    return Stage(text)
