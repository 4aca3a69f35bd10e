"""One canonical form of what people type and paste, by page, program or workbook.

What a field holds stands in its form (`format`). Nothing is guessed: a text that is not understood stays as it is, and
the rules of `text` and `formats` say what is wrong with it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Literal

from app import clock
from app.web.formats import FORMATS
from app.web.text import HAN, is_invisible

Canonical = Callable[[str], str]

PLAIN = re.compile("[!-~\u4e00-\u9fff](?:[ -~\u4e00-\u9fff]*[!-~\u4e00-\u9fff])?")  # nearly every text is canonical
PLAIN_NAME = re.compile("[\u4e00-\u9fff]+(?:·[\u4e00-\u9fff]+)*")
PLAIN_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
PLAIN_NUMBER = re.compile("[0-9A-Z]+")
FEW = 10  # values for which nothing is made ready
MOST_MARKS = 30  # on one character, as in the stream-safe text of Unicode; no script needs as many
RADICALS = {point: unicodedata.normalize("NFKC", chr(point)) for point in range(0x2F00, 0x2FD6)}  # copied from a PDF
FULL_WIDTH = {point: point - 0xFEE0 for point in range(0xFF01, 0xFF5F)}
LETTERS = {point: narrow for point, narrow in FULL_WIDTH.items() if chr(narrow).isalnum()}
MARKS = {
    **dict.fromkeys(map(ord, "•・･‧∙⋅●◦‣⸱ꞏ"), "·"),
    **dict.fromkeys(map(ord, "'‘ʼ＇`´"), "’"),
    **dict.fromkeys(map(ord, "‐‑‒–—―－−"), "-"),
    **dict.fromkeys(map(ord, "．﹒｡"), "."),
}
VARIANTS = dict.fromkeys([*range(0xFE00, 0xFE0F), *range(0xE0100, 0xE01F0)])  # choose among drawings of one character
APOSTROPHES = "'‘’＇`´"
CROSSES = str.maketrans(dict.fromkeys("×хХχΧ", "X"))  # what an input method offers for the last place of a number
DASHES = re.compile("[-‐‑‒–—―－−]")
TIME = (
    r"[ T]*(?:上午|下午)?[0-9]{1,2}[:时点][0-9]{1,2}(?:[:分](?:[0-9]{1,2}(?:\.[0-9]+)?)?秒?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
DAY = re.compile(
    r"(?:([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?[日号]?|([0-9]{4})([0-9]{2})([0-9]{2}))\.?"
    rf"(?:{TIME})?"
)


def values(schema: Mapping[str, Any], value: Any) -> Any:
    """A value in the shape of its schema, with every text of it in canonical form; of what is no text, the value."""
    if isinstance(value, str):
        return of_field(schema, value)
    if isinstance(value, Mapping):
        parts = schema.get("properties") or {}
        return {key: values(parts.get(key) or {}, each) for key, each in value.items()}
    if isinstance(value, list):
        items = schema.get("items") or {}
        return list(map(_ready(items), value)) if len(value) > FEW else [values(items, each) for each in value]
    return value


def _ready(schema: Mapping[str, Any]) -> Callable[[Any], Any]:
    """What `values` does with a value of that shape, made ready for many of them."""
    of_text = of_kind(schema)
    parts = {name: _ready(part or {}) for name, part in (schema.get("properties") or {}).items()}
    other = _ready({}) if schema else None

    def written(value: Any) -> Any:
        if isinstance(value, str):
            return of_text(value)
        if isinstance(value, Mapping):
            return {key: parts.get(key, other or written)(each) for key, each in value.items()}
        return values(schema, value)

    return written


def of_field(part: Mapping[str, Any], typed: str) -> str:
    """One text in the canonical form of its field."""
    return of_kind(part)(typed)


def of_kind(part: Mapping[str, Any]) -> Canonical:
    """What brings a text to the canonical form of that field."""
    if part.get("type") == "integer":
        return _of_integer
    kind = str(part.get("format", ""))
    if kind in KINDS:
        return KINDS[kind]
    if kind in FORMATS:
        canonical = FORMATS[kind].canonical
        return lambda typed: canonical(text(typed))
    return text


def _of_integer(typed: str) -> str:
    return text(typed).translate(FULL_WIDTH)


def text(typed: str) -> str:
    """Any text: NFC, one kind of line end, no blank and nothing invisible at its ends."""
    if PLAIN.fullmatch(typed):
        return typed
    return _trimmed(composed(typed).replace("\r\n", "\n").replace("\r", "\n").translate(RADICALS))


def composed(typed: str, form: Literal["NFC", "NFKC"] = "NFC") -> str:
    """The text with letters and their marks as one character; one with a tower of marks stays as it is.

    Composing sorts the marks of a character, which takes the square of their number and holds up everybody meanwhile.
    """
    run = 0
    for each in typed if len(typed) > MOST_MARKS else "":
        run = run + 1 if unicodedata.combining(each) else 0
        if run > MOST_MARKS:
            return typed
    return unicodedata.normalize(form, typed)


def name(typed: str) -> str:
    """A person's name: no blank between Chinese characters, one interpunct, one apostrophe, one hyphen.

    What lies invisibly between its characters stays, to be named.
    """
    if PLAIN_NAME.fullmatch(typed):
        return typed
    plain = text(typed).translate(VARIANTS).translate(LETTERS).translate(MARKS)
    begin = 0
    while begin < len(plain) and (plain[begin] == "’" or (begin and _is_blank(plain[begin]))):
        begin += 1
    plain = re.sub(r"\s+", " ", plain[begin:])
    plain = re.sub(r"(?<=[^\W\d_])\s*\.\s*(?=[^\W\d_])", _full_stop, plain)
    plain = re.sub(r" ?·[ ·]*", "·", plain)
    return _trimmed(re.sub(f"(?<=[{HAN}]) (?=[{HAN}])", "", plain))


def same_name(one: str, other: str) -> bool:
    """True when both write one name: a record may be older than the canonical form."""
    return one == other or name(one) == name(other)


def _full_stop(found: re.Match[str]) -> str:
    """A full stop between two letters that are not Latin stands for the interpunct; J. Smith keeps his."""
    before, after = found.string[found.start() - 1], found.string[found.end()]
    latin = any("LATIN" in unicodedata.name(each, "") for each in (before, after))
    return found[0] if latin else "·"


def code(typed: str) -> str:
    """A code of digits and letters, such as the number of a document: no blank in it, nothing invisible, capitals."""
    if PLAIN_NUMBER.fullmatch(typed):
        return typed
    narrow = typed.translate(FULL_WIDTH).upper()
    return "".join(each for each in narrow if not each.isspace() and not is_invisible(each) and each not in APOSTROPHES)


def identity_number(typed: str) -> str:
    """A resident identity number."""
    return typed if PLAIN_NUMBER.fullmatch(typed) else DASHES.sub("", code(typed)).translate(CROSSES)


def mobile(typed: str) -> str:
    """A mobile number, without the country's own."""
    digits = DASHES.sub("", code(typed))
    found = re.fullmatch(r"(?:\+|00)?86(1[0-9]{10})", digits)
    return found[1] if found else digits


def day(typed: str) -> str:
    """A day as 2020-05-20, however it was written; a time of day is left off.

    2020年5月20号, 2020.5.20, 2020/5/20, 20200520, 2020-05-20 08:30:00; a time with its zone is told in China's.
    """
    if PLAIN_DAY.fullmatch(typed):
        return typed
    narrow = typed.translate(FULL_WIDTH).translate(RADICALS)
    narrow = "".join(each for each in narrow if each.isspace() or not is_invisible(each)).strip().lstrip(APOSTROPHES)
    narrow = re.sub(r"\s+", " ", DASHES.sub("-", narrow))
    found = DAY.fullmatch(narrow)
    if found is None:
        return text(typed)
    *parts, zone = found.groups()
    year, month, date = (int(each) for each in parts if each is not None)
    if zone:
        return _in_china(narrow) or f"{year:04}-{month:02}-{date:02}"
    return f"{year:04}-{month:02}-{date:02}"


def _in_china(written: str) -> str | None:
    """The day in China at an instant with a zone: programs write midnight here as 16:00 of the day before."""
    try:
        return dt.datetime.fromisoformat(written).astimezone(clock.ZONE).date().isoformat()
    except (ValueError, OverflowError):
        return None


def exactly(typed: str) -> str:
    """A password: every character counts."""
    return typed


def _trimmed(typed: str) -> str:
    begin, end = 0, len(typed)
    while begin < end and _is_blank(typed[begin]):
        begin += 1
    while end > begin and _is_blank(typed[end - 1]):
        end -= 1
    return typed[begin:end]


def _is_blank(each: str) -> bool:
    return each.isspace() or is_invisible(each)


KINDS: dict[str, Canonical] = {
    "person-name": name,
    "cn-id": identity_number,
    "cn-mobile": mobile,
    "code": code,
    "date": day,
    "password": exactly,
}
