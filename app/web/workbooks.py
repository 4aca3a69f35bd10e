"""Spreadsheets that are given out: every cell a text or a number that no program will take for a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,  # an identity number stays a text
}


def harmless(text: str) -> str:
    """A text that stays one also when the sheet is saved as CSV and opened again (formula injection)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def workbook(title: str, note: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """One sheet: its title, a note (who took it out, when), the headings, the rows."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        sheet = book.add_worksheet(title[:31])
        bold, head = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "border": 1})
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, max(1, len(headings) - 1), 16)
        sheet.write_string(0, 0, title, bold)
        sheet.write_string(1, 0, note)
        for column, heading in enumerate(headings):
            sheet.write_string(2, column, heading, head)
        for place, row in enumerate(rows, start=3):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(place, column, value)
                else:
                    sheet.write_string(place, column, harmless(str(value or "")))
        sheet.freeze_panes(3, 2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.repeat_rows(2)
    return stream.getvalue()
