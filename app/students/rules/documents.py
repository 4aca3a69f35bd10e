"""身份证件: what the number of each type must look like, and whom it says it belongs to (domain.md 4.2).

What carries a check character is computed; what carries none is compared with its pattern.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.web.text import fault_of_identity_number

RESIDENT, NO_DOCUMENT = "1", "Z"  # 居民身份证, 其他
HONG_KONG, MACAU, TAIWAN, FOREIGN_RESIDENT, PASSPORT, RESIDENCE = "6", "7", "8", "9", "A", "C"
HOUSEHOLD_BOOK = "B"  # 户口簿
ABROAD = (HONG_KONG, MACAU, TAIWAN, RESIDENCE)  # 港澳台
#: who holds one of these may have no household on the mainland: it is not asked then
WITHOUT_HOUSEHOLD = (*ABROAD, FOREIGN_RESIDENT, PASSPORT)
OTHER_DOCUMENTS = (*WITHOUT_HOUSEHOLD, HOUSEHOLD_BOOK, NO_DOCUMENT)  # all but the resident's own
RESIDENCE_NUMBER = re.compile(r"8[123]0000[0-9]{11}[0-9X]")
PATTERNS: Mapping[str, tuple[str, str]] = {  # type to its numbers, and what to say of any other
    HONG_KONG: (r"H[0-9]{8}(?:[0-9]{2})?|[A-Z]{1,2}[0-9]{6}\(?[0-9A]\)?|[HK][A-Z]?[0-9]{7,8}", "香港证件号"),
    MACAU: (r"M[0-9]{8}(?:[0-9]{2})?|[157][0-9]{6}\(?[0-9]\)?|M[A-Z]?[0-9]{7,8}", "澳门证件号"),
    TAIWAN: (r"[0-9]{8}|[0-9]{10}(?:[A-Z])?", "台湾居民来往大陆通行证号（8 位数字）"),
    PASSPORT: (r"[A-Z0-9]{5,20}", "护照号（5 至 20 位字母和数字）"),
}
NEVER = re.compile(r"(?!)")
RENEWED: Mapping[str, re.Pattern[str]] = {  # passes whose last two digits count how often they were issued
    HONG_KONG: re.compile(r"(H[0-9]{8})[0-9]{2}"),
    MACAU: re.compile(r"(M[0-9]{8})[0-9]{2}"),
    TAIWAN: re.compile(r"([0-9]{8})[0-9]{2}[A-Z]?"),
}
OLD_FOREIGN = re.compile(r"[A-Z]{3}[0-9]{12}")


def fault_of_document(kind: str, number: str) -> tuple[str, str] | None:
    """Code and sentence of what is wrong with a document's number (in canonical form), None when it may stand."""
    if kind == RESIDENCE or (kind in ABROAD and len(number) == 18):
        return _fault_of_residence(number)
    if kind == FOREIGN_RESIDENT:
        return _fault_of_foreign_resident(number)
    pattern, called = PATTERNS.get(kind, ("", ""))
    if pattern and not re.fullmatch(pattern, number):
        return "E-ID-01", f"不是{called}的样子，请核对是否录错"
    if not plain_number(number):
        return "E-ID-01", "须含字母或数字"
    return None


def _fault_of_residence(number: str) -> tuple[str, str] | None:
    """港澳台居民居住证: built as a resident's number, under 810000, 820000 or 830000."""
    if not RESIDENCE_NUMBER.fullmatch(number):
        return "E-ID-01", f"港澳台居民居住证号须为 18 位，以 810000、820000 或 830000 开头（现为 {len(number)} 位）"
    return fault_of_identity_number(number)


def _fault_of_foreign_resident(number: str) -> tuple[str, str] | None:
    """外国人永久居留身份证: 18 digits from 9 on since 2023, before it three letters and twelve digits."""
    if OLD_FOREIGN.fullmatch(number):
        return None
    if not re.fullmatch(r"9[0-9]{16}[0-9X]", number):
        asked = "外国人永久居留身份证号须为 18 位，以 9 开头；旧证为 3 位字母加 12 位数字"
        return "E-ID-01", f"{asked}（现为 {len(number)} 位）"
    return fault_of_identity_number(number)


def plain_number(number: str) -> str:
    """What of a document's number is compared: its letters and digits, in capitals (AB-490567 is AB490567)."""
    return "".join(each for each in number.upper() if each.isalnum())


def identity_of_document(kind: str, number: str) -> str | None:
    """By what the bearer of a document is told from everybody else: its type and what of its number never changes.

    None for a resident's identity card: that number is the main number. 港澳台居民居住证 is one document, whichever of
    the types of 港澳台 it was given under; brackets and hyphens may be left out; the passes of 港澳 and 台湾 carry,
    after the number of the person, how often they were renewed.
    """
    if kind == RESIDENT:
        return None
    number = plain_number(number)
    if kind in ABROAD and RESIDENCE_NUMBER.fullmatch(number):
        return f"{RESIDENCE}:{number}"
    if renewed := RENEWED.get(kind, NEVER).fullmatch(number):
        number = renewed[1]
    return f"{kind}:{number}"


def identities_of_other_types(kind: str, number: str) -> list[str]:
    """What the same number would be, had it been given as of another type.

    其他 (Z) says nothing of the type of its document: its number may be that of any, and any may be known as 其他. Of
    two types that are named, the same digits are two documents (domain.md 4.2).
    """
    if kind != NO_DOCUMENT:
        return [f"{NO_DOCUMENT}:{plain_number(number)}"]
    named = (identity_of_document(each, number) for each in OTHER_DOCUMENTS if each != NO_DOCUMENT)
    return [*filter(None, named), plain_number(number)]  # without a type: a resident's, the main number


def says(kind: str, number: str) -> tuple[str | None, str | None]:
    """Birth date (20200305) and sex that a document's number tells, each None where it does not."""
    if kind == RESIDENT or RESIDENCE_NUMBER.fullmatch(number):
        return number[6:14], "1" if int(number[16]) % 2 else "2"
    if kind == FOREIGN_RESIDENT and len(number) == 18:
        return number[6:14], None
    return None, None
