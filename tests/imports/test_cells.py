"""What a cell says: captions in any order, days, codes and numbers however they are written."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask
from xlsxwriter.utility import xl_col_to_name

from tests.imports.children import BORN, CAPTIONS, a_child, filled, sender
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.workbooks import a_workbook

pytestmark = on_sqlite


def test_columns_stand_in_any_order_under_a_merged_title_with_other_words(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    order = list(reversed(CAPTIONS))
    captions = ["家长电话" if name == "guardian.phone" else f" {CAPTIONS[name]} （必填）*" for name in order]
    child = a_child(name="阿卜杜·热合曼", ethnic_group="22", household_division="杭州市西湖区", entry_way="11 就近入学")

    clerk.send(a_workbook([*captions, "座位号"], [[child.get(name) for name in order] + ["随便"]], title="新生登记表"))

    assert clerk.file()["counts"]["ok"] == 1 or "户口" in str(clerk.rows()), clerk.rows()
    assert clerk.file()["notices"] == ["以下的列没有对应的项目，没有读取：座位号。"]


def test_a_division_is_named_or_numbered_within_the_province_and_numbered_outside(app: Flask, client: Client) -> None:
    clerk, name = sender(client, factories.a_school()), "西湖区"

    clerk.send(filled([a_child(household_division=each) for each in (name, "341225", 341225, "火星")]))

    assert [row["state"] for row in clerk.rows()] == ["ok", "ok", "ok", "error"]


@pytest.mark.parametrize(
    ("written", "read"),
    [("2019-05-20", True), ("2019/5/20", True), ("2019年5月20日", True), ("20190520", True), (20190520, True),
     (43605, True), (" 2019.05.20 ", True), ("2019-02-30", False), ("19-05-20", False), ("去年", False), (3.5, False)],
)  # fmt: skip
def test_days_are_understood_however_they_are_written(
    app: Flask, client: Client, written: str | int, read: bool
) -> None:
    clerk = sender(client, factories.a_school())
    number = factories.a_number(dt.date(2019, 5, 20))

    clerk.send(filled([a_child(main_number=number, born_on=written)]))

    assert (clerk.file()["counts"]["ok"] == 1) is read, clerk.rows()


def test_a_number_that_excel_has_spoilt_is_refused_with_an_explanation(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    spoilt, text = a_child(), a_child()
    spoilt["main_number"], text["main_number"] = float(spoilt["main_number"][:17] + "0"), "3.30106E+17"

    clerk.send(filled([spoilt, text, a_child(guardian__phone=13800000000)]))

    assert [row["state"] for row in clerk.rows()] == ["error", "error", "ok"], clerk.rows()
    for row in clerk.rows("error"):
        assert len(row["faults"]) == 1, row
        [fault] = row["faults"]
        assert fault["code"] == "E-CELL-DIGITS"
        assert "被 Excel 变成了数字（3.3010" in fault["detail"]
        assert "文本" in fault["todo"]


def test_formulas_are_refused_with_the_name_of_the_cell(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    clerk.send(filled([a_child(address='=HYPERLINK("http://evil","x")')]))

    assert (clerk.fault()["code"], clerk.fault()["column"]) == ("E-CELL-FORMULA", "现住址")
    letter = xl_col_to_name(list(CAPTIONS).index("address"))
    assert f"单元格 {letter}2 是公式" in clerk.fault()["detail"]


def test_every_fault_of_a_row_is_named_at_once(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    child = {
        "name": "李😀",
        "sex": "不详",
        "main_number": "330106201705200",
        "ethnic_group": "汉",
        "class_number": "一",
    }

    clerk.send(filled([child]))

    codes = {(each["column"], each["code"]) for each in clerk.rows()[0]["faults"]}
    missing = ("出生日期", "身份证件类型", "户口所在地区划代码", "现住址", "入学方式", "就读方式",
               "家庭成员一姓名", "家庭成员一与学生关系", "家庭成员一联系电话")  # fmt: skip
    assert codes == {
        ("姓名", "E-INPUT"), ("性别", "E-CELL-CHOICE"), ("居民身份证号", "E-ID-01"), ("班号", "E-CELL-INTEGER"),
        *((each, "E-INPUT") for each in missing),
    }, codes  # fmt: skip


def test_the_number_must_agree_with_sex_and_day(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    child = a_child()
    other = "女" if child["sex"] == "男" else "男"

    clerk.send(filled([{**child, "sex": other, "born_on": (BORN + dt.timedelta(days=1)).isoformat()}]))

    faults = clerk.rows("error")[0]["faults"]
    assert {(each["code"], each["column"]) for each in faults} == {("E-ID-04", "性别"), ("E-ID-05", "出生日期")}
    assert all("核对" in each["todo"] for each in faults)


def test_a_child_without_a_number_is_known_by_another_document(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    passport = {**a_child(name="Anna Li"), "main_number": None, "document_type": "护照", "nationality": "加拿大"}

    clerk.send(
        filled([{**passport, "document_number": "E12345678"}, passport, {**passport, "document_number": "E12345678"}])
    )

    assert [row["state"] for row in clerk.rows()] == ["ok", "error", "skipped"], clerk.rows()
    assert clerk.fault()["column"] == "其他证件号码"
