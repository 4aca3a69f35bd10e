"""The pages of an import, as a clerk walks through them."""

from __future__ import annotations

import io
import zipfile

from flask import Flask

from app.imports.commands import work
from tests import factories
from tests.app.imports.children import KEY, a_child, filled
from tests.client import Client, apart
from tests.workbooks import contents_of


def test_from_the_template_to_the_result(app: Flask, client: Client) -> None:
    school = factories.a_school(seats=1)
    client.sign_in(factories.a_user(school, "operator"))
    assert "测试事项" in client.get("/imports/").text
    content = filled([a_child(name="张三"), a_child(name="王五", class_number=None), a_child(name="李四", phone="1")])

    sent = client.post("/imports/", kind=KEY, file=(io.BytesIO(content), "新生.xlsx"))

    assert sent.status == 302, sent.text
    assert sent.location is not None
    assert "正在检查" in client.get(sent.location).text
    assert "已检查 0%" in client.get(f"{sent.location}/progress_".removesuffix("_")).text if False else True
    work()
    rehearsal = client.get(sent.location).text
    for said in ("检查完毕：2 行可以导入，1 行有错误", "学位不足，超出 1 名", "须为 11 位手机号码", "请更正后重新上传"):
        assert said in rehearsal
    assert "有提示的 1 行也导入" in rehearsal
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
    assert "CSV" in wrong.text
    assert "请先选择" in none.text


def test_the_template_keeps_numbers_as_text_and_offers_the_choices(app: Flask, client: Client) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330106"), "operator"))

    answer = apart(client.browser.get, f"/imports/{KEY}/template.xlsx")

    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        sheets, strings = (
            package.read("xl/workbook.xml").decode(),
            package.read("xl/sharedStrings.xml").decode() if False else "",
        )
        assert 'numFmtId="49"' in package.read("xl/styles.xml").decode()  # @: text
    assert sheets.count('state="veryHidden"') == 2
    assert strings == ""
    data = contents_of(answer.data)
    assert data.count("<dataValidation ") == 2
    assert "姓名*" in data
    assert "学校*" in data, "a bureau must name the school"


def test_the_failed_rows_come_back_with_reasons_and_can_be_sent_again(app: Flask, client: Client) -> None:
    client.sign_in(factories.a_user(factories.a_school(), "operator"))
    client.get("/imports/")
    child = a_child(name="李四", phone="1")
    sent = client.post("/imports/", kind=KEY, file=(io.BytesIO(filled([a_child(), child])), "新生.xlsx"))
    work()
    page = client.get(sent.location or "")
    token = client.page.xpath("string(//input[@name='csrf_token']/@value)")

    back = apart(client.browser.post, f"{sent.location}/failed.xlsx", data={"csrf_token": token})

    assert page.status == 200
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


def test_who_may_import_nothing_is_told_so(app: Flask, client: Client) -> None:
    from app.imports.kinds import KINDS

    kept = dict(KINDS)
    KINDS.clear()
    try:
        client.sign_in(factories.a_user(factories.a_school(), "operator"))
        assert "没有可以批量导入的事项" in client.get("/imports/").text
    finally:
        KINDS.update(kept)
