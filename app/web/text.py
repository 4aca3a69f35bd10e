"""What a text may hold, and numbers that carry their own proof."""

from __future__ import annotations

import datetime as dt
import operator
import re
import unicodedata

from app import clock

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # in brackets of an expression
IN_NAMES = " -'’.·"  # beside letters
WORDS = {  # what cannot be seen, or is no character at all
    "\u00ad": "软连字符",
    "\u200b": "零宽空格",
    "\u200c": "零宽不连字符",
    "\u200d": "零宽连字符",
    "\u2060": "零宽不换行符",
    "\ufeff": "字节序标记",
    "\ufffd": "乱码替代符",
    "\t": "制表符",
    "\n": "换行符",
    "\r": "回车符",
    **dict.fromkeys("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "方向控制符"),
}
CATEGORIES = {
    "Cc": "控制字符",
    "Cf": "不可见的格式符",
    "Cs": "不完整的字符",
    "Co": "自造字，其他机构不能显示",
    "Cn": "尚未编码的字符",
    "Zs": "空格",
    "Zl": "换行符",
    "Zp": "换行符",
    "Mn": "组合符号",
    "Me": "组合符号",
}
ORDINARY_NAME = re.compile("[\u4e00-\u9fff]+")
ORDINARY = re.compile("[ -~\u4e00-\u9fff]*")  # nearly every text: nothing in it needs a second look


def check_digit(seventeen: str) -> str:
    """The 18th character of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""
    if len(seventeen) != len(WEIGHTS):
        raise ValueError("not seventeen digits")
    return CHECK_DIGITS[sum(map(operator.mul, map(int, seventeen), WEIGHTS)) % 11]


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
    if born.year < 1900 or born > clock.today():
        return "E-ID-03", "其中的出生日期不合理"
    return None


def is_invisible(character: str) -> bool:
    """True for a format character that nobody sees, such as a direction mark or a zero-width space."""
    return unicodedata.category(character) == "Cf"


def described(character: str) -> str:
    """A character by its code and, where it cannot be seen, in words: `U+202D（方向控制符）`."""
    words = WORDS.get(character) or CATEGORIES.get(unicodedata.category(character))
    return f"U+{ord(character):04X}" + (f"（{words}）" if words else f"“{character}”")


def visible(text: str, most: int = 40) -> str:
    """A text as a sentence may quote it: what cannot be seen stands there by its code, what is too long is cut."""
    cut = text if len(text) <= most else text[:most] + "…"
    if ORDINARY.fullmatch(cut):
        return cut
    return "".join(f"〔U+{ord(each):04X}〕" if _cannot_be_shown(each) else each for each in cut)


def _cannot_be_shown(character: str) -> bool:
    if character == " ":
        return False
    return character in WORDS or unicodedata.category(character) in (*INVISIBLE, "Zs", "Zl", "Zp", "Mn", "Me")


def fault_of_text(text: str, *, lines: bool = False) -> str | None:
    """What a text must not hold: control and invisible characters, emoji, unassigned code points."""
    if ORDINARY.fullmatch(text):
        return None
    for character in text:
        if lines and character in "\n\r\t":
            continue
        if unicodedata.category(character) in INVISIBLE or character in WORDS:
            return f"含有不可见或不能识别的字符 {described(character)}"
        if _is_emoji(character):
            return f"不能含有表情符号 {described(character)}"
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
    """What is wrong with a person's name in canonical form (`canonical.name`), None when it may stand.

    Characters of any script, rare ones included, the interpunct, single inner spaces; something of it is a letter.
    """
    if ORDINARY_NAME.fullmatch(name):
        return None
    for character in name:
        if character not in IN_NAMES and unicodedata.category(character)[0] not in "LM":
            return fault_of_text(character) or f"姓名中不能有 {described(character)}"
    if name and not any(unicodedata.category(character)[0] == "L" for character in name):
        return "姓名中没有文字"
    if name.startswith(("·", "-", ".")) or name.endswith(("·", "-")):
        return "姓名的首尾不能是间隔号或连字符"
    return None
