"""What people send: small files of the kinds that schools have sent, and what is right for each."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import pytest
import xlwt
from flask import Flask
from xlsxwriter.utility import xl_col_to_name

from app.imports.workbook import Budget, address, sheets_of
from tests.imports.children import CAPTIONS, Sender, a_child, filled, sender
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.workbooks import a_raw_workbook, a_sheet, text_cell

pytestmark = on_sqlite
BORN = dt.date(2020, 4, 4)


@pytest.fixture
def clerk(app: Flask, client: Client) -> Sender:
    return sender(client, factories.a_school(seats=30))


def states(clerk: Sender, *children: dict[str, Any]) -> list[str]:
    clerk.send(filled(children))
    return [row["state"] for row in clerk.rows()]


def test_a_short_number_is_its_rows_fault_and_nothing_else_is_said_of_it(clerk: Sender) -> None:
    wrong = {**a_child(), "main_number": "330106202002"}

    assert states(clerk, a_child(), wrong, a_child()) == ["ok", "error", "ok"]
    assert [(each["code"], each["column"]) for each in clerk.rows()[1]["faults"]] == [("E-ID-01", "居民身份证号")]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"main_number": "330106202002300023"}, {("居民身份证号", "E-ID-02")}),
        ({"born_on": "去年"}, {("出生日期", "E-CELL-DATE")}),
        ({"sex": "不详"}, {("性别", "E-CELL-CHOICE")}),
        ({"document_type": "学生证"}, {("身份证件类型", "E-CELL-CHOICE")}),
        ({"sex": None}, {("性别", "E-INPUT")}), ({"guardian_number": "3301"}, {("家庭成员一身份证号", "E-ID-01")}),
        ({"main_number": "3301", "born_on": "2020-13-01"}, {("居民身份证号", "E-ID-01"), ("出生日期", "E-CELL-DATE")}),
    ],
)  # fmt: skip
def test_no_rule_accuses_a_value_that_has_a_fault_already(clerk: Sender, wrong: Any, told: Any) -> None:
    assert states(clerk, {**a_child(), **wrong}) == ["error"]
    assert {(each["column"], each["code"]) for each in clerk.rows()[0]["faults"]} == told


def test_blanks_in_names_neither_divide_a_child_nor_hide_a_namesake(clerk: Sender) -> None:
    number = factories.a_number(BORN)
    children = [
        a_child(name=name, main_number=number, born_on="2020-04-04") for name in ("姚烨磊", "姚 烨磊", "姚　烨磊")
    ]

    assert states(clerk, *children) == ["ok", "skipped", "skipped"]
    assert "第 3 行（姓名）、第 4 行（姓名）" in clerk.file()["notices"][0]
    clerk.confirm()
    factories.a_student(factories.a_school(), name="试辛", number=factories.a_number(BORN))
    other = a_child(name="试 辛", main_number=factories.a_number(BORN), born_on="2020-04-04")
    same_sex = [
        other,
        {**other, "main_number": factories.a_number(BORN)},
        {**other, "main_number": factories.a_number(BORN)},
    ]
    for each in same_sex:
        each["sex"] = "男" if int(each["main_number"][16]) % 2 else "女"
    clerk.send(filled(same_sex))
    assert {row["faults"][0]["code"] for row in clerk.rows("warning")} == {"E-DUP-02"}


def test_texts_of_a_workbook_are_decoded_and_reading_aids_are_no_text(clerk: Sender) -> None:
    child = a_child(name="试验名", address="文三路_x0031_号_x005F_x000D_")
    shared = "<si><r><t>试验名_x000D_</t></r><rPh sb='0' eb='1'><t>しけん</t></rPh></si>"
    cells = "".join(
        '<c r="A2" t="s"><v>0</v></c>' if name == "name" else text_cell(address(place, 2), str(child[name]))
        for place, name in enumerate(CAPTIONS)
        if name in child
    )
    aided = text_cell("J2", child["address"])
    cells = cells.replace(aided, aided.replace("</is>", "<rPh><t>よみ</t></rPh></is>"))
    header = "".join(text_cell(address(place, 1), each) for place, each in enumerate(CAPTIONS.values()))
    parts = {"xl/sharedStrings.xml": f"<sst>{shared}</sst>"}

    clerk.send(a_raw_workbook(a_sheet(f'<row r="1">{header}</row><row r="2">{cells}</row>'), parts=parts))

    assert [(row["name"], row["state"]) for row in clerk.rows()] == [("试验名", "ok")], clerk.rows()
    content = a_raw_workbook(a_sheet(f'<row r="1">{aided}<c r="K1" t="str"><f>1</f><v>a_x000D_</v></c></row>'))
    assert next(iter(sheets_of(content, Budget())[0].rows())).cells == {9: "文三路1号_x000D_", 10: "a\r"}


@pytest.mark.parametrize(
    "typed",
    [
        {"main_number": "\u202d{}\u202c", "guardian.phone": "\u202d13800000000\u202c"}, {"main_number": "'{}"},
        {"main_number": "{}\t", "guardian.phone": "+86 138-0000-0000", "name": "'王思远"},
        {"household_division": "３３０１０６", "class_number": "２班"}, {"household_division": "浙江省杭州市西湖区"},
    ],
)  # fmt: skip
def test_what_surrounds_digits_is_dropped(clerk: Sender, typed: dict[str, str]) -> None:
    child = a_child()

    assert states(clerk, {**child, **{name: text.format(child["main_number"]) for name, text in typed.items()}}) == [
        "ok"
    ]


def test_one_interpunct_stands_in_a_name_however_it_is_typed(clerk: Sender) -> None:
    names = ("试验•艾力", "试验・艾力", "试验.艾力", "试验 · 艾力")

    assert states(clerk, *[a_child(name=each) for each in names]) == ["ok"] * 4
    clerk.confirm()
    assert {row["name"] for row in clerk.rows()} == {"试验·艾力"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("999999", "没有代码为 999999 的县（市、区）"),
        ("下城区", "现为拱墅区（330105）"),
        ("杭州市", "须填写到县（市、区）"),
        (330185, "现为临安区（330112）"),
    ],
)  # fmt: skip
def test_a_household_is_in_a_county_of_today(clerk: Sender, written: Any, said: str) -> None:
    assert states(clerk, a_child(household_division=written)) == ["error"]
    fault = clerk.fault()
    assert (fault["code"], said in fault["detail"]) == ("E-DIVISION", True), fault


@pytest.mark.parametrize(
    "written", [43925.354166666664, "2020-04-04 08:30:00", "2020年4月4号", "2020.4.4", "20200404", 20200404, "2020/4/4"]
)
def test_a_birthday_with_a_time_of_day_is_the_day(clerk: Sender, written: Any) -> None:
    assert states(clerk, a_child(main_number=factories.a_number(BORN), born_on=written)) == ["ok"]


def test_a_sentence_never_quotes_what_nobody_sees(clerk: Sender) -> None:
    states(clerk, {**a_child(), "name": "王\u202e思远", "sex": "男\u00ad性\ue000"})

    told = {each["column"]: (each["detail"], each["value"]) for each in clerk.rows()[0]["faults"]}
    assert told["姓名"] == ("姓名：含有不可见或不能识别的字符 U+202E（方向控制符）。", "王〔U+202E〕思远")
    assert told["性别"][0] == "性别：没有“男〔U+00AD〕性〔U+E000〕”这一项。"


# ── other formats ────────────────────────────────────────────────────────────────────────────────────────────────────


def a_csv(children: Sequence[dict[str, Any]], delimiter: str = ",") -> str:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=delimiter)
    writer.writerow(CAPTIONS.values())
    for child in children:
        writer.writerow([child.get(name) for name in CAPTIONS])
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_is_read_in_the_encodings_of_chinese_programs(clerk: Sender, encoding: str, delimiter: str) -> None:
    number = factories.a_number()
    child = a_child(main_number=number)
    quoted = {**child, "main_number": f'="{number}"', "address": "文三路，1号"}

    clerk.send(a_csv([quoted], delimiter).encode(encoding), name="新生.csv")

    assert [(row["number"], row["name"], row["state"]) for row in clerk.rows()] == [(2, "王思远", "ok")], clerk.rows()


def test_a_csv_that_excel_has_spoilt_or_that_holds_a_formula_is_told_so(clerk: Sender) -> None:
    spoilt, formula = {**a_child(), "main_number": "3.30106E+17"}, a_child(address="=1+2")

    clerk.send(a_csv([spoilt, formula]).encode("gbk"), name="新生.csv")

    assert [row["faults"][0]["code"] for row in clerk.rows()] == ["E-CELL-DIGITS", "E-CELL-FORMULA"]


def an_xls(children: Sequence[dict[str, Any]], sheet: str = "一班", **more: Any) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page, day = book.add_sheet(sheet), xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for row, child in enumerate([CAPTIONS, *children]):
        for place, name in enumerate(CAPTIONS):
            value = child.get(name)
            if isinstance(value, dt.date):
                page.write(row, place, value, day)
            elif value is not None:
                page.write(row, place, value)
    for name, value in more.items():
        page.write(len(children), list(CAPTIONS).index(name), value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_an_old_workbook_is_read_like_a_new_one(clerk: Sender) -> None:
    child = a_child(main_number=factories.a_number(BORN), born_on=BORN, class_number=2.0)
    broken = a_child()
    del broken["address"]

    clerk.send(an_xls([child, broken], address=xlwt.Formula("1+1")), name="新生.xls")

    assert [row["state"] for row in clerk.rows()] == ["ok", "error"], clerk.rows()
    letter = xl_col_to_name(list(CAPTIONS).index("address"))
    assert f"单元格 {letter}3 是公式" in clerk.fault()["detail"]


@pytest.mark.parametrize("cut", [600, 1500, 3000, -200])
def test_a_damaged_old_workbook_is_refused_with_a_sentence(clerk: Sender, cut: int) -> None:
    answer = clerk.send(an_xls([a_child()])[:cut], name="新生.xls")

    assert answer.code == "E-FILE-TYPE", answer.text
    assert ".xls" in answer.json["detail"]
