"""Fields of the record that carry their own rule: 全国学籍号, 邮政编码, 电子信箱, 上下学距离 and the like."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import urlsplit

from app import clock
from app.errors import InvalidInput
from app.students.rules.numbers import fault_of_national_number
from app.web.canonical import DASHES, FULL_WIDTH, code, composed, day, identity_number
from app.web.formats import Format, add_format
from app.web.text import visible

FARTHEST = 200  # kilometres from home to school
KILOMETRE, HALF, METRE = Decimal(1), Decimal("0.5"), Decimal("0.001")
UNITS = {"公里": KILOMETRE, "千米": KILOMETRE, "km": KILOMETRE, "里": HALF, "米": METRE, "m": METRE}
DISTANCE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(公里|千米|km|里|米|m)?", re.IGNORECASE)
KEPT_DISTANCE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3})?")
EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}")
LATIN = re.compile(r"[^\W\d_]+(?:[ '’.,·-]+[^\W\d_]+)*\.?")
FOR_EVER = "长期"
APART = "至"  # between the two days of a validity
INTERVAL = re.compile(
    r"([0-9]{8}|[0-9]{4}[-.年/][0-9]{1,2}[-.月/][0-9]{1,2}日?)(?:至|到|~|-|—)+"
    r"([0-9]{8}|[0-9]{4}[-.年/][0-9]{1,2}[-.月/][0-9]{1,2}日?|长期(?:有效)?)"
)


def distance(written: str) -> str:
    """A distance in kilometres as a plain number: 1.50公里 is 1.5, 800米 is 0.8; what is none stays."""
    found = DISTANCE.fullmatch("".join(written.translate(FULL_WIDTH).split()))
    if found is None:
        return written
    return f"{(Decimal(found[1]) * UNITS[(found[2] or '公里').lower()]).normalize():f}"


def _fault_of_distance(value: str) -> str | None:
    if not KEPT_DISTANCE.fullmatch(value) or Decimal(value) > FARTHEST:
        return f"须为 0 至 {FARTHEST} 之间的公里数，最多三位小数，如 1.5"
    return None


def _fault_of_postcode(value: str) -> str | None:
    return None if re.fullmatch(r"[0-9]{6}", value) else "须为 6 位数字"


def email(written: str) -> str:
    """An address of electronic mail: narrow characters, no blank, the host in small letters."""
    narrow = "".join(written.translate(FULL_WIDTH).split())
    name, at, host = narrow.rpartition("@")
    return f"{name}{at}{host.lower()}" if at else narrow


def _fault_of_email(value: str) -> str | None:
    name = value.rpartition("@")[0]
    dots = name.startswith(".") or name.endswith(".") or ".." in name
    return None if EMAIL.fullmatch(value) and not dots else "须写作 name@example.com 的样子"


def homepage(written: str) -> str:
    """An address of the web: narrow characters, no blank."""
    return "".join(written.translate(FULL_WIDTH).split())


def _fault_of_homepage(value: str) -> str | None:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in ("http", "https") and re.fullmatch(
            r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}", parts.hostname or ""
        )
    except ValueError:
        sound = False
    return None if sound else "须以 http:// 或 https:// 开头，如 https://example.com"


def latin(written: str) -> str:
    """A name in Latin letters: narrow characters, one blank between words."""
    return " ".join(composed(written).translate(FULL_WIDTH).split())


def _fault_of_latin(value: str) -> str | None:
    strange = next((each for each in value if each.isalpha() and not _is_latin(each)), None)
    if strange is not None:
        return f"须用拉丁字母填写，不能有“{visible(strange)}”"
    return None if LATIN.fullmatch(value) else "须用拉丁字母填写，词间留一空格，如 Chen Siyuan"


def _is_latin(letter: str) -> bool:
    return letter.isascii() or "\u00c0" <= letter <= "\u024f" or "\u1e00" <= letter <= "\u1eff"


def validity(written: str) -> str:
    """The days of a document as 2020-05-20至2030-05-20, or 2020-05-20至长期; what is neither stays."""
    narrow = "".join(written.translate(FULL_WIDTH).split())
    found = INTERVAL.fullmatch(DASHES.sub("-", narrow).replace("～", "~"))
    if found is None:
        return written
    last = FOR_EVER if found[2].startswith(FOR_EVER) else day(found[2])
    return f"{day(found[1])}{APART}{last}"


def _fault_of_validity(value: str) -> str | None:
    first, apart, last = value.partition(APART)
    try:
        since = dt.date.fromisoformat(first)
        until = None if last == FOR_EVER else dt.date.fromisoformat(last)
    except ValueError:
        return "须写明起止日期，如 2020-05-20至2030-05-20，或 2020-05-20至长期"
    if not apart or (until is not None and until <= since):
        return "截止日期须晚于起始日期"
    return "起始日期不能晚于今天" if since > clock.today() else None


#: name of the format -> the one way to write it, and what is wrong with a value
RULES: dict[str, tuple[Callable[[str], str], Callable[[str], str | None]]] = {
    "cn-national-number": (identity_number, fault_of_national_number),
    "cn-postcode": (code, _fault_of_postcode),
    "email": (email, _fault_of_email),
    "homepage": (homepage, _fault_of_homepage),
    "kilometres": (distance, _fault_of_distance),
    "latin-name": (latin, _fault_of_latin),
    "validity": (validity, _fault_of_validity),
}


def offer() -> None:
    """Let forms ask for them: `"format": "cn-postcode"`."""
    for name, (canonical, fault) in RULES.items():
        add_format(name, Format(canonical, _with_code(fault)))


def _with_code(fault: Callable[[str], str | None]) -> Callable[[str], tuple[str, str] | None]:
    def coded(value: str) -> tuple[str, str] | None:
        sentence = fault(value)
        return (InvalidInput.code, sentence) if sentence else None

    return coded
