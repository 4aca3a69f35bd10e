"""A row sent again that says something else is no mere repetition: it says what differs and leads to its correction."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases.commands import tick
from app.database import db
from app.students.models import Student
from tests.imports.children import Sender, a_child, filled, sender
from tests.processes.registration.test_registration import Entry, an_entry
from tests.support import factories
from tests.support.client import Client


@pytest.fixture
def entry(app: Flask, client: Client) -> Entry:
    return an_entry(client, seats=30)


def said(clerk: Sender) -> list[tuple[str, str, str, str | None]]:
    """Column, code, sentence and process of every fault of the only row."""
    [row] = clerk.rows()
    return [(each["column"], each["code"], each["detail"], each.get("process")) for each in row["faults"]]


def test_while_its_case_is_open_the_way_is_to_recall_it(entry: Entry, client: Client) -> None:
    clerk, child = sender(client, entry.school), a_child(name="张三")
    clerk.send(filled([child]))
    clerk.confirm()

    clerk.send(filled([{**child, "address": "文二路 9 号", "guardian.phone": "13900000000"}]))

    [row] = clerk.rows()
    assert row["state"] == "skipped"
    assert [(column, code) for column, code, *_ in said(clerk)] == [
        ("居民身份证号", "E-TAKEN"), ("现住址", "E-CHANGED"), ("家庭成员一联系电话", "E-CHANGED"),
    ]  # fmt: skip
    assert said(clerk)[1][2] == "与已提交的内容不同。该办件尚未办结，请撤回后更正，或由审核机构退回补正。"
    assert clerk.file()["notices"] == ["有 1 行以前已提交，这次的内容有所不同，见“已跳过”的行。"]
    clerk.send(filled([child]))
    assert [code for _, code, *_ in said(clerk)] == ["E-TAKEN"]


def registered(entry: Entry, client: Client, child: dict[str, object]) -> Sender:
    """The child imported and registered."""
    clerk = sender(client, entry.school)
    clerk.send(filled([child]))
    clerk.confirm()
    entry.number = clerk.rows("imported")[0]["case"]
    assert entry.agree()["outcome"] == "agreed"
    return clerk


def test_of_a_registered_child_it_prepares_the_application_that_changes_it(entry: Entry, client: Client) -> None:
    child = a_child(name="张三", class_number=1)
    clerk = registered(entry, client, child)
    db.session.rollback()
    student = db.session.scalars(sa.select(Student)).one()

    clerk.send(
        filled(
            [{**child, "name": "张叁", "address": "文二路 9 号", "class_number": 2, "guardian.phone": "13900000000"}]
        )
    )

    ways = {column: process for column, code, _, process in said(clerk) if code == "E-CHANGED"}
    assert ways == {
        "姓名": "key_correction", "现住址": "correction", "班号": "class_change", "家庭成员一联系电话": None,
    }  # fmt: skip
    told = {column: detail for column, _, detail, _ in said(clerk)}
    assert told["现住址"] == "与已提交的内容不同。注册已完成，请办理“一般信息变更”。"
    assert told["家庭成员一联系电话"] == "与已提交的内容不同。注册已完成，请办理“一般信息变更”。"
    place = clerk.rows()[0]["place"]
    browser = Client(client.app).sign_in(factories.a_user(entry.school, "operator"))
    page = browser.get(f"/imports/{clerk.ids[-1]}")
    assert browser.page.xpath("//a[contains(@href, '/rows/')]/@href") == [
        f"/imports/{clerk.ids[-1]}/rows/{place}/{key}" for key in ("key_correction", "correction", "class_change")
    ]
    assert page.status == 200
    assert browser.get(f"/imports/{clerk.ids[-1]}/rows/{place}/correction").status == 200
    form = browser.page.xpath("//form[contains(@action, '/apply/correction')]")[0]
    assert form.xpath("string(.//input[@name='address']/@value)") == "文二路 9 号"
    assert form.xpath("string(.//input[@name='student']/@value)") == str(student.id)
    assert form.xpath("string(.//input[@name='guardian.phone']/@value)") == "13900000000"
    sent = browser.post("/apply/correction", student=str(student.id), address="文二路 9 号", reason="搬家", key="k")
    assert sent.status == 302
    assert browser.get(f"/imports/{clerk.ids[-1]}/rows/{place}/suspension").status == 404, "nothing for it to change"


def test_what_no_process_changes_is_said_to_have_none(entry: Entry, client: Client) -> None:
    child = a_child(name="张三")
    clerk = registered(entry, client, child)

    clerk.send(filled([{**child, "document_type": "户口簿"}]))

    [row] = [each for each in said(clerk) if each[1] == "E-CHANGED"]
    assert (row[0], row[3]) == ("身份证件类型", None)
    assert "暂无相应的变更业务" in row[2]


def test_after_the_lock_the_basic_record_needs_the_superior(entry: Entry, client: Client) -> None:
    child = a_child(name="张三")
    registered(entry, client, child)
    clock.set_to(dt.datetime(2026, 10, 12, 2, 0, tzinfo=dt.UTC))
    tick()
    clerk = sender(client, entry.school)

    clerk.send(filled([{**child, "household_division": "滨江区"}]))

    assert said(clerk)[1][3] == "locked_correction"


def test_for_the_neighbour_a_prepared_application_does_not_exist(entry: Entry, client: Client) -> None:
    child = a_child(name="张三")
    clerk = registered(entry, client, child)
    clerk.send(filled([{**child, "address": "文二路 9 号"}]))
    path = f"/imports/{clerk.ids[-1]}/rows/{clerk.rows()[0]['place']}/correction"

    for place in (factories.a_school(), factories.a_bureau("330108"), entry.school.office.superior):
        assert Client(client.app).sign_in(factories.a_user(place, "operator")).get(path).status == 404
