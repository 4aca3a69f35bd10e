"""Choose, check, rehearse, import: what becomes of the rows of a workbook."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from app import clock
from tests import factories
from tests.app.imports.children import CAPTIONS, FORM, a_child, filled, imported_names, objected, sender
from tests.client import Client
from tests.workbooks import a_workbook


def test_good_rows_are_imported_and_wrong_ones_come_back(app: Flask, client: Client) -> None:
    school = factories.a_school(seats=30)
    clerk = sender(client, school)
    wrong = a_child(name="李四", phone="123")

    assert clerk.send(filled([a_child(name="张三"), wrong, a_child(name="王五", class_number=None)])).status == 201

    file = clerk.file()
    assert (file["status"], file["checked"]) == ("checked", 1)
    assert file["counts"] == {"ok": 1, "warning": 1, "error": 1, "skipped": 0, "imported": 0}
    (row,) = clerk.rows("error")
    assert (row["number"], row["name"]) == (3, "李四")
    assert row["faults"] == [
        {
            "field": "phone", "column": "联系电话", "value": "123", "code": "E-INPUT", "severity": "error",
            "detail": "联系电话：须为 11 位手机号码。", "todo": "请更正后重新上传。",
        }
    ]  # fmt: skip
    assert imported_names() == []
    assert clerk.confirm().status == 200
    assert clerk.file()["status"] == "done"
    assert imported_names() == ["张三", "王五"]
    assert {each["case"] is not None for each in clerk.rows("imported")} == {True}


def test_rows_with_a_warning_can_be_left_out(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    clerk.send(filled([a_child(name="张三"), a_child(name="王五", class_number=None)]))

    clerk.confirm(with_warnings=False)

    assert imported_names() == ["张三"]


def test_the_rehearsal_says_what_it_means_for_the_quota(app: Flask, client: Client) -> None:
    school = factories.a_school(seats=2)
    clerk = sender(client, school)

    clerk.send(filled([a_child() for _ in range(3)]))

    (effect,) = clerk.program.get(f"/imports/{clerk.ids[-1]}/schools").json["items"]
    assert effect["school"]["code"] == school.office.code
    assert (effect["total"], effect["used"], effect["coming"], effect["left"]) == (2, 0, 3, -1)


def test_columns_stand_in_any_order_under_a_merged_title_with_other_words(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    order = list(reversed(FORM["properties"]))
    captions = [FORM["properties"][name]["title"] for name in order]
    captions = ["手机" if each == "联系电话" else f" {each} （必填）*" for each in captions]
    child = a_child(name="阿卜杜·热合曼", sex="1", ethnicity="22")

    clerk.send(a_workbook([*captions, "备注"], [[child[name] for name in order] + ["随便"]], title="西湖区新生登记表"))

    assert clerk.file()["counts"]["ok"] == 1, clerk.rows()
    assert clerk.file()["notices"] == ["以下的列没有对应的项目，没有读取：备注。"]


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
    number = factories.a_number()

    clerk.send(
        filled([a_child(main_number=number) | {"main_number": float(number[:17] + "0")},
                a_child(main_number=number) | {"main_number": "3.30106E+17"}, a_child(phone=13800000000)])
    )  # fmt: skip

    states = [row["state"] for row in clerk.rows()]
    assert states == ["error", "error", "ok"], clerk.rows()
    for row in clerk.rows("error"):
        (fault,) = row["faults"]
        assert fault["code"] == "E-CELL-DIGITS"
        assert "被 Excel 变成了数字（3.3010" in fault["detail"]
        assert "文本" in fault["todo"]


def test_formulas_are_refused_with_the_name_of_the_cell(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    clerk.send(filled([a_child(address='=HYPERLINK("http://evil","x")')]))

    (fault,) = clerk.rows("error")[0]["faults"]
    assert (fault["code"], fault["column"]) == ("E-CELL-FORMULA", "现住址")
    assert "单元格 G2 是公式" in fault["detail"]


def test_every_fault_of_a_row_is_named_at_once(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    clerk.send(
        filled([{"name": "李😀", "sex": "不详", "main_number": "330106201705200", "phone": "1", "ethnicity": "汉"}])
    )

    codes = {(each["column"], each["code"]) for each in clerk.rows()[0]["faults"]}
    assert codes == {
        ("姓名", "E-INPUT"), ("性别", "E-CELL-CHOICE"), ("出生日期", "E-INPUT"), ("证件号", "E-ID-01"),
        ("联系电话", "E-INPUT"), ("现住址", "E-INPUT"), ("班号", "E-CLASS"),
    }, clerk.rows()  # fmt: skip


def test_a_number_twice_in_a_file_faults_both_and_the_same_row_twice_is_skipped(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    number, other = factories.a_number(), a_child(name="周一")

    clerk.send(filled([a_child(name="甲", main_number=number), other, a_child(name="乙", main_number=number), other]))

    assert [row["state"] for row in clerk.rows()] == ["error", "ok", "error", "skipped"]
    details = [row["faults"][0]["detail"] for row in clerk.rows() if row["faults"]]
    assert details == [
        "证件号与第 4 行相同，其他内容不同", "证件号与第 2 行相同，其他内容不同", "与第 3 行完全相同，只导入一次",
    ]  # fmt: skip


def test_a_second_upload_goes_on_where_the_first_ended(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school(seats=30))
    good, wrong = a_child(name="张三"), a_child(name="李四", phone="123")
    clerk.send(filled([good, wrong]))
    clerk.confirm()

    clerk.send(filled([good, {**wrong, "phone": "13800000001"}]))

    assert [row["state"] for row in clerk.rows()] == ["skipped", "ok"]
    assert "已导入（办件" in clerk.rows()[0]["faults"][0]["detail"]
    clerk.confirm()
    assert imported_names() == ["张三", "李四"]


def test_a_child_imported_by_another_school_is_named(app: Flask, client: Client) -> None:
    child, first = a_child(), factories.a_school()
    one, other = sender(client, first), sender(client, factories.a_school())
    one.send(filled([child]))
    one.confirm()

    other.send(filled([child]))

    (fault,) = other.rows("error")[0]["faults"]
    assert fault["code"] == "E-DUP-03"
    assert first.office.name in fault["detail"]


def test_what_the_verb_objects_to_becomes_a_failed_row_and_the_rest_goes_on(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    clerk.send(filled([a_child(name="张三"), a_child(name="李四"), a_child(name="王五")]))
    objected["李四"] = "main_number"

    clerk.confirm()

    assert imported_names() == ["张三", "王五"]
    (row,) = clerk.rows("error")
    assert (row["name"], row["faults"][0]["column"]) == ("李四", "证件号")
    assert row["faults"][0]["detail"] == "此人不能注册。"


def test_a_bureau_imports_for_the_schools_it_answers_for(app: Flask, client: Client) -> None:
    one, two, foreign = factories.a_school("330106"), factories.a_school("330106"), factories.a_school("330108")
    bureau = sender(client, one.office.superior)
    schools = [one.office.name, two.office.code, foreign.office.name, None]

    bureau.send(
        filled([a_child(name=name, school=each) for name, each in zip("甲乙丙丁", schools, strict=True)], school=True)
    )

    assert [row["state"] for row in bureau.rows()] == ["ok", "ok", "error", "error"], bureau.rows()
    assert {row["faults"][0]["column"] for row in bureau.rows("error")} == {"学校"}
    bureau.confirm()
    assert imported_names() == ["乙", "甲"]
    assert len({row["case"] for row in bureau.rows("imported")}) == 2


def test_missing_and_doubled_columns_are_refused_by_name(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())

    missing = clerk.send(a_workbook([each for each in CAPTIONS if each not in ("民族", "证件号")], []))
    doubled = clerk.send(a_workbook([*CAPTIONS, "手机"], []))
    strange = clerk.send(a_workbook(["a", "b"], [["c", "d"]]))

    assert [each.code for each in (missing, doubled, strange)] == ["E-FILE-CAPTIONS"] * 3
    assert "证件号、民族" in missing.json["detail"]
    assert "“联系电话”有两列（F1 和 J1）" in doubled.json["detail"]
    assert clerk.ids == []


def test_a_discarded_file_is_gone(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    clerk.send(filled([a_child()]))

    assert clerk.program.post(f"/imports/{clerk.ids[-1]}/discard").status == 204

    assert clerk.program.get(f"/imports/{clerk.ids[-1]}").status == 404
    assert imported_names() == []


def test_a_file_is_imported_once(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    clerk.send(filled([a_child(name="张三")]))
    clerk.confirm()

    assert clerk.confirm().code == "E-STATUS"
    assert imported_names() == ["张三"]


def test_nothing_is_imported_under_a_post_that_is_over(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    clerk.send(filled([a_child(name="张三")]))
    answer = clerk.program.post(f"/imports/{clerk.ids[-1]}/confirm", {"with_warnings": True})
    assert answer.status == 200

    from app.database import db
    from app.identity.models import Post
    from app.imports.commands import work

    post = db.session.query(Post).order_by(Post.id.desc()).first()
    assert post is not None
    post.ends_on = clock.today() - dt.timedelta(days=1)
    db.session.commit()
    work()

    assert imported_names() == []
