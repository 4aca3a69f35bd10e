"""What stands in a cell, and where: a text, whose class says what else it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from app.imports.workbook.unreadable import Unreadable

FARTHEST_ROW = 100_000  # beyond it a cell with content is a slip of the hand, or an attack
FARTHEST_COLUMN = 256
LONGEST_TEXT = 32_767  # characters of a cell: Excel's own limit
MOST_MERGES = 20_000
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")


class Number(str):
    """What stands in a cell that Excel keeps as a number, digit by digit as the file has it."""

    __slots__ = ()


class Formula(str):
    """A cell with a formula: its value may be anything by the time somebody else opens the file."""

    __slots__ = ()


class Broken(str):
    """A cell that holds one of Excel's errors, such as #N/A."""

    __slots__ = ()


Cells = dict[int, str]  # column, counted from 0, to text; empty cells are left out


class Row(NamedTuple):
    """A row with content."""

    number: int
    cells: Cells
    share: float  # of the sheet that has been read, 0 to 1
    merged: Mapping[int, str] = {}  # columns that a merged cell covers, with the cells it joins


def address(column: int, row: int) -> str:
    """A cell's name: AB12."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def column_of(letters: str) -> int:
    """The column of a cell's name, counted from 0."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


class Merge(NamedTuple):
    """Cells that were joined to one: its value stands in the first of them."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{address(self.left, self.top)}:{address(self.right, self.bottom)}"


def merge_of(reference: str) -> Merge | None:
    """`S2:S4`; None for what joins nothing."""
    found = REFERENCE.fullmatch(reference)
    if found is None:
        return None
    left, top, right, bottom = column_of(found[1]), int(found[2]), column_of(found[3]), int(found[4])
    return Merge(top, left, bottom, right) if top <= bottom and left <= right < 20_000 else None


@dataclass
class Merges:
    """The merged cells of one sheet, in the order of their rows; gives each row what a person sees in it.

    What still stands under a merged cell nobody sees: it is no content.
    """

    found: list[Merge]
    _active: list[tuple[Merge, str | None]] = field(default_factory=list)
    _next: int = 0

    def __post_init__(self) -> None:
        if len(self.found) > MOST_MERGES:
            raise Unreadable(
                "E-FILE-SIZE",
                f"工作表有超过 {MOST_MERGES:,} 处合并单元格，没有读取。请把数据复制到新下载的模板后上传。",
            )
        self.found = sorted(self.found)

    def __bool__(self) -> bool:
        return bool(self.found)

    def fill(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows, each with the values that merged cells show in it: down the first column of the joined cells."""
        for row in rows:
            self._reach(row)
            if not self._active:
                yield row
                continue
            merged: dict[int, str] = {}
            for merge, value in self._active:
                for column in range(merge.left, min(merge.right, FARTHEST_COLUMN) + 1):
                    merged[column] = str(merge)
                    if column > merge.left or row.number > merge.top:
                        row.cells.pop(column, None)
                if value is not None:
                    row.cells[merge.left] = value
            yield row._replace(merged=merged)

    def _reach(self, row: Row) -> None:
        self._active = [each for each in self._active if each[0].bottom >= row.number]
        while self._next < len(self.found) and self.found[self._next].top <= row.number:
            merge = self.found[self._next]
            self._next += 1
            if merge.bottom >= row.number:
                value = row.cells.get(merge.left) if merge.top == row.number else None
                self._active.append((merge, value))
        if len(self._active) > FARTHEST_COLUMN:
            raise Unreadable("E-FILE-XML", "工作表里的合并单元格互相重叠，没有读取。请把数据复制到新下载的模板后上传。")
