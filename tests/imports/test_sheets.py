"""Nothing of a workbook is dropped in silence: sheets, joined cells, hidden rows and columns are read or named."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter
from flask import Flask
from xlsxwriter.utility import xl_col_to_name

from tests.imports.children import CAPTIONS, a_child, sender
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite

pytestmark = on_sqlite


def a_book(*sheets: tuple[str, Sequence[dict[str, Any]]], more: Callable[[Any, Any], None] = lambda *_: None) -> bytes:
    """A workbook with a roster in each sheet; `more` adds to the book, given its last sheet."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = None
    for name, children in sheets:
        page = book.add_worksheet(name)
        for row, child in enumerate([CAPTIONS, *children]):
            for place, field in enumerate(CAPTIONS):
                page.write(row, place, child.get(field), book.add_format({"num_format": "@"}))
    more(book, page)
    book.close()
    return target.getvalue()


def place_of(name: str) -> int:
    return list(CAPTIONS).index(name)


def test_every_sheet_with_captions_is_read_and_its_rows_are_named_with_it(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school(seats=30))
    twice = a_child(name="甲")

    clerk.send(a_book(("一班", [twice, a_child(name="乙")]), ("二班", [a_child(name="丙"), {**twice, "name": "丁"}])))

    assert [(row["sheet"], row["number"], row["name"], row["state"]) for row in clerk.rows()] == [
        ("一班", 2, "甲", "error"), ("一班", 3, "乙", "ok"), ("二班", 2, "丙", "ok"), ("二班", 3, "丁", "error"),
    ]  # fmt: skip
    assert [row["faults"][0]["detail"] for row in clerk.rows("error")] == [
        "证件号与“二班”第 3 行相同，其他内容不同。", "证件号与“一班”第 2 行相同，其他内容不同。",
    ]  # fmt: skip
    clerk.confirm()
    assert clerk.file()["counts"]["imported"] == 2


def test_a_cover_is_passed_over_and_hidden_sheets_are_named(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    def more(book: Any, _page: Any) -> None:
        cover, old, empty = (book.add_worksheet(name) for name in ("封面", "去年", "空白"))
        cover.write(0, 0, "一年级新生名册")
        old.write(0, 0, "姓名")
        old.hide()
        empty.set_column(0, 3, 20)

    clerk.send(a_book(("名册", [a_child()]), more=more))

    assert clerk.file()["counts"]["ok"] == 1
    assert clerk.file()["notices"] == [
        "没有读取工作表“封面”：其中没有所需的表头。",
        "没有读取隐藏的工作表“去年”；需要导入的，请取消隐藏后重新上传。",
    ]


def test_a_book_without_any_roster_is_told_which_sheets_were_looked_at(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    def more(book: Any, _page: Any) -> None:
        for name in ("封面", "统计"):
            book.add_worksheet(name).write(0, 0, "人数")

    answer = clerk.send(a_book(more=more))

    assert answer.code == "E-FILE-CAPTIONS"
    assert answer.json["detail"].startswith("工作表“封面”、“统计”的前 20 行里没有找到表头（如“姓名”“性别”）。")


def test_a_second_sheet_that_lacks_a_column_is_refused_not_skipped(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    def more(book: Any, _page: Any) -> None:
        page = book.add_worksheet("二班")
        for place, caption in enumerate(each for each in CAPTIONS.values() if each != "民族"):
            page.write(0, place, caption)

    answer = clerk.send(a_book(("一班", [a_child()]), more=more))

    assert answer.code == "E-FILE-CAPTIONS"
    assert "工作表“二班”缺少必填的列：民族" in answer.json["detail"]


def test_what_a_joined_cell_shows_is_read_in_each_of_its_rows(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    def more(_book: Any, page: Any) -> None:
        page.merge_range(1, place_of("class_number"), 3, place_of("class_number"), 2)
        page.merge_range(1, place_of("address"), 2, place_of("address"), "文三路 2 号")

    clerk.send(a_book(("数据", [a_child(name="甲"), a_child(name="乙"), a_child(name="丙")]), more=more))

    assert [row["state"] for row in clerk.rows()] == ["ok", "ok", "ok"], clerk.rows()
    address, number = xl_col_to_name(place_of("address")), xl_col_to_name(place_of("class_number"))
    assert clerk.file()["notices"] == [f"合并单元格按其中的内容填入各行：{address}2:{address}3、{number}2:{number}4。"]
    clerk.confirm()
    from app.cases.models import BatchRow
    from app.database import db

    db.session.rollback()
    assert {row.name: '"class_number":2' in row.content for row in db.session.query(BatchRow)} == dict.fromkeys(
        "甲乙丙", True
    )


def test_a_joined_name_or_a_cell_joined_across_columns_is_a_fault_with_its_place(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    def more(_book: Any, page: Any) -> None:
        page.merge_range(1, place_of("name"), 2, place_of("name"), "甲")
        page.merge_range(3, place_of("entry_way"), 3, place_of("boarding"), "就近入学")

    clerk.send(a_book(("数据", [a_child(), a_child(), a_child()]), more=more))

    told = [[(each["column"], each["code"], each["detail"]) for each in row["faults"]] for row in clerk.rows()]
    joined = ("姓名", "E-CELL-MERGED", "姓名：在合并单元格 A2:A3 中，不能确定这一行的内容。")
    across = "{}4:{}4".format(*(xl_col_to_name(place_of(each)) for each in ("entry_way", "boarding")))
    assert told == [
        [joined],
        [joined],
        [("就读方式", "E-CELL-MERGED", f"就读方式：在合并单元格 {across} 中，不能确定这一行的内容。")],
    ]


def test_hidden_rows_and_columns_are_read_and_named(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    def more(_book: Any, page: Any) -> None:
        page.set_row(2, None, None, {"hidden": True})
        page.set_column(place_of("address"), place_of("address"), None, None, {"hidden": True})

    clerk.send(a_book(("数据", [a_child(name="甲"), a_child(name="乙")]), more=more))

    assert [row["name"] for row in clerk.rows("ok")] == ["甲", "乙"]
    assert clerk.file()["notices"] == ["隐藏的内容也已读取：第 3 行、“现住址”列。不需要的，请删除后重新上传。"]


def test_captions_on_every_printed_page_are_passed_over_and_named(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    clerk.send(a_book(("数据", [a_child(name="甲"), CAPTIONS, a_child(name="乙")])))

    assert [row["name"] for row in clerk.rows()] == ["甲", "乙"]
    assert clerk.file()["notices"] == ["重复的表头已略过：第 3 行。"]


def test_captions_of_two_storeys_are_read_together(app: Flask, client: Client) -> None:
    """监护人 over 姓名, 关系, 电话: the word above belongs to those below."""
    clerk, child = sender(client, factories.a_school()), a_child(name="甲", guardian__name="乙")
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    page = book.add_worksheet("名册")
    for place, (field, caption) in enumerate(CAPTIONS.items()):
        if field.startswith("guardian."):
            page.write(
                1, place, {"guardian.name": "姓名", "guardian.relation": "关系", "guardian.phone": "电话"}[field]
            )
        else:
            page.merge_range(0, place, 1, place, caption)
        page.write(2, place, child.get(field))
    page.merge_range(0, place_of("guardian.name"), 0, place_of("guardian.phone"), "监护人")
    book.close()

    clerk.send(target.getvalue())

    assert [(row["name"], row["state"]) for row in clerk.rows()] == [("甲", "ok")], clerk.rows()
