"""What a text may hold, and numbers that carry their own proof."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
INTERPUNCTS = "·"
ORDINARY = re.compile("[ -~\u4e00-\u9fff]*")  # nearly every text: nothing in it needs a second look


def check_digit(seventeen: str) -> str:
    """The 18th character of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    return CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(seventeen, WEIGHTS, strict=True)) % 11]


def fault_of_identity_number(number: str) -> tuple[str, str] | None:
    """Code and sentence of the first thing wrong with an 18-digit number, None when it holds.

    The six digits of the place are not compared with today's list: divisions come and go.
    """
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", number):
        return "E-ID-01", f"须为 18 位，前 17 位为数字，末位为数字或 X（现为 {len(number)} 位）"
    if check_digit(number[:17]) != number[17].upper():
        return "E-ID-02", "校验位不符，请核对是否录错"
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return "E-ID-03", "其中的出生日期不存在"
    if born.year < 1900 or born > dt.date.today():
        return "E-ID-03", "其中的出生日期不合理"
    return None


def fault_of_text(text: str, *, lines: bool = False) -> str | None:
    """What a text must not hold: control and invisible characters, emoji, unassigned code points."""
    if ORDINARY.fullmatch(text):
        return None
    for character in text:
        if lines and character in "\n\r\t":
            continue
        if unicodedata.category(character) in INVISIBLE:
            return f"不能含有控制符或不可见字符（U+{ord(character):04X}）"
        if _is_emoji(character):
            return f"不能含有表情符号（{character}）"
    return None


def _is_emoji(character: str) -> bool:
    point = ord(character)
    return (
        0x1F000 <= point <= 0x1FAFF
        or point in (0xFE0F, 0x20E3)
        or 0x2600 <= point <= 0x27BF
        or 0x1F1E6 <= point <= 0x1F1FF
    )


def fault_of_name(name: str) -> str | None:
    """A person's name: characters of any script, rare ones included, the interpunct and single inner spaces."""
    if name != name.strip() or "  " in name:
        return "首尾不能有空格，中间不能有连续空格"
    for character in name:
        if character in INTERPUNCTS + " -'’.":
            continue
        if unicodedata.category(character)[0] not in "LM":
            return fault_of_text(character) or f"姓名中不能有“{character}”"
    return None
