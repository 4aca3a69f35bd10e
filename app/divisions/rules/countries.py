"""国籍 as a field of a form: a country by its Chinese name or its three letters (GB/T 2659, ISO 3166-1)."""

from __future__ import annotations

import csv
import functools
from pathlib import Path

from app.errors import InvalidInput
from app.web.canonical import FULL_WIDTH
from app.web.formats import Format, add_format
from app.web.text import visible

OTHER_WORDS = {
    "中华人民共和国": "CHN",
    "中国香港": "CHN",  # a region is told by 港澳台侨外
    "中国澳门": "CHN",
    "中国台湾": "CHN",
    "大韩民国": "KOR",
    "阿拉伯联合酋长国": "ARE",
    "美利坚合众国": "USA",
    "蒙古": "MNG",
    "刚果民主共和国": "COD",
}


@functools.cache
def countries() -> dict[str, str]:
    """Three letters to the Chinese name; ZZZ for nobody's national."""
    with (Path(__file__).parents[1] / "data" / "countries.csv").open(encoding="utf-8") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


@functools.cache
def _codes() -> dict[str, str]:
    return {**{name: code for code, name in countries().items()}, **OTHER_WORDS}


def country_code(written: str) -> str:
    """The three letters of a country that a text names or gives; what means none stays."""
    narrow = "".join(written.translate(FULL_WIDTH).split())
    return narrow.upper() if narrow.upper() in countries() else _codes().get(narrow, written)


def country_name(code: str) -> str:
    """The Chinese name of a country by its letters; the letters where there is none."""
    return countries().get(code, code)


def _fault(value: str) -> tuple[str, str] | None:
    if value in countries():
        return None
    sentence = f"没有名为“{visible(value, 20)}”的国家，请填写国家名称（如“中国”）或三位字母代码（如 CHN）"
    return InvalidInput.code, sentence


def offer() -> None:
    """Let forms ask for a country."""
    add_format("country", Format(country_code, _fault))
