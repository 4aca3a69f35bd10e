"""学籍号: how each number of a child is built (domain.md 4; the province's county dictionary gives two digits)."""

from __future__ import annotations

import datetime as dt

from app.interface.text import CHECK_DIGITS
from app.schools.models import Stage

STAGE_DIGIT = {Stage.PRIMARY: "1", Stage.JUNIOR: "2", Stage.SENIOR: "3"}
LAST_IN_SERIES = 9999  # four digits per school and entry year


def stage_number_prefix(stage: Stage, entry_year: int, county: str, township: str, school: str) -> str:
    """学籍辅号 without its last four digits: 1+YY+county+township+school (13 in all), 2|3+YY+county+school (11)."""
    middle = county + township + school if stage is Stage.PRIMARY else county + school
    return f"{STAGE_DIGIT[stage]}{entry_year % 100:02d}{middle}"


def card_number(county: str, year: int, serial: int) -> str:
    """义务教育卡号: county (6), year of the first entry (4), serial (6), check character (ISO 7064 MOD 11-2)."""
    body = f"{county}{year:04d}{serial:06d}"
    return body + mod_11_2(body)


def mod_11_2(digits: str) -> str:
    """The check character of ISO 7064 MOD 11-2 for digits of any length."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2 % 11
    return CHECK_DIGITS[total]


def temporary_national_number(division: str, born_on: dt.date, four: int) -> str:
    """全国学籍号 of a first registration: L, the school's division, the birth date, four digits that mean nothing."""
    return f"L{division}{born_on:%Y%m%d}{four:04d}"


def formal_national_number(main_number_hash: str) -> str:
    """全国学籍号 G as it is kept: G and the keyed hash, since G is followed by the identity number itself."""
    return f"G{main_number_hash[:63]}"
