"""户口所在地 and 现住址 as fields of a form: a county of today, an address that names none of the past."""

from __future__ import annotations

import functools
import re

from app import clock
from app.divisions.rules.gazetteer import Gazetteer, ended, entries, former, former_of_home, gazetteer
from app.errors import InvalidInput
from app.web.canonical import FULL_WIDTH
from app.web.formats import Format, add_format
from app.web.text import is_invisible, visible

WRONG = "E-DIVISION"
ABOVE = ("浙江省?", "(?:浙江省?)?[\u4e00-\u9fff]{2}市")  # what stands before a county in an address
ROADS = tuple("大路街巷弄道桥")  # 鄞县大道 is a street of today
ASK = "请填写县（市、区）全称（如“杭州市西湖区”）或六位代码"
CODE = "([0-9]{6})(?:[0-9]{6})?"  # of a county; twelve digits name a village of it
SIX_DIGITS = re.compile("[0-9]{6}")
CODE_AND_NAME = re.compile(rf"(?:{CODE})?[（(]?([^0-9（()）]+)[)）]?[（(]?(?:{CODE})?[)）]?")


def today() -> Gazetteer:
    """The divisions there are now."""
    return gazetteer(clock.today().year)


def code_of(written: str) -> str:
    """The code of the county that a text names or gives, by name, code or both; what means none, or several, stays."""
    if SIX_DIGITS.fullmatch(written):
        return written
    bare = "".join(each for each in written.translate(FULL_WIDTH) if not is_invisible(each)).strip().lstrip("'‘’")
    digits = re.sub(r"\s", "", bare)
    if re.fullmatch(r"[0-9]{6}(?:[0-9]{6})?", digits):
        return digits[:6]
    found = today().find(bare)
    if len(found) == 1:
        return found[0]
    if both := CODE_AND_NAME.fullmatch(digits):
        code = both[1] or both[3]
        if code and code in today().find(both[2]):
            return code
    return bare


def fault_of_division(value: str) -> tuple[str, str] | None:
    """What is wrong with a county in canonical form, with its code; None for a county of today."""
    now = today()
    if value in now.counties:
        return None
    if not value:
        return InvalidInput.code, ASK
    if value in now.names and value.endswith("00"):
        kind = "省级行政区" if value.endswith("0000") else "设区的市"
        return WRONG, f"{now.names[value]}（{value}）是{kind}，须填写到县（市、区）"
    if past := former(value, now.year):
        return WRONG, gone(past.code, past.name)
    if value.isdigit():
        return WRONG, f"没有代码为 {visible(value, 12)} 的县（市、区），{ASK}"
    if several := now.find(value):
        named = "、".join(now.counties[code] for code in several[:4]) + (" 等" if len(several) > 4 else "")
        return WRONG, f"“{visible(value, 20)}”不止一处（{named}），请写明省、市，或填写六位代码"
    if any(value in (each, f"浙江省{each}") for each in now.names.values()):
        return WRONG, f"“{visible(value, 20)}”不是县（市、区）一级，须填写到县（市、区）"
    return WRONG, f"没有名为“{visible(value, 20)}”的县（市、区），{ASK}"


def gone(code: str, name: str) -> str:
    """下城区（330103）已于 2021 年撤销，现属拱墅区（330105）"""
    now = today()
    entry = next(each for each in reversed(entries()[code]) if each.name == name)
    until, successors = ended(entry, now.year)
    becomes = "、".join(f"{now.names[each]}（{each}）" for each in successors)
    said = f"，现{'分属' if len(successors) > 1 else '为'}{becomes}" if becomes else ""
    return f"{name}（{code}）已于 {until} 年撤销或更名{said}，请按现行行政区划填写"


def fault_of_address(value: str) -> tuple[str, str] | None:
    """What is wrong with the division at the head of an address, with its code; None where it names none of the past.

    A street may bear the name (鄞县大道), and a city's name alone be a street's beginning (富阳市场路).
    """
    place = re.sub(r"\s", "", value)
    if not _former_names().search(place):
        return None
    led = [above[0] for pattern in ABOVE if (above := re.match(pattern, place))]
    for code, name in former_of_home():
        heads = [*led, *([] if name.endswith("市") else [""])]
        found = next((head + name for head in heads if place.startswith(head + name)), None)
        if found and code not in today().counties and not place[len(found) :].startswith(ROADS):
            return WRONG, gone(code, name)
    return None


@functools.cache
def _former_names() -> re.Pattern[str]:
    """What finds the name of a division of the past anywhere in a text."""
    return re.compile("|".join(re.escape(name) for _code, name in former_of_home()))


def offer() -> None:
    """Let forms ask for a county and for an address."""
    add_format("cn-division", Format(code_of, fault_of_division))
    add_format("cn-address", Format(str, fault_of_address))
