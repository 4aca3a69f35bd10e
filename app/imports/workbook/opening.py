"""Whatever somebody sent: told by its content, not by its name, and opened as what it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from app.imports.workbook import old_excel, sheet
from app.imports.workbook.cells import Row
from app.imports.workbook.delimited import Delimited, delimiter_of, text_of
from app.imports.workbook.package import Package
from app.imports.workbook.unreadable import Budget, Unreadable

LARGEST_FILE = 11_000_000  # bytes as uploaded; 50,000 rows of 30 columns are about 5 MB
OLE = b"\xd0\xcf\x11\xe0"  # .xls, and an .xlsx that has a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WEB = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta")


class Sheet(Protocol):
    """A worksheet, of whatever kind of file."""

    name: str
    hidden: bool
    since_1904: bool  # from when its dates count
    hidden_rows: list[int]  # that have content, as far as they have been read

    def rows(self) -> Iterator[Row]: ...

    def hidden_columns(self) -> list[int]: ...


def sheets_of(content: bytes, budget: Budget) -> Sequence[Sheet]:
    """The worksheets of an .xlsx, .xls or .csv. Raises Unreadable with the sentence to show."""
    if not content:
        raise Unreadable("E-FILE-TYPE", "文件是空的，请选择填好的 .xlsx 文件。")
    if len(content) > LARGEST_FILE:
        raise Unreadable("E-FILE-SIZE", f"文件超过 {LARGEST_FILE // 1_000_000} MB，请分成几个文件上传。")
    if content.startswith(b"PK\x03\x04"):
        package = Package(content, budget)
        parts, strings = package.sheets(), sheet.strings_of(package)
        return [sheet.Sheet(package, part, strings) for part in parts]
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise Unreadable("E-FILE-TYPE", "工作簿设有密码，请取消密码后上传。")
        return old_excel.sheets_of(content, budget)
    return [_delimited(content, budget)]


def _delimited(content: bytes, budget: Budget) -> Delimited:
    start = content[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(WEB):
        raise Unreadable(
            "E-FILE-TYPE", "这是网页文件改了扩展名，请用 Excel 打开并另存为“Excel 工作簿（.xlsx）”后上传。"
        )
    if content.startswith(b"%PDF"):
        raise Unreadable("E-FILE-TYPE", "这是 PDF 文件，请上传按模板填写的 .xlsx 文件。")
    text = text_of(content)
    delimiter = delimiter_of(text) if text is not None else None
    if text is None or delimiter is None:
        raise Unreadable("E-FILE-TYPE", "这不是 .xlsx、.xls 或 .csv 格式的表格，请下载模板填写后上传。")
    return Delimited(text, delimiter, budget)
