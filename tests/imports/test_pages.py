"""The pages of an import, as a clerk walks through them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from flask import Flask

from app import clock
from app.imports.commands import work
from app.imports.queries import rosters
from tests.imports.children import FORM, KEY, a_child, filled
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.workbooks import contents_of


def test_from_the_template_to_the_result(app: Flask, client: Client) -> None:
    school = factories.a_school(seats=1)
    client.sign_in(factories.a_user(school, "operator"))
    assert "小学新生注册" in client.get("/imports/").text
    content = filled([a_child(name="张三"), a_child(name="王五"), a_child(name="李四", guardian__phone="1")])

    sent = client.post("/imports/", kind=KEY, file=(io.BytesIO(content), "新生.xlsx"))

    assert sent.status == 302, sent.text
    assert sent.location is not None
    assert "正在检查" in client.get(sent.location).text
    fragment = apart(client.browser.get, f"{sent.location}/progress")
    assert "已检查 0%" in fragment.get_data(as_text=True)
    assert "X-Finished" not in fragment.headers
    work()
    rehearsal = client.get(sent.location).text
    for said in ("检查完毕：2 行可以导入，1 行有错误", "学位不足，超出 1 名", "须为 11 位手机号码", "请更正后重新上传"):
        assert said in rehearsal
    assert apart(client.browser.get, f"{sent.location}/progress").headers["X-Finished"] == "yes"
    only_wrong = client.get(f"{sent.location}?state=error").text
    assert "李四" in only_wrong
    assert "张三" not in only_wrong
    assert client.post(f"{sent.location}/confirm", with_warnings="yes").status == 302
    assert "正在导入" in client.get(sent.location).text
    work()
    assert "已导入 2 行，1 行有错误" in client.get(sent.location).text
    assert "新生.xlsx" in client.get("/imports/").text


def test_a_file_that_is_none_gets_a_sentence_beside_its_field(app: Flask, client: Client) -> None:
    client.sign_in(factories.a_user(factories.a_school(), "operator"))
    client.get("/imports/")

    wrong = client.post("/imports/", kind=KEY, file=(io.BytesIO(b"a,b"), "新生.xlsx"))
    none = client.post("/imports/", kind=KEY)

    assert (wrong.status, none.status) == (422, 422)
    assert "没有找到表头" in wrong.text
    assert "请先选择" in none.text


def test_the_template_keeps_numbers_as_text_and_offers_the_choices(app: Flask, client: Client) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330106"), "operator"))

    answer = apart(client.browser.get, f"/imports/{KEY}/template.xlsx")

    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        sheets, styles = package.read("xl/workbook.xml").decode(), package.read("xl/styles.xml").decode()
    assert 'numFmtId="49"' in styles or 'formatCode="@"' in styles
    assert sheets.count('state="veryHidden"') == 2
    data = contents_of(answer.data)
    choices = sum("oneOf" in part for part in FORM["properties"].values()) + 2  # the guardians' relations
    assert data.count("<dataValidation ") == choices
    assert "姓名*" in data
    assert "学校*" in data, "a bureau must name the school"


def test_the_failed_rows_come_back_with_reasons_and_can_be_sent_again(app: Flask, client: Client) -> None:
    client.sign_in(factories.a_user(factories.a_school(), "operator"))
    client.get("/imports/")
    child = a_child(name="李四", guardian__phone="1")
    sent = client.post("/imports/", kind=KEY, file=(io.BytesIO(filled([a_child(), child])), "新生.xlsx"))
    work()
    page = client.get(sent.location or "")
    token = client.page.xpath("string(//input[@name='csrf_token']/@value)")

    back = apart(client.browser.post, f"{sent.location}/failed.xlsx", data={"csrf_token": token})

    assert page.status == 200
    assert back.headers["Content-Disposition"].encode("latin-1")
    assert child["main_number"] not in page.text
    sheet = contents_of(back.data)
    assert child["main_number"] in sheet
    assert "须为 11 位手机号码。（E-INPUT）→ 请更正后重新上传。" in sheet
    assert "张三" not in sheet
    client.get("/imports/")
    again = client.post("/imports/", kind=KEY, file=(io.BytesIO(back.data), "更正.xlsx"))
    assert again.status == 302
    work()
    result = client.get(again.location or "").text
    assert "0 行可以导入，1 行有错误" in result
    assert "没有对应的项目" not in result, "the column of reasons is nobody's mistake"


def test_out_of_season_the_pages_say_why_nothing_can_be_imported(app: Flask, client: Client) -> None:
    clock.set_to(dt.datetime(2026, 10, 12, 2, 0, tzinfo=dt.UTC))
    client.sign_in(factories.a_user(factories.a_school(), "operator"))

    page = client.get("/imports/").text
    sent = client.post("/imports/", kind=KEY, file=(io.BytesIO(filled([a_child()])), "新生.xlsx"))
    work()

    assert "现在可以上传检查，不能导入：新生信息已于" in page
    result = client.get(sent.location or "").text
    assert "现在不能导入：新生信息已于" in result
    assert "确认导入" not in result


def test_a_refused_file_says_why_on_its_page(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rosters, "MOST_ROWS", 1)
    client.sign_in(factories.a_user(factories.a_school(), "operator"))
    client.get("/imports/")
    content = filled([a_child(), a_child()])
    sent = client.post("/imports/", kind=KEY, file=(io.BytesIO(content), "新生.xlsx"))
    work()

    page = client.get(sent.location or "").text

    assert "这份文件不能读取，没有导入任何数据" in page
    assert "超过 1 行（第 3 行起）" in page
