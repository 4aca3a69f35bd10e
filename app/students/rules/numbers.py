"""学籍号: how each number of a child is built (domain.md 4; the province's county dictionary gives two digits)."""

from __future__ import annotations

import datetime as dt
import re

from app.errors import Refused
from app.schools.models import Stage
from app.web.text import CHECK_DIGITS, fault_of_identity_number

STAGE_DIGIT = {Stage.PRIMARY: "1", Stage.JUNIOR: "2", Stage.SENIOR: "3"}
FORMAL_LETTER = "G"  # of a formal 全国学籍号; the identity number follows
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


def fault_of_national_number(number: str) -> str | None:
    """What is wrong with a 全国学籍号 in canonical form: G and an identity number, or L or J and 18 characters."""
    if not re.fullmatch("[GLJ][0-9]{17}[0-9X]", number):
        return "须为 19 位：首位为字母 G、L 或 J，其后 17 位数字，末位为数字或 X"
    if number[0] == FORMAL_LETTER and (fault := fault_of_identity_number(number[1:])):
        return f"G 之后须为居民身份证号：{fault[1]}"
    return None


class NumberHeld(Refused):
    """Two applications, or two rows of one, name one child by its number; subclasses say which."""

    code = "E-DUP-03"


class DeclaredElsewhere(NumberHeld):
    """A national number is one child's: it is borne in the province already, or another arrival has declared it."""

    text = "该全国学籍号在省内已有人使用，或者正由另一件省外转入申报、待外省核验，请核对。"
