"""Captions and cells: which column is which field, and what a cell says in the words of the form.

The columns of a kind are the properties of its row form: title is the caption, `oneOf` the drop-down.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from app.imports.faults import Fault
from app.imports.workbook import Broken, Cells, Formula, Number, Unreadable, address

SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,3}")
EXACT = 10**15  # Excel keeps fifteen digits of a number; what lies behind them is lost
LONGEST_KEPT = 300  # characters of a cell that is given back to its author
DAY = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?: 0?0:00(?::00)?)?|([0-9]{4})([0-9]{2})([0-9]{2})"
)
REASONS = "问题及处理办法"  # the column that the file of failed rows adds, never read back
GUARD = re.compile(r"^'(?=\s*[=+\-@|%])")  # the apostrophe that our own files put before what looks like a formula
HEADER_WITHIN = 20  # rows from the top in which the captions stand
TRUTH = {"是": True, "有": True, "1": True, "true": True, "否": False, "无": False, "0": False, "false": False}


def plain(caption: str) -> str:
    """A caption without what does not tell it from another: blanks, stars, 必填, brackets' width."""
    text = unicodedata.normalize("NFKC", caption)
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
    aliases: Sequence[str] = ()

    @property
    def is_digits(self) -> bool:
        """A number that is written with digits and never counted with: kept as text."""
        return self.part.get("format") in ("cn-id", "cn-mobile")

    @property
    def titles(self) -> list[str]:
        """What the drop-down offers."""
        return [str(each["title"]) for each in self.part.get("oneOf", ())]


def columns_of(
    form: Mapping[str, Any], aliases: Mapping[str, Sequence[str]], words: Mapping[str, Mapping[str, str]]
) -> list[Column]:
    """The columns of a row form, in the order in which it asks."""
    return [
        Column(
            name,
            str(part.get("title", name)),
            required,
            part,
            {**_words_of(part), **words.get(name, {})},
            aliases.get(name, ()),
        )
        for name, part, required in _fields(form)
    ]


def _fields(form: Mapping[str, Any], under: str = "", *, asked: bool = True) -> Iterator[tuple[str, Any, bool]]:
    """Every field with its full name (`guardian.phone`), its part, and whether it must be filled in."""
    for name, part in form["properties"].items():
        required = asked and name in form.get("required", ())
        if part.get("type") == "object":
            yield from _fields(part, f"{under}{name}.", asked=required)
        else:
            yield f"{under}{name}", part, required


def _words_of(part: Mapping[str, Any]) -> dict[str, str]:
    """Every way to write a choice: its name, its code, both; a code without its leading zero."""
    words: dict[str, str] = {}
    for each in part.get("oneOf", ()):
        code, title = str(each["const"]), str(each["title"])
        for word in (title, code, f"{code}{title}", f"{code}-{title}", code.lstrip("0") or code):
            words.setdefault(plain(word), code)
        if title.endswith("族") and len(title) > 1:
            words.setdefault(plain(title[:-1]), code)
    return words


# ── the captions ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Layout:
    """Where each field stands in one workbook."""

    header: int  # the row of the captions
    places: Mapping[int, Column]  # by the sheet's column
    ignored: Sequence[str]  # captions that mean no field

    def blank(self, cells: Cells) -> bool:
        """True when a row says nothing under our captions."""
        return not any(place in cells for place in self.places)


def layout_of(columns: Sequence[Column], rows: Iterator[tuple[int, Cells]]) -> Layout:
    """Find the row of captions. Raises Unreadable: none found, some missing, some twice."""
    known = {plain(word): column for column in columns for word in (column.caption, *column.aliases)}
    best: tuple[int, Cells, int] | None = None
    for number, cells in rows:
        if number > HEADER_WITHIN:
            break
        matched = sum(plain(text) in known for text in cells.values())
        if best is None or matched > best[2]:
            best = (number, cells, matched)
    if best is None:
        raise Unreadable("E-FILE-CAPTIONS", "工作表是空的，请填写后再上传。")
    if best[2] < 2:
        raise Unreadable(
            "E-FILE-CAPTIONS",
            f"前 {HEADER_WITHIN} 行里没有找到表头（如“{columns[0].caption}”“{columns[1].caption}”）。"
            "请使用下载的模板，表头不要改字、不要合并单元格。",
        )
    return _placed(columns, known, best[0], best[1])


def _placed(columns: Sequence[Column], known: Mapping[str, Column], header: int, cells: Cells) -> Layout:
    places: dict[int, Column] = {}
    ignored = []
    for place, text in sorted(cells.items()):
        column = known.get(plain(text))
        if column is None:
            if plain(text) != plain(REASONS):
                ignored.append(text[:40])
        elif column in places.values():
            first = next(each for each, taken in places.items() if taken is column)
            raise Unreadable(
                "E-FILE-CAPTIONS",
                f"“{column.caption}”有两列（{address(first, header)} 和 {address(place, header)}），请只保留一列。",
            )
        else:
            places[place] = column
    missing = [each.caption for each in columns if each.required and each not in places.values()]
    if missing:
        raise Unreadable(
            "E-FILE-CAPTIONS",
            f"缺少必填的列：{'、'.join(missing)}。列的先后不限，表头文字须与模板相同；"
            "如有合并的表头，请取消合并，一列一个表头。",
        )
    return Layout(header, places, ignored)


# ── the cells ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Reading:
    """What a row says: values for the form, the text as it was written, what could not be understood."""

    values: dict[str, Any]
    typed: dict[str, str]
    faults: list[Fault]


def read_row(layout: Layout, number: int, cells: Cells, *, since_1904: bool = False) -> Reading:
    """The row in the words of the form. Nothing is guessed: what cannot be understood becomes a fault."""
    reading = Reading({}, {}, [])
    for place, column in layout.places.items():
        cell = cells.get(place)
        if cell is None:
            continue
        try:
            value = _value(column, cell, (place, number), since_1904)
            reading.typed[column.name] = value if column.part.get("format") == "date" else _shown(cell)
            if value != "":
                _put(reading.values, column.name, value)
        except _NotUnderstood as problem:
            reading.typed[column.name] = _shown(cell)
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
        raise _NotUnderstood("E-CELL-BROKEN", f"单元格 {address(*place)} 是错误值 {cell[:10]}")
    text = GUARD.sub("", cell.strip())
    if column.part.get("format") == "date":
        return _day(text, isinstance(cell, Number), since_1904)
    if isinstance(cell, Number) or (column.is_digits and SCIENTIFIC.fullmatch(text)):
        text = _digits(text, place)
    if column.words:
        return _code(column, text)
    if column.part.get("type") == "integer":
        return _integer(text)
    if column.part.get("type") == "boolean":
        return _truth(text)
    if column.is_digits:
        return unicodedata.normalize("NFKC", text).replace(" ", "").upper()
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
    if code is None and not column.titles:
        return text  # words are a help here, no list that must be kept to
    if code is None:
        shown = text if len(text) <= 20 else text[:20] + "…"
        raise _NotUnderstood("E-CELL-CHOICE", f"没有“{shown}”这一项")
    return code


def _integer(text: str) -> int:
    text = unicodedata.normalize("NFKC", text)
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise _NotUnderstood("E-CELL-INTEGER", "须为整数")
    return int(text)


def _truth(text: str) -> bool:
    truth = TRUTH.get(plain(text))
    if truth is None:
        raise _NotUnderstood("E-CELL-CHOICE", "只能填“是”或“否”")
    return truth


def _day(text: str, is_number: bool, since_1904: bool) -> str:
    """A day written as a date of Excel (a count of days) or as text."""
    text = unicodedata.normalize("NFKC", text)
    try:
        if is_number and re.fullmatch(r"[0-9]{1,5}(\.0+)?", text):
            return _counted(int(float(text)), since_1904).isoformat()
        if found := DAY.fullmatch(text[:10] if text[10:11] == "T" else text):
            year, month, day = (int(each) for each in found.groups() if each is not None)
            return dt.date(year, month, day).isoformat()
    except (ValueError, OverflowError):
        raise _NotUnderstood("E-CELL-DATE", "没有这一天") from None
    raise _NotUnderstood("E-CELL-DATE", "不是日期")


def _counted(days: int, since_1904: bool) -> dt.date:
    """Excel counts from 1900, takes that for a leap year, and starts at 1; or from 1904, starting at 0."""
    if since_1904:
        return dt.date(1904, 1, 1) + dt.timedelta(days=days)
    return dt.date(1899, 12, 30) + dt.timedelta(days=days + (days < 60))
