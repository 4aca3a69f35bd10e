"""The columns of a kind, and what a cell says in the words of its form.

They are the properties of the kind's row form: title is the caption, `oneOf` the drop-down.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from app.imports.rules.faults import Fault
from app.imports.workbook import Broken, Formula, Number, Row, address
from app.web import canonical
from app.web.text import is_invisible, visible

SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,3}")
EXACT = 10**15  # Excel keeps fifteen digits of a number; what lies behind them is lost
LONGEST_KEPT = 300  # characters of a cell that is given back to its author
SERIAL = re.compile(r"([0-9]{5})(\.[0-9]+)?")  # Excel's count of days, with the time of day; from 1927 to 2173
APOSTROPHE = re.compile(r"^\s*['＇](?=.)")  # what programs put before a text, so that it is taken for no formula
TIDIED = ("person-name", "cn-id", "cn-mobile")  # of these it is said when blanks and the like were taken out
TRUTH = {"是": True, "有": True, "1": True, "true": True, "否": False, "无": False, "0": False, "false": False}


@functools.lru_cache(maxsize=4096)  # there are few of them, and they stand in every row
def plain(caption: str) -> str:
    """A caption, or a choice, without what does not tell it from another: blanks, stars, 必填, brackets' width."""
    text = canonical.composed(caption, "NFKC")
    text = "".join(each for each in text if not is_invisible(each))
    text = re.sub(r"\s|\*|\(必填\)|\(选填\)", "", text)
    return text.rstrip(":").lower()


@dataclass(frozen=True)
class Column:
    """One field of the row form, as a column."""

    name: str  # full: `guardian.phone`
    caption: str
    required: bool
    part: Mapping[str, Any]  # the field's part of the JSON Schema
    words: Mapping[str, str] = field(default_factory=dict)  # what may be written -> code
    synonyms: Sequence[str] = ()
    example: str = ""
    read: Callable[[str], str] = str  # what people write besides, in the form's way
    own: bool = False  # no two children share it, so a merged cell says it of nobody
    stands_in: str = ""  # the field that it is read as, where the sheet has no column for that one

    @functools.cached_property
    def format(self) -> str:
        """What the form says it holds, "" where nothing is said."""
        return str(self.part.get("format", ""))

    @functools.cached_property
    def canonical(self) -> Callable[[str], str]:
        """What brings a text to the field's canonical form."""
        return canonical.of_kind(self.part)

    @functools.cached_property
    def is_digits(self) -> bool:
        """A number that is written with digits and never counted with: kept as text."""
        return self.format in ("cn-id", "cn-mobile", "code", "cn-division", "cn-postcode")

    @property
    def titles(self) -> list[str]:
        """What the drop-down offers."""
        return [str(each["title"]) for each in self.part.get("oneOf", ())]


def fields_of(form: Mapping[str, Any], under: str = "", *, asked: bool = True) -> Iterator[tuple[str, Any, bool]]:
    """Every field of a form with its full name (`guardian.phone`), its part, and whether it must be filled in."""
    for name, part in form["properties"].items():
        required = asked and name in form.get("required", ())
        if part.get("type") == "object":
            yield from fields_of(part, f"{under}{name}.", asked=required)
        else:
            yield f"{under}{name}", part, required


# ── the cells ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Reading:
    """What a row says: values for the form, the text as it was written, what could not be understood."""

    values: dict[str, Any]
    typed: dict[str, str]
    faults: list[Fault]
    rewritten: list[str] = field(default_factory=list)  # captions of names and numbers that were tidied


def read_row(places: Mapping[int, Column], row: Row, *, since_1904: bool = False) -> Reading:
    """The row in the words of the form. Nothing is guessed: what cannot be understood becomes a fault.

    places -- the columns of the sheet that mean a field
    """
    reading, cells, merged = Reading({}, {}, []), row.cells, row.merged
    for place, column in places.items():
        if place not in cells and place not in merged:
            continue
        cell, joined = cells.get(place), merged.get(place)
        try:
            if joined and (cell is None or column.own):
                raise _NotUnderstood("E-CELL-MERGED", f"在合并单元格 {joined} 中，不能确定这一行的内容")
            if cell is None:
                continue
            value = _value(column, cell, (place, row.number), since_1904)
            reading.typed[column.name] = value if column.format == "date" else _shown(cell)
            if column.format in TIDIED and value not in (cell.strip(), cell.strip().upper()):
                reading.rewritten.append(column.caption)
            if value != "":
                _put(reading.values, column.name, value)
        except _NotUnderstood as problem:
            reading.typed[column.name] = _shown(cell or "")
            reading.faults.append(Fault(column.name, problem.code, f"{column.caption}：{problem.sentence}。"))
    return reading


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    first, _, rest = name.partition(".")
    if rest:
        _put(values.setdefault(first, {}), rest, value)
    else:
        values[first] = value


def _shown(cell: str) -> str:
    return str(cell)[:LONGEST_KEPT]


class _NotUnderstood(Exception):
    def __init__(self, code: str, sentence: str) -> None:
        self.code, self.sentence = code, sentence


def _value(column: Column, cell: str, place: tuple[int, int], since_1904: bool) -> Any:
    if isinstance(cell, Formula):
        raise _NotUnderstood("E-CELL-FORMULA", f"单元格 {address(*place)} 是公式，不能导入")
    if isinstance(cell, Broken):
        raise _NotUnderstood("E-CELL-BROKEN", f"单元格 {address(*place)} 是错误值 {visible(cell, 10)}")
    text = APOSTROPHE.sub("", cell) if "'" in cell or "＇" in cell else str(cell)
    if column.format == "date":
        return _day(text, isinstance(cell, Number), since_1904)
    if isinstance(cell, Number) or (column.is_digits and SCIENTIFIC.fullmatch(text.strip())):
        text = _digits(text.strip(), place)
    text = column.canonical(column.read(text))
    if column.words:
        return _code(column, text)
    if column.part.get("type") == "integer":
        return _integer(text)
    if column.part.get("type") == "boolean":
        return _truth(text)
    return text


def _digits(text: str, place: tuple[int, int]) -> str:
    """A number's own digits. Raises where Excel has lost some."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or abs(number) >= EXACT:
        shown = f"{number:.5E}" if number.is_finite() else text[:20]
        raise _NotUnderstood(
            "E-CELL-DIGITS", f"单元格 {address(*place)} 被 Excel 变成了数字（{shown}），第 15 位以后已经丢失"
        )
    if number != number.to_integral_value():
        return text
    return str(int(number))


def _code(column: Column, text: str) -> str:
    code = column.words.get(plain(text))
    if code is None:
        raise _NotUnderstood("E-CELL-CHOICE", f"没有“{visible(text, 20)}”这一项")
    return code


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise _NotUnderstood("E-CELL-INTEGER", "须为整数")
    return int(text)


def _truth(text: str) -> bool:
    truth = TRUTH.get(plain(text))
    if truth is None:
        raise _NotUnderstood("E-CELL-CHOICE", "只能填“是”或“否”")
    return truth


def _day(text: str, is_number: bool, since_1904: bool) -> str:
    """A day written as text, or that stands in its cell as a number: 20190520, or Excel's count of days."""
    if is_number and (found := SERIAL.fullmatch(text.strip())):
        return _counted(int(found[1]), since_1904).isoformat()
    day = canonical.day(re.sub(r"^([0-9]{8})\.0+$", r"\1", text.strip()) if is_number else text)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        raise _NotUnderstood("E-CELL-DATE", "不是日期")
    try:
        dt.date.fromisoformat(day)
    except ValueError:
        raise _NotUnderstood("E-CELL-DATE", "没有这一天") from None
    return day


def _counted(days: int, since_1904: bool) -> dt.date:
    """Excel counts from 1900, takes that for a leap year, and starts at 1; or from 1904, starting at 0."""
    return dt.date(1904, 1, 1) + dt.timedelta(days=days) if since_1904 else dt.date(1899, 12, 30) + dt.timedelta(days)
