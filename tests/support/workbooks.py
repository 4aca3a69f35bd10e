"""Workbooks for tests: honest ones, and ones that somebody made to hurt."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import xlsxwriter

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="sheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
WORKBOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{NAMESPACE}" xmlns:r="r">{{more}}'
    '<sheets><sheet name="数据" sheetId="1" r:id="r1"/></sheets></workbook>'
)


def a_workbook(
    captions: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "", sheet: str = "数据", shared: bool = True
) -> bytes:
    """An honest workbook: texts as text, numbers as numbers, `=…` as a formula; a title in a merged cell on request."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True} if shared else {"constant_memory": True})
    page = book.add_worksheet(sheet)
    first = 0
    if title:
        page.merge_range(0, 0, 0, max(1, len(captions) - 1), title)
        first = 1
    for place, caption in enumerate(captions):
        page.write_string(first, place, caption)
    for number, row in enumerate(rows, start=first + 1):
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, (int, float)):
                page.write_number(number, place, value)
            elif value.startswith("="):
                page.write_formula(number, place, value, None, "42")
            else:
                page.write_string(number, place, value)
    book.close()
    return target.getvalue()


def a_raw_workbook(sheet: str | bytes, *, more: str = "", parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A workbook whose only sheet is exactly that XML."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("xl/workbook.xml", WORKBOOK.format(more=more))
        package.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        package.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in (parts or {}).items():
            package.writestr(name, content)
    return target.getvalue()


def a_sheet(rows: str) -> str:
    """The XML of a sheet around its rows."""
    return f'<?xml version="1.0"?><worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'


def text_cell(place: str, text: str) -> str:
    """A cell that holds its own text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def contents_of(workbook: bytes, sheet: str = "xl/worksheets/sheet1.xml") -> str:
    """The XML of a sheet that the house wrote."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        return package.read(sheet).decode()
