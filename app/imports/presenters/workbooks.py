"""Workbooks we give out: the template of a kind, and the failed rows of an import to be corrected."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from app.imports.import_types import Kind
from app.imports.queries.rosters import HELP_SHEET, LISTS_SHEET, MOST_ROWS, VERSION_SHEET, columns_for, version_of
from app.imports.rules.captions import REASONS
from app.imports.rules.columns import Column
from app.imports.rules.faults import Fault

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READY_ROWS = 5000  # rows of the template that have the text format and the drop-downs laid out
SHEET = "数据"  # for the rows
DANGEROUS = re.compile(r"^[\s]*[=+\-@\t\r|%]")  # what another program may take for a formula


def template_of(kind: Kind, *, names_school: bool) -> bytes:
    """The empty workbook of a kind."""
    columns = columns_for(kind, names_school=names_school)
    return _workbook(kind, columns if names_school else columns[1:], ())


def failed_of(kind: Kind, rows: Iterable[tuple[dict[str, str], Sequence[Fault]]], *, names_school: bool) -> bytes:
    """The same workbook with the rows that failed, and in a last column what is wrong and what to do."""
    columns = columns_for(kind, names_school=names_school)
    return _workbook(kind, columns if names_school else columns[1:], rows, with_reasons=True)


def _workbook(
    kind: Kind,
    columns: Sequence[Column],
    rows: Iterable[tuple[dict[str, str], Sequence[Fault]]],
    *,
    with_reasons: bool = False,
) -> bytes:
    """Written row by row, so that memory does not grow with them; unfinished parts lie in a private folder."""
    target = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(
            target,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        book.set_properties({"title": kind.name, "author": "学籍系统", "comments": version_of(kind)})
        _Writer(book, kind, columns, with_reasons).write(rows)
        book.close()
    return target.getvalue()


class _Writer:
    def __init__(self, book: Any, kind: Kind, columns: Sequence[Column], with_reasons: bool) -> None:
        self.book, self.kind, self.columns, self.with_reasons = book, kind, columns, with_reasons
        font = {"font_name": "宋体", "font_size": 11, "num_format": "@"}
        self.text = book.add_format(font)
        self.wrong = book.add_format({**font, "bg_color": "#FDECEB"})
        self.reason = book.add_format({**font, "font_color": "#A8201A", "text_wrap": True})
        head = {**font, "bold": True, "text_wrap": True, "border": 1, "valign": "vcenter"}
        self.head = book.add_format({**head, "bg_color": "#E6EEFB"})
        self.must = book.add_format({**head, "bg_color": "#FFF3DE"})
        self.prose = book.add_format({"font_name": "宋体", "text_wrap": True, "valign": "top"})

    def write(self, rows: Iterable[tuple[dict[str, str], Sequence[Fault]]]) -> None:
        data = self.book.add_worksheet(SHEET)
        explained = self.book.add_worksheet(HELP_SHEET)
        lists = self.book.add_worksheet(LISTS_SHEET)
        version = self.book.add_worksheet(VERSION_SHEET)
        for hidden in (lists, version):
            hidden.very_hidden()
        version.write_string(0, 0, version_of(self.kind))
        self._lists(lists)
        self._explain(explained)
        self._head(data)
        last = self._rows(data, rows)
        self._drop_downs(data, max(last, READY_ROWS))
        data.activate()

    def _head(self, sheet: Any) -> None:
        sheet.freeze_panes(1, 1)
        for place, column in enumerate(self.columns):
            width = 22 if column.is_digits else max(10, 2 * len(column.caption) + 2)
            sheet.set_column(place, place, width, self.text)  # the whole column is text: no digit is ever lost
        if self.with_reasons:
            sheet.set_column(len(self.columns), len(self.columns), 60, self.reason)
        for place, column in enumerate(self.columns):
            mark = "*" if column.required else ""
            sheet.write_string(0, place, column.caption + mark, self.must if column.required else self.head)
        if self.with_reasons:
            sheet.write_string(0, len(self.columns), REASONS, self.head)

    def _rows(self, sheet: Any, rows: Iterable[tuple[dict[str, str], Sequence[Fault]]]) -> int:
        number = 0
        for number, (typed, faults) in enumerate(rows, start=1):
            wrong = {each.field for each in faults}
            for place, column in enumerate(self.columns):
                text = harmless(str(typed.get(column.name, "")))
                if text or column.name in wrong:
                    sheet.write_string(number, place, text, self.wrong if column.name in wrong else self.text)
            sheet.write_string(number, len(self.columns), reasons_of(faults), self.reason)
        return number

    def _lists(self, sheet: Any) -> None:
        """The words of every drop-down, a column each: a list in the cell itself holds only 255 characters."""
        chosen = [(place, column.titles) for place, column in enumerate(self.columns) if column.titles]
        for row in range(max((len(titles) for _, titles in chosen), default=0)):
            for place, titles in chosen:
                if row < len(titles):
                    sheet.write_string(row, place, titles[row])

    def _drop_downs(self, sheet: Any, last: int) -> None:
        for place, column in enumerate(self.columns):
            if titles := column.titles:
                name = xl_col_to_name(place)
                sheet.data_validation(
                    1, place, last, place,
                    {
                        "validate": "list", "source": f"='{LISTS_SHEET}'!${name}$1:${name}${len(titles)}",
                        "error_type": "information", "error_title": "请选择",
                        "error_message": "请从下拉列表中选择；也可以填代码。",
                    },
                )  # fmt: skip

    def _explain(self, sheet: Any) -> None:
        sheet.set_column(0, 0, 18, self.prose)
        sheet.set_column(1, 1, 10, self.prose)
        sheet.set_column(2, 2, 80, self.prose)
        lines = [
            (f"{self.kind.name}：填写说明", "", ""),
            ("", "", self.kind.help),
            ("", "", f"一行一名学生，最多 {MOST_ROWS:,} 行。列的先后不限，表头文字不要改，不要合并单元格。"),
            ("", "", "各列已设为文本格式，请直接录入；从别处粘贴时请用“选择性粘贴 → 数值”。不接受公式。"),
            ("", "", "有下拉列表的列，填名称或代码都可以。日期写作 2019-05-20 或 20190520。"),
            ("列", "必填", "填什么"),
        ]
        lines += [(each.caption, "必填" if each.required else "", self._about(each)) for each in self.columns]
        for row, line in enumerate(lines):
            for place, text in enumerate(line):
                if text:
                    sheet.write_string(row, place, text, self.prose)

    def _about(self, column: Column) -> str:
        said = [str(column.part.get("description", ""))]
        choices = [f"{each['const']} {each['title']}" for each in column.part.get("oneOf", ())]
        if choices:
            said.append("；".join(choices))
        if column.example:
            said.append(f"例：{column.example}")
        return "　".join(each for each in said if each)


def reasons_of(faults: Iterable[Fault]) -> str:
    """What is wrong with a row and what to do, as one text."""
    return "\n".join(f"{each.detail}（{each.code}）→ {each.todo}" for each in faults)


def harmless(text: str) -> str:
    """A text that no spreadsheet program takes for a formula, whatever it does with the file later (CSV, say).

    A leading apostrophe is what Excel itself writes before a text; a number that begins with + stays as it is.
    """
    if DANGEROUS.match(text) and not re.fullmatch(r"\+?[0-9 ]+", text):
        return "'" + text
    return text
