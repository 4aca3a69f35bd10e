"""The list as a spreadsheet, and the count by which new work shows itself."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

from app.audit import AuditEvent
from app.cases.models import Task
from app.database import db
from app.identity.models import SignIn
from app.students.models import Student
from tests.cases.test_races import count
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.many_cases import Desk, desk
from tests.support.workbooks import NAMESPACE

__all__ = ["desk"]


def lines(browser: Client, path: str) -> list[list[str]]:
    """The texts of the lines below the headings; none of them is a formula."""
    response = apart(browser.browser.get, path)
    assert response.status_code == 200, response.get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(response.get_data())) as book:
        strings = [
            "".join(each.itertext())
            for each in etree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{{{NAMESPACE}}}si")
        ]
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(f"{{{NAMESPACE}}}f")), "a formula"
    rows = [[each for each in row if each.get("t") == "s"] for row in sheet.iter(f"{{{NAMESPACE}}}row")]
    return [[strings[int(each.findtext(f"{{{NAMESPACE}}}v") or 0)] for each in row] for row in rows[3:]]


def test_the_list_as_it_is_ordered_and_narrowed(desk: Desk) -> None:
    desk.correct(2)
    desk.drop_out(1)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)

    assert [row[0] for row in lines(browser, "/inbox/workbook.xlsx?sort=-number")] == desk.numbers[::-1]
    assert [row[0] for row in lines(browser, "/inbox/workbook.xlsx?process=drop_out")] == [desk.numbers[2]]
    assert lines(browser, "/inbox/done/workbook.xlsx") == []
    assert count(AuditEvent, AuditEvent.verb == "tasks/download") == 3


def test_no_cell_is_a_formula(desk: Desk) -> None:
    desk.correct(1)
    case = db.session.get_one(Task, 1).case
    db.session.get_one(Student, case.student_id).name = "=1+1"
    db.session.commit()
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)

    assert lines(browser, "/inbox/workbook.xlsx")[0][2] == "'=1+1"


def test_the_neighbour_takes_out_nothing(desk: Desk) -> None:
    desk.correct(1)
    browser = Client(desk.client.app).sign_in(factories.a_user(factories.a_school("330106"), "approver"))

    assert lines(browser, "/inbox/workbook.xlsx") == []
    assert apart(browser.browser.get, "/inbox/arrivals").get_json() == {"waiting": 0, "newest": None}


@pytest.mark.parametrize("query", ["sort=name", "office=nowhere", "sort=arrived&light=red"])
def test_what_there_is_not_is_refused(desk: Desk, query: str) -> None:
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)

    assert browser.get(f"/inbox/workbook.xlsx?{query}").status == 422
    assert browser.get(f"/inbox?{query}").status == 422


def test_new_work_is_counted_without_keeping_the_session_awake(desk: Desk) -> None:
    tasks = desk.correct(2)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    db.session.rollback()
    seen = db.session.query(SignIn).filter_by(for_program=False).one().seen_at

    at("2026-11-23 10:08")
    assert apart(browser.browser.get, "/inbox/arrivals").get_json() == {"waiting": 2, "newest": tasks[-1]}
    db.session.rollback()
    assert db.session.query(SignIn).filter_by(for_program=False).one().seen_at == seen
    browser.get("/inbox")
    db.session.rollback()
    assert db.session.query(SignIn).filter_by(for_program=False).one().seen_at > seen
