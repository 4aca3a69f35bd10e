"""Columns as each person wants them, and cases found by a school's name."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from app.database import db
from app.divisions.models import Office
from tests.inbox.test_lists import walked
from tests.inbox.test_taken_out import lines
from tests.support import factories
from tests.support.client import Client
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]
USUAL = ["办件编号", "事项", "学生", "学校（转出 → 转入）", "当前环节", "到达", "时限"]


def headings(browser: Client, path: str = "/inbox") -> list[str]:
    browser.get(path)
    found = browser.page.xpath("//main//table/thead//th[not(@class='tick')]")
    return [each.text_content().strip("↑↓ ") for each in found][:-1]


def put(program: Any, box: str, *columns: str) -> Any:
    return program.put(f"/columns/{box}", orjson.dumps({"columns": columns}), Content_Type="application/json")


def test_columns_are_chosen_and_ordered_for_oneself_alone(desk: Desk) -> None:
    desk.correct(1)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    colleague = Client(desk.client.app).sign_in(factories.a_user(desk.school.office, "approver"))
    assert headings(browser) == USUAL

    browser.get("/inbox/columns/waiting")
    order = browser.page.xpath("//input[@name='order']/@value")
    kept = browser.post("/inbox/columns/waiting", order=order, column=["step", "student", "urged"])

    assert (kept.status, kept.location) == (302, "/inbox")
    assert headings(browser) == ["办件编号", "学生", "当前环节", "最近催办"]
    assert headings(colleague) == USUAL
    assert desk.program().get("/columns/waiting").json["columns"] == ["number", "student", "step", "urged"]
    order = ["number", "student", "step", "urged"]
    moved = browser.post("/inbox/columns/waiting", order=order, column=order, up="urged")
    assert moved.location == "/inbox/columns/waiting#column-urged"
    assert headings(browser) == ["办件编号", "学生", "最近催办", "当前环节"]
    browser.post("/inbox/columns/waiting", order=order, column=order, usual="yes")
    assert headings(browser) == USUAL


def test_programs_choose_columns_too(desk: Desk) -> None:
    program = desk.program()

    assert put(program, "done", "ended", "number", "ended").json["columns"] == ["ended", "number"]
    assert put(program, "done").json["columns"] == ["number"], "by which a line is known"
    assert put(program, "done", "claimed").status == 422
    assert put(program, "nothing", "number").status == 404
    assert program.get("/columns/nothing").status == 404
    assert desk.program(duty="operator").get("/columns/done").json["columns"][-1] == "ended", "another person's"


def test_each_column_of_each_list_shows_something(desk: Desk) -> None:
    first, _second = desk.correct(2)
    program = desk.program()
    for box in ("waiting", "done"):
        put(program, box, *program.get(f"/columns/{box}").json["offered"])
    assert program.post(f"/tasks/{first}/claim").status == 200
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)

    assert headings(browser)[-3:] == ["申请单位", "签收", "最近催办"]
    row = browser.page.xpath("string(//main//tbody/tr[1])")
    assert desk.school.office.short_name in row
    assert "本人 刚刚签收" in row or "签收" in row
    assert program.post(f"/tasks/{first}/decision", {"outcome": "agree"}).status == 200
    assert headings(browser, "/inbox/done")[-3:] == ["申请单位", "时限", "曾退回"]


@pytest.mark.parametrize("typed", ["学军小学", "军小", "xjxx", "XJXX", "jxx"])
def test_cases_are_found_by_a_part_of_their_school_s_name(desk: Desk, typed: str) -> None:
    office = db.session.get_one(Office, desk.school.id)
    office.name = office.short_name = "杭州学军小学"
    db.session.commit()
    tasks = desk.correct(2)
    elsewhere = desk.client.api(factories.a_user(factories.a_school("330108").office, "approver"))

    assert set(walked(desk.program(), f"&q={typed}")) == set(tasks)
    assert walked(desk.program(), f"&q={typed}", limit=1) == walked(desk.program(), limit=1), "page by page"
    assert walked(desk.program(), f"&q={typed}&process=drop_out") == []
    assert walked(elsewhere, f"&q={typed}") == []
    found = desk.program().get(f"/cases?q={typed}").json["items"]
    assert {each["number"] for each in found} == set(desk.numbers)
    assert walked(desk.program(), "&q=保俶塔小学") == []


def test_a_child_s_name_is_found_beside_a_school_that_is_called_alike(desk: Desk) -> None:
    office = db.session.get_one(Office, desk.school.id)
    office.name = office.short_name = "建国小学"
    child = factories.a_student(factories.a_school("330106"), grade="13")
    db.session.commit()
    here = desk.correct(1)
    assert child.id

    assert walked(desk.program(), "&q=建国小学") == here
    assert walked(desk.program(), "&q=建国") == here
    office.name = office.short_name = "改名小学"
    db.session.commit()
    assert walked(desk.program(), "&q=建国小学") == [], "by what it is called now"


CASES = ["办件编号", "事项", "学生", "学校（转出 → 转入）", "状态", "现由谁办理", "提交"]


@pytest.mark.parametrize(
    ("box", "path", "usual"),
    [
        ("running", "/cases/running", CASES),
        ("applied", "/cases/applied", CASES),
        ("all", "/cases", CASES),
        ("closed", "/cases/closed", [*CASES[:5], "提交", "办结日期"]),
    ],
)
def test_lists_of_cases_have_columns_too_and_are_taken_out_with_them(
    desk: Desk, box: str, path: str, usual: list[str]
) -> None:
    first, _second = desk.correct(2)
    if box == "closed":
        assert desk.program().post(f"/tasks/{first}/decision", {"outcome": "agree"}).status == 200
    browser = Client(desk.client.app).sign_in(desk.people["school"].operator)
    program = desk.program(duty="operator")
    assert headings(browser, path) == usual

    browser.get(f"/inbox/columns/{box}")
    assert browser.post(f"/inbox/columns/{box}", order=["status", "number"], column=["status"]).location == path
    assert headings(browser, path) == ["状态", "办件编号"]
    assert browser.page.xpath("string(//main//tbody/tr[last()]/td[2])") == desk.numbers[0]
    status = "同意" if box == "closed" else "办理中"
    assert lines(browser, f"/inbox/cases/{box}.xlsx")[-1] == [status, desk.numbers[0]]
    put(program, box, *program.get(f"/columns/{box}").json["offered"])
    assert len(headings(browser, path)) == 10
    assert desk.school.office.short_name in browser.page.xpath("string(//main//tbody/tr[1])")
    assert browser.browser.get("/inbox/cases/waiting.xlsx").status_code == 404
    stranger = Client(desk.client.app).sign_in(factories.a_user(factories.a_bureau("330108"), "approver"))
    assert lines(stranger, "/inbox/cases/all.xlsx") == []
    assert stranger.browser.get("/inbox/cases/applied.xlsx").status_code == 404, "an operator's list"


def test_the_inbox_is_taken_out_with_the_columns_that_are_seen(desk: Desk) -> None:
    desk.correct(1)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    put(desk.program(), "waiting", "step", "number")

    assert lines(browser, "/inbox/workbook.xlsx") == [["学校确认", desk.numbers[0]]]
