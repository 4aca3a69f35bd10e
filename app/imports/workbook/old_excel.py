"""A .xls (BIFF): read by a process of its own, which the operating system holds to its limits."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from app.imports.workbook.cells import (
    FARTHEST_COLUMN,
    FARTHEST_ROW,
    LONGEST_TEXT,
    Broken,
    Cells,
    Formula,
    Merge,
    Merges,
    Number,
    Row,
    address,
)
from app.imports.workbook.old_excel_reader import ENCRYPTED, FORMULA_CELL, TOO_LARGE
from app.imports.workbook.unreadable import AGAIN, Budget, TakesTooLong, Unreadable

READER = Path(__file__).with_name("old_excel_reader.py")
MEMORY = 1_500_000_000  # bytes of address space; 60,000 rows of 30 columns take a third of it
PATIENCE = 4  # times the processor's seconds that the clock on the wall may show
NUMBER, DATE, TRUTH, ERROR = 2, 3, 4, 5  # xlrd's kinds of cells


@dataclass
class OldSheet:
    """One worksheet of a .xls, all of it in memory."""

    name: str
    hidden: bool
    since_1904: bool
    merged: list[Merge]
    hidden_rows: list[int]
    columns: list[int]
    kept: list[tuple[int, Cells]] = field(default_factory=list)

    def hidden_columns(self) -> list[int]:
        return self.columns

    def rows(self) -> Iterator[Row]:
        """Every row with content, as a person sees it."""
        count = max(1, len(self.kept))
        rows = (Row(number, dict(cells), place / count) for place, (number, cells) in enumerate(self.kept, start=1))
        merges = Merges(list(self.merged))
        return merges.fill(rows) if merges else rows


def sheets_of(content: bytes, budget: Budget) -> list[OldSheet]:
    """The worksheets of a .xls. Raises Unreadable: locked, damaged, too large, or it takes too long."""
    seconds = max(1, int(budget.seconds - budget.spent))
    command = [sys.executable, "-I", str(READER), str(seconds), str(MEMORY)]
    try:
        ended = subprocess.run(command, input=content, capture_output=True, timeout=seconds * PATIENCE, check=False)
    except subprocess.TimeoutExpired as error:
        raise TakesTooLong(budget.seconds) from error
    if ended.returncode < 0:  # ended by the operating system
        raise TakesTooLong(budget.seconds)
    if ended.returncode == ENCRYPTED:
        raise Unreadable("E-FILE-TYPE", "这份 .xls 工作簿设有密码，请取消密码后上传。")
    if ended.returncode == TOO_LARGE:
        raise Unreadable("E-FILE-SIZE", f"读取这份 .xls 工作簿所需的内存过大，没有读取。{AGAIN}")
    if ended.returncode != 0:
        raise Unreadable(
            "E-FILE-TYPE",
            "这份旧格式（.xls）工作簿已损坏或设有密码，请用 Excel 打开，另存为“Excel 工作簿（.xlsx）”后上传。",
        )
    with budget.working():
        return list(_sheets(ended.stdout, budget))


def _sheets(written: bytes, budget: Budget) -> Iterator[OldSheet]:
    sheet: OldSheet | None = None
    for line in written.splitlines():
        said: Any = orjson.loads(line)
        if isinstance(said, dict):
            if sheet is not None:
                yield sheet
            merged = [Merge(*each) for each in said["merged"]]
            sheet = OldSheet(
                said["sheet"], said["hidden"], said["since_1904"], merged, said["hidden_rows"], said["hidden_columns"]
            )
        elif sheet is not None:
            number, cells = said
            budget.take_cells(1 + len(cells))
            if found := {
                column: value for column, kind, text in cells if (value := _cell(kind, text)) or kind == FORMULA_CELL
            }:
                _refuse_far_cells(number, found)
                sheet.kept.append((number, found))
    if sheet is not None:
        yield sheet


def _refuse_far_cells(number: int, cells: Cells) -> None:
    column = max(cells)
    if column >= FARTHEST_COLUMN or number > FARTHEST_ROW:
        raise Unreadable("E-FILE-RANGE", f"单元格 {address(column, number)} 有内容，远在表格之外，没有读取。")


def _cell(kind: int, text: str) -> str:
    if kind == FORMULA_CELL:
        return Formula(text)
    if kind == ERROR:
        return Broken("#" + text[:10])
    if kind == TRUTH:
        return text
    if kind in (NUMBER, DATE):
        with contextlib.suppress(ValueError, OverflowError):
            number = float(text)
            return Number(str(int(number)) if number.is_integer() and abs(number) < 1e15 else text)
        return Number(text)
    return "" if text.isspace() else text[: LONGEST_TEXT + 1]
