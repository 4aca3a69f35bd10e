"""Which column of a sheet is which field: the captions people write, wherever they stand in the first rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from app.imports.rules.columns import Column, plain
from app.imports.workbook import Cells, Row, Unreadable, address
from app.web import canonical
from app.web.text import is_invisible, visible

REASONS = "问题及处理办法"  # the column that the file of failed rows adds, never read back
HEADER_WITHIN = 20  # rows from the top in which the captions stand
FEWEST = 2  # captions by which a row is known to be the one of captions
REMARK = re.compile(r"\([^()]*\)$")  # 出生日期(格式:20200101)
NUMBERED = re.compile(r"^\(?[0-9]{1,2}[).、]")  # 1.姓名
LONGEST = 60  # characters of a caption that is matched by hand
NOT_READ = ""  # what a person says of a column that means no field

Matches = Mapping[str, str]  # plain caption -> field, as an office has matched it by hand


def shown(caption: str) -> str:
    """A caption as a page may show it and a program may send it back: without what nobody sees, and not too long."""
    return "".join(each for each in canonical.text(caption) if not is_invisible(each))[:LONGEST]


def key_of(caption: str) -> str:
    """By what a caption that was matched by hand is known again."""
    return plain(shown(caption))[:LONGEST]


@dataclass(frozen=True)
class Layout:
    """Where each field stands in one sheet."""

    header: int  # the row of the captions
    captions: Cells  # as they are written there
    places: Mapping[int, Column]  # by the sheet's column
    ignored: Sequence[str]  # captions that mean no field, and that nobody has set aside
    missing: Sequence[str]  # captions of the required fields that stand nowhere

    def blank(self, cells: Cells) -> bool:
        """True when a row says nothing under our captions."""
        return not any(place in cells for place in self.places)

    def repeated(self, cells: Cells) -> bool:
        """True for the captions once more, as at the head of each printed page."""
        return all(cells.get(place) == self.captions.get(place) for place in self.places)


class CaptionsMissing(Unreadable):
    """E-FILE-CAPTIONS: required columns are missing; `foreign` are captions that a person may match to them."""

    def __init__(self, layout: Layout, sheet: str) -> None:
        where = f"工作表“{visible(sheet, 31)}”" if sheet else ""
        super().__init__(
            "E-FILE-CAPTIONS",
            f"{where}缺少必填的列：{'、'.join(layout.missing)}。列的先后不限，一列一个表头；"
            "表头文字与模板不同的，可以在上传后手工对应。",
        )
        self.missing, self.foreign = list(layout.missing), list(layout.ignored)


class Lookup:
    """Finds the field that a caption means: by the form's own words, by what people also write, by hand."""

    def __init__(self, columns: Sequence[Column], matched: Matches) -> None:
        self.columns, self.matched = columns, matched
        self._known = {plain(word): column for column in columns for word in (column.caption, *column.synonyms)}
        self._by_name = {column.name: column for column in columns}

    def field(self, caption: str) -> Column | None:
        """The column that a caption means, None for none."""
        word = plain(caption)
        for each in (word, REMARK.sub("", word), NUMBERED.sub("", word), NUMBERED.sub("", REMARK.sub("", word))):
            if each in self._known:
                return self._known[each]
        return self._by_name.get(self.matched.get(key_of(caption), NOT_READ))

    def is_set_aside(self, caption: str) -> bool:
        """True for our own column of reasons, and for what somebody has said is not to be read."""
        return plain(caption) == plain(REASONS) or self.matched.get(key_of(caption)) == NOT_READ


def layout_of(lookup: Lookup, rows: Iterable[Row]) -> Layout | None:
    """Find the row of captions among the first rows; None where there is none. Raises Unreadable: one stands twice."""
    first = list(takewhile(lambda row: row.number <= HEADER_WITHIN, rows))
    best, most = None, FEWEST - 1
    for place, row in enumerate(first):
        captions = dict(_captions(first, place))
        known = sum(bool(lookup.field(text) or lookup.field(short)) for text, short in captions.values())
        if known > most:
            best, most = (row.number, captions), known
    return _placed(lookup, *best) if best else None


def _captions(rows: Sequence[Row], place: int) -> Iterator[tuple[int, tuple[str, str]]]:
    """The captions of a row by column: with the words of a cell joined over several columns above them, and without."""
    row, above = rows[place], rows[place - 1] if place else None
    for column, text in row.cells.items():
        group = _joined_above(above, column) if above else ""
        yield column, (f"{group}{text}" if group != text else text, text)


def _joined_above(row: Row, column: int) -> str:
    """What a joined cell says above a column, empty where none lies there."""
    joined = row.merged.get(column)
    return next((row.cells[each] for each in sorted(row.cells) if joined and row.merged.get(each) == joined), "")


def _placed(lookup: Lookup, header: int, captions: Mapping[int, tuple[str, str]]) -> Layout:
    places: dict[int, Column] = {}
    ignored = []
    for place, (whole, short) in sorted(captions.items()):
        column = lookup.field(whole) or lookup.field(short)
        if column is None or (column in places.values() and whole != short):
            unknown = short if column is None else whole
            if not lookup.is_set_aside(unknown):
                ignored.append(shown(unknown))
        elif column in places.values():
            first = next(each for each, taken in places.items() if taken is column)
            raise Unreadable(
                "E-FILE-CAPTIONS",
                f"“{column.caption}”有两列（{address(first, header)} 和 {address(place, header)}），请只保留一列。",
            )
        else:
            places[place] = column
    _let_stand_in(lookup, places)
    missing = [each.caption for each in lookup.columns if each.required and each not in places.values()]
    return Layout(header, {place: short for place, (_, short) in captions.items()}, places, ignored, missing)


def _let_stand_in(lookup: Lookup, places: dict[int, Column]) -> None:
    """家庭地址 is the address of a sheet that has no 现住址."""
    named = {column.name for column in places.values()}
    for place, column in places.items():
        if column.stands_in and column.stands_in not in named:
            places[place] = next(each for each in lookup.columns if each.name == column.stands_in)
