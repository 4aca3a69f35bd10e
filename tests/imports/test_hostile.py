"""A workbook that was made to hurt, or is none, gets a sentence: nothing of it is kept and nobody waits."""

from __future__ import annotations

import io
import resource
import struct
import time
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask

from app.imports.queries import rosters
from app.imports.workbook import Budget, address, sheets_of
from tests.imports.children import CAPTIONS, KEY, a_child, filled, imported_names, sender
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.workbooks import a_raw_workbook, a_sheet, a_workbook, contents_of, text_cell

pytestmark = on_sqlite
HEADER = "".join(text_cell(address(place, 1), caption) for place, caption in enumerate(CAPTIONS.values()))


def with_rows(rows: str, **more: object) -> bytes:
    return a_raw_workbook(a_sheet(f'<row r="1">{HEADER}</row>{rows}'), **more)  # type: ignore[arg-type]


def a_zip(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return target.getvalue()


def lying_about_its_size() -> bytes:
    """The directory says that the sheet is small; unpacked it would not be."""
    honest = a_raw_workbook(a_sheet("<row r='1'/>" * 3_000_000))
    place = honest.index(b"PK\x01\x02", honest.rindex(b"xl/worksheets/sheet1.xml") - 100)
    return honest[: place + 24] + struct.pack("<I", 1000) + honest[place + 28 :]


def encrypted() -> bytes:
    content = bytearray(filled([a_child()]))
    for place in range(len(content)):
        if content[place : place + 4] == b"PK\x01\x02":
            content[place + 8] |= 1
    return bytes(content)


LAUGHS = '<!DOCTYPE lol [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
TYPED: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "nothing": (lambda: b"", "E-FILE-TYPE", "空"),
    "text": (lambda: "姓名\n张三".encode(), "E-FILE-TYPE", ".csv"),
    "text with few columns": (lambda: "姓名,性别\n张三,男".encode(), "E-FILE-CAPTIONS", "缺少必填的列：出生日期"),
    "bytes": (lambda: bytes(range(256)), "E-FILE-TYPE", ".csv"),
    "web page": (lambda: b"\xef\xbb\xbf <html><table><tr><td>1</td></tr></table></html>", "E-FILE-TYPE", "网页"),
    "old Excel": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "E-FILE-TYPE", ".xls"),
    "pdf": (lambda: b"%PDF-1.7", "E-FILE-TYPE", "PDF"),
    "word": (lambda: a_zip("[Content_Types].xml", "word/document.xml"), "E-FILE-TYPE", "Word"),
    "ods": (lambda: a_zip("mimetype", "content.xml"), "E-FILE-TYPE", ".ods"),
    "binary Excel": (lambda: a_zip("[Content_Types].xml", "xl/workbook.bin"), "E-FILE-TYPE", ".xlsb"),
    "zip": (lambda: a_zip("新生.xlsx"), "E-FILE-TYPE", "压缩包"),
    "macros": (lambda: with_rows("", parts={"xl/vbaProject.bin": b"x"}), "E-FILE-TYPE", "宏"),
    "password": (encrypted, "E-FILE-TYPE", "密码"),
    "cut off": (lambda: filled([a_child()])[:-200], "E-FILE-ZIP", "损坏"),
    "rotten": (lambda: with_rows("").replace(b"PK\x01\x02", b"PK\x01\x03"), "E-FILE-ZIP", "损坏"),
    "too large": (lambda: b"PK\x03\x04" + bytes(11_000_001), "E-FILE-SIZE", "MB"),
    "bomb": (lambda: a_raw_workbook(a_sheet("<row/>" * 1_000_000)), "E-FILE-ZIP", "膨胀"),
    "bomb of strings": (
        lambda: with_rows("", parts={"xl/sharedStrings.xml": b"<si/>" * 900_000}), "E-FILE-ZIP", "膨胀",
    ),
    "lying bomb": (lying_about_its_size, "E-FILE-ZIP", "损坏"),
    "a thousand parts": (lambda: a_zip(*map(str, range(1000))), "E-FILE-ZIP", "部件"),
    "laughs": (lambda: a_raw_workbook(LAUGHS + a_sheet("<row><c><v>&b;</v></c></row>")), "E-FILE-XML", "实体"),
    "no xml": (lambda: a_raw_workbook(b"\x00\x01\x02"), "E-FILE-XML", "损坏"),
    "deep": (lambda: a_raw_workbook(a_sheet("<a>" * 100)), "E-FILE-XML", "嵌套"),
    "long tag": (
        lambda: a_raw_workbook(a_sheet(f"<row r='{'1234567890abcdef' * 100_000}'/>")), "E-FILE-XML", "标记过长",
    ),
    "no sheet": (lambda: a_zip("[Content_Types].xml", "xl/workbook.xml"), "E-FILE-ZIP", "损坏"),
    "far cell alone": (
        lambda: a_raw_workbook(a_sheet(f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>')),
        "E-FILE-RANGE", "XFD1048576",
    ),
    "far column": (
        lambda: a_raw_workbook(a_sheet(f'<row r="1">{text_cell("XFD1", "x")}</row>')), "E-FILE-RANGE", "XFD1",
    ),
    "no column": (lambda: a_raw_workbook(a_sheet(f'<row r="1">{text_cell("ÄÖ1", "x")}</row>')), "E-FILE-XML", "损坏"),
}  # fmt: skip


@pytest.mark.parametrize("sent", TYPED)
def test_it_is_refused_at_the_door(app: Flask, client: Client, sent: str) -> None:
    make, code, word = TYPED[sent]
    clerk = sender(client, factories.a_school())
    content = make()

    began = time.process_time()
    answer = clerk.send(content)

    assert (answer.status, answer.code) == (422, code), answer.text
    assert word in answer.json["detail"]
    assert answer.json["detail"].endswith(("。", "上传。"))
    assert time.process_time() - began < 2
    assert clerk.program.get("/imports").json["items"] == []


MANY = "".join(f'<row r="{n}"><c r="A{n}"><v>{n * 7919}</v></c></row>' for n in range(2, 3001))
DEEP: dict[str, tuple[Callable[[], bytes], str]] = {
    "far cell below good rows": (
        lambda: with_rows(f'{MANY}<row r="1048576">{text_cell("XFD1048576", "x")}</row>'),
        "XFD1048576",
    ),
    "too many rows": (lambda: with_rows(MANY), "超过 1,000 行（第 1002 行起）"),
    "broken in the middle": (lambda: with_rows(f'{MANY}<row r="3001"><c r="A3001"'), "损坏"),
    "a text without end": (lambda: with_rows(f'{MANY}<row>{text_cell("A3001", "字符" * 20_000)}</row>'), "文字过长"),
}  # fmt: skip


@pytest.mark.parametrize("sent", DEEP)
def test_what_lies_deep_inside_is_found_by_the_worker(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, sent: str
) -> None:
    make, word = DEEP[sent]
    if sent == "too many rows":
        monkeypatch.setattr(rosters, "MOST_ROWS", 1000)
    clerk = sender(client, factories.a_school())

    assert clerk.send(make()).status == 201

    file = clerk.file()
    assert file["status"] == "refused"
    assert word in file["refusal"]
    assert sum(file["counts"].values()) == 0
    assert clerk.program.post(f"/imports/{file['id']}/confirm", {"with_warnings": True}).code == "E-STATUS"


def test_blank_rows_styled_cells_and_a_wrong_dimension_do_no_harm(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    child = a_child()
    cells = "".join(
        text_cell(address(place, 5), str(child[name])) for place, name in enumerate(CAPTIONS) if name in child
    )
    empty = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'

    clerk.send(
        with_rows(
            f'<row r="3"/><row r="4"><c r="A4" s="3"/>{text_cell("B4", "  ")}</row><row r="5">{cells}</row>{empty}'
        )
    )

    assert clerk.file()["counts"]["ok"] == 1, clerk.rows()


def test_a_cell_that_points_to_no_text_is_empty(app: Flask) -> None:
    content = a_raw_workbook(a_sheet('<row><c t="s"><v>99999999999</v></c><c t="s"><v>1</v></c><c><v>7</v></c></row>'))

    assert [row.cells for row in sheets_of(content, Budget())[0].rows()] == [{2: "7"}]


def test_a_great_sheet_is_read_in_constant_memory(app: Flask) -> None:
    content = a_workbook(
        list(CAPTIONS.values()), ([f"张三{n}", "男", "2017-05-20"] for n in range(30_000)), shared=False
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    count = sum(1 for _ in sheets_of(content, Budget())[0].rows())

    assert count == 30_001
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # KiB


def test_what_comes_back_is_no_formula_for_anybody(app: Flask, client: Client) -> None:
    """`=cmd|…` typed as text stays text in our file, also after the reader saved it as CSV."""
    clerk = sender(client, factories.a_school())
    evil = ["=1+2", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"]
    children = [a_child(name=each, guardian__phone="1") for each in evil]

    # as text: the writer of the test must not make formulas of them
    rows = "".join(
        f'<row r="{number}">'
        + "".join(text_cell(address(place, number), str(child.get(name, ""))) for place, name in enumerate(CAPTIONS))
        + "</row>"
        for number, child in enumerate(children, start=2)
    )
    clerk.send(with_rows(rows))
    back = clerk.program.http.post(f"/api/v1/imports/{clerk.ids[-1]}/failed", headers=clerk.program.headers).data

    sheet = contents_of(back)
    assert "<f>" not in sheet
    for each in evil[:4]:
        assert f"<t>{each}" not in sheet
    assert clerk.send(back).status == 201
    assert [row["name"].lstrip("'").strip() for row in clerk.rows()] == [each.strip() for each in evil]


def test_numbers_of_children_do_not_stand_in_the_name_of_a_file(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    clerk.send(filled([a_child()]), name="C:\\桌面\\330106201705200017张三.xlsx")

    assert clerk.file()["name"] == "…张三.xlsx"
    assert imported_names() == []


def test_the_template_of_another_kind_is_refused(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school(stages="primary,junior"))
    path = "/api/v1/imports/kinds/{}/template"
    own, other = (
        clerk.program.http.get(path.format(key), headers=clerk.program.headers).data
        for key in (KEY, "registration_junior")
    )

    assert clerk.send(own).status == 201
    refused = clerk.send(own, kind="registration_junior")

    assert (refused.code, "初中新生注册" in refused.json["detail"]) == ("E-FILE-VERSION", True)
    assert clerk.send(other, kind="registration_junior").status == 201
