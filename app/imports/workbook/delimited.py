"""A .csv as other programs write it: UTF-8, UTF-16 or GB 18030, its fields apart by commas, tabs or semicolons."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from app.imports.workbook.cells import FARTHEST_COLUMN, LONGEST_TEXT, Cells, Formula, Row, address
from app.imports.workbook.unreadable import Budget, Unreadable

MARKED = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
DELIMITERS = ",\t;，；|"
LOOKED_AT = 20  # lines from the top by which the delimiter is known
KEPT_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # how a program keeps Excel from counting with a number
STEP = 200  # rows between two looks at the clock


def text_of(content: bytes) -> str | None:
    """The content as text, None where it is none. The encoding is the one that fits; GBK is part of GB 18030."""
    for mark, encoding in MARKED.items():
        if content.startswith(mark):
            return _decoded(content, encoding)
    for encoding in ("utf-8", "gb18030"):
        if (found := _decoded(content, encoding)) is not None:
            return None if "\0" in found else found
    return None


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def delimiter_of(text: str) -> str | None:
    """What stands between the fields: the most frequent one in one of the first lines; None in a plain text."""
    lines = text[:100_000].splitlines()[:LOOKED_AT]
    count, best = max(((line.count(each), each) for line in lines for each in DELIMITERS), default=(0, ","))
    return best if count else None


class Delimited:
    """The one sheet of a .csv."""

    name, hidden, since_1904 = "", False, False

    def __init__(self, text: str, delimiter: str, budget: Budget) -> None:
        self._text, self._delimiter, self._budget = text, delimiter, budget
        self.hidden_rows: list[int] = []

    def hidden_columns(self) -> list[int]:
        return []

    def rows(self) -> Iterator[Row]:
        """Every row with content. Raises Unreadable."""
        lines = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter)
        number, size, read = 0, max(1, len(self._text)), 0
        while True:
            with self._budget.working():
                some = self._next(lines)
            for fields in some:
                number += 1
                self._budget.take_cells(1 + len(fields))
                read += sum(map(len, fields)) + len(fields)
                if cells := self._cells(number, fields):
                    yield Row(number, cells, min(1.0, read / size))
            if len(some) < STEP:
                return

    @staticmethod
    def _next(lines: Iterator[list[str]]) -> list[list[str]]:
        try:
            return [fields for _, fields in zip(range(STEP), lines, strict=False)]
        except csv.Error as error:
            raise Unreadable(
                "E-FILE-CSV", "CSV 文件的引号不成对或有过长的内容，没有读取。请另存为“Excel 工作簿（.xlsx）”后上传。"
            ) from error

    @staticmethod
    def _cells(number: int, fields: list[str]) -> Cells:
        cells: Cells = {}
        for column, written in enumerate(fields):
            if not written or written.isspace():
                continue
            if column >= FARTHEST_COLUMN or len(written) > LONGEST_TEXT:
                raise Unreadable("E-FILE-RANGE", f"单元格 {address(column, number)} 在表格之外或文字过长，没有读取。")
            kept = KEPT_AS_TEXT.fullmatch(written.strip())
            text = kept[1].replace('""', '"') if kept else written
            cells[column] = Formula(text) if not kept and text.startswith("=") else text
        return cells
