"""Choose, check, rehearse, import: what becomes of the rows of a workbook."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from xlsxwriter.utility import xl_col_to_name

from app import clock
from app.cases.commands import tick
from app.database import db
from app.identity.models import Post
from app.imports.commands import work
from tests.imports.children import BORN, CAPTIONS, KEY, a_child, filled, imported_names, sender
from tests.processes.registration.test_registration import Entry, a_row, an_entry
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import staff
from tests.support.workbooks import a_workbook


def test_good_rows_are_imported_and_wrong_ones_come_back(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school(seats=30))
    wrong = a_child(name="李四", guardian__phone="123")

    assert clerk.send(filled([a_child(name="张三"), wrong, a_child(name="王五")])).status == 201

    file = clerk.file()
    assert (file["status"], file["checked"]) == ("checked", 1)
    assert file["counts"] == {"ok": 2, "warning": 0, "error": 1, "skipped": 0, "imported": 0}
    [row] = clerk.rows("error")
    assert (row["number"], row["name"]) == (3, "李四")
    assert row["faults"] == [
        {
            "field": "guardian.phone", "column": "家庭成员一联系电话", "value": "123", "code": "E-INPUT",
            "severity": "error", "detail": "家庭成员一联系电话：须为 11 位手机号码。",
            "todo": "请更正后重新上传。",
        }
    ]  # fmt: skip
    assert imported_names() == []
    assert clerk.confirm().status == 200
    assert clerk.file()["status"] == "done"
    assert imported_names() == ["张三", "王五"]
    assert all(each["case"] for each in clerk.rows("imported"))


def test_what_was_imported_is_decided_and_registered_like_any_list(app: Flask, client: Client) -> None:
    entry = an_entry(client, seats=30)
    clerk = sender(client, entry.school)
    clerk.send(filled([a_child(name="张三"), a_child(name="王五")]))
    clerk.confirm()
    entry.number = clerk.rows("imported")[0]["case"]

    case = entry.agree()

    assert (case["status"], case["outcome"]) == ("closed", "agreed")
    assert {row.status for row in entry.rows()} == {"accepted"}


def test_a_namesake_of_the_same_day_is_a_warning_and_can_be_left_out(app: Flask, client: Client) -> None:
    school = factories.a_school()
    factories.a_student(school, name="张三", number=factories.a_number(BORN))
    clerk = sender(client, school)
    namesake = a_child(name="张三")
    while (int(namesake["main_number"][16]) % 2 == 1) is not _is_boy("张三"):
        namesake = a_child(name="张三")

    clerk.send(filled([namesake, a_child(name="王五")]))

    [row] = clerk.rows("warning")
    assert row["faults"][0]["code"] == "E-DUP-02"
    clerk.confirm(with_warnings=False)
    assert imported_names() == ["王五"]


def _is_boy(name: str) -> bool:
    from app.students.models import Student

    return db.session.query(Student).filter_by(name=name).one().sex.value == "1"


def test_the_rehearsal_says_what_it_means_for_the_quota(app: Flask, client: Client) -> None:
    school = factories.a_school(seats=2)
    clerk = sender(client, school)

    clerk.send(filled([a_child() for _ in range(3)]))

    [effect] = clerk.program.get(f"/imports/{clerk.ids[-1]}/schools").json["items"]
    assert effect["school"]["code"] == school.office.code
    assert (effect["total"], effect["used"], effect["coming"], effect["left"]) == (2, 0, 3, -1)


def test_a_number_twice_in_a_file_faults_both_and_the_same_row_twice_is_skipped(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    number, other = factories.a_number(BORN), a_child(name="周一")

    clerk.send(filled([a_child(name="甲", main_number=number), other, a_child(name="乙", main_number=number), other]))

    assert [row["state"] for row in clerk.rows()] == ["error", "ok", "error", "skipped"]
    details = [row["faults"][0]["detail"] for row in clerk.rows() if row["faults"]]
    assert details == [
        "证件号与第 4 行相同，其他内容不同。", "证件号与第 2 行相同，其他内容不同。", "与第 3 行完全相同，只导入一次。",
    ]  # fmt: skip


def test_a_child_whom_the_province_knows_is_named(app: Flask, client: Client) -> None:
    elsewhere = factories.a_school("330212")
    child = factories.a_student(elsewhere, grade="11", number=factories.a_number(BORN))
    clerk = sender(client, factories.a_school())

    clerk.send(filled([a_child(main_number=child.main_number)]))

    fault = clerk.fault()
    assert (fault["code"], fault["column"]) == ("E-DUP-01", "居民身份证号")
    assert elsewhere.office.name in fault["detail"]
    assert "省内转学" in fault["todo"]


def test_a_second_upload_goes_on_where_the_first_ended(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school(seats=30))
    good, wrong = a_child(name="张三"), a_child(name="李四", guardian__phone="123")
    clerk.send(filled([good, wrong]))
    clerk.confirm()

    clerk.send(filled([good, {**wrong, "guardian.phone": "13800000001"}]))

    assert [row["state"] for row in clerk.rows()] == ["skipped", "ok"]
    assert "已提交（办件" in clerk.rows()[0]["faults"][0]["detail"]
    clerk.confirm()
    assert imported_names() == ["张三", "李四"]


def test_who_was_refused_for_want_of_a_seat_can_be_imported_again(app: Flask, client: Client) -> None:
    entry = an_entry(client, seats=1)
    clerk, children = sender(client, entry.school), [a_child(name="张三"), a_child(name="李四")]
    clerk.send(filled(children))
    clerk.confirm()
    entry.number = clerk.rows("imported")[0]["case"]
    entry.agree()
    assert sorted(row.status for row in entry.rows()) == ["accepted", "refused"]

    clerk.send(filled(children))

    assert [row["state"] for row in clerk.rows()] == ["skipped", "ok"]


def test_a_child_in_another_schools_list_is_named(app: Flask, client: Client) -> None:
    child, first = a_child(), factories.a_school()
    one, other = sender(client, first), sender(client, factories.a_school())
    one.send(filled([child]))
    one.confirm()

    other.send(filled([child]))

    assert other.fault()["code"] == "E-DUP-03"
    assert first.office.name in other.fault()["detail"]


def test_what_the_case_objects_to_becomes_a_failed_row_and_the_rest_goes_on(app: Flask, client: Client) -> None:
    clerk, quick = sender(client, factories.a_school()), an_entry(client)
    late = a_child(name="李四")
    clerk.send(filled([a_child(name="张三"), late, a_child(name="王五")]))
    answer = quick.submit([a_row(name="李四", main_number=late["main_number"])])
    assert answer.status == 201, answer.text

    clerk.confirm()

    assert imported_names() == ["张三", "李四", "王五"]
    [row] = clerk.rows("error")
    assert (row["name"], row["faults"][0]["code"]) == ("李四", "E-DUP-03")
    assert row["faults"][0]["column"] == "居民身份证号"


def test_a_school_without_a_number_of_seats_hears_it_for_every_row(app: Flask, client: Client) -> None:
    from app.schools.models import Quota

    school = factories.a_school()
    db.session.query(Quota).delete()
    db.session.commit()
    clerk = sender(client, school)
    clerk.send(filled([a_child(), a_child()]))

    clerk.confirm()

    assert {each["faults"][0]["code"] for each in clerk.rows("error")} == {"E-QUOTA-01"}
    assert clerk.file()["status"] == "done"


def test_a_bureau_imports_for_the_schools_it_answers_for(app: Flask, client: Client) -> None:
    one, two, foreign = factories.a_school("330106"), factories.a_school("330106"), factories.a_school("330108")
    bureau = sender(client, one.office.superior)
    schools = [one.office.name, two.office.code, foreign.office.name, None]

    children = [a_child(name=name, school=each) for name, each in zip("甲乙丙丁", schools, strict=True)]
    bureau.send(filled(children, school=True))

    assert [row["state"] for row in bureau.rows()] == ["ok", "ok", "error", "error"], bureau.rows()
    assert {row["faults"][0]["column"] for row in bureau.rows("error")} == {"学校"}
    bureau.confirm()
    assert imported_names() == ["乙", "甲"]
    numbers = [row["case"] for row in bureau.rows("imported")]
    assert len(set(numbers)) == 2
    approver = client.api(staff(one).approver)
    [task] = approver.get(f"/cases/{numbers[0]}").json["waiting"]
    assert (task["key"], task["office"]["code"]) == ("school_approval", one.office.code)


def test_graduates_are_imported_for_the_next_stage(app: Flask, client: Client) -> None:
    primary, junior = factories.a_school("330106"), factories.a_school("330106", stages="junior")
    graduate = factories.a_student(primary, grade="16", graduated=True)
    present = factories.a_student(primary, grade="16")
    clerk = sender(client, junior)
    rows = [[child.main_number, child.name, 1] for child in (graduate, present)]

    clerk.send(a_workbook(["学籍主号", "姓名", "班号"], rows), kind="registration_junior")

    assert [row["state"] for row in clerk.rows()] == ["ok", "error"]
    assert clerk.fault()["code"] == "E-STANDING"
    clerk.confirm()
    entry = Entry(client, junior, {"school": staff(junior), "bureau": staff(junior.office.superior)})
    entry.number = clerk.rows("imported")[0]["case"]
    assert entry.agree()["outcome"] == "agreed"


def test_out_of_season_a_file_can_be_checked_and_not_imported(app: Flask, client: Client) -> None:
    clock.set_to(dt.datetime(2026, 10, 12, 2, 0, tzinfo=dt.UTC))
    clerk = sender(client, factories.a_school())

    clerk.send(filled([a_child()]))

    assert clerk.file()["counts"]["ok"] == 1
    assert (clerk.confirm().code, imported_names()) == ("E-LOCK-01", [])
    assert clerk.file()["status"] == "checked"


def test_a_file_that_the_lock_overtakes_comes_back_row_by_row(app: Flask, client: Client) -> None:
    clock.set_to(dt.datetime(2026, 9, 30, 15, 55, tzinfo=dt.UTC))
    clerk = sender(client, factories.a_school())
    clerk.send(filled([a_child()]))
    assert clerk.agree_to().status == 200
    clock.set_to(dt.datetime(2026, 9, 30, 16, 0, 1, tzinfo=dt.UTC))
    tick()

    work()

    assert imported_names() == []
    assert clerk.fault()["code"] == "E-LOCK-01"


def test_missing_and_doubled_columns_are_refused_by_name(app: Flask, client: Client) -> None:
    clerk, known = sender(client, factories.a_school()), list(CAPTIONS.values())

    missing = clerk.send(a_workbook([each for each in known if each not in ("民族", "姓名", "家庭成员一联系电话")], []))
    doubled = clerk.send(a_workbook([*known, "证件号"], []))
    strange = clerk.send(a_workbook(["a", "b"], [["c", "d"]]))

    assert [each.code for each in (missing, doubled, strange)] == ["E-FILE-CAPTIONS"] * 3
    assert "姓名、民族、家庭成员一联系电话" in missing.json["detail"]
    own, more = xl_col_to_name(list(CAPTIONS).index("main_number")), xl_col_to_name(len(CAPTIONS))
    assert f"“居民身份证号”有两列（{own}1 和 {more}1）" in doubled.json["detail"]
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
    assert clerk.agree_to().status == 200
    post = db.session.query(Post).order_by(Post.id.desc()).first()
    assert post is not None
    post.ends_on = clock.today() - dt.timedelta(days=1)
    db.session.commit()

    work()

    assert imported_names() == []
    assert KEY == "registration_primary"
