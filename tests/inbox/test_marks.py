"""曾退回 and 催办: kept with the task whoever writes, listed by an index of their own on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.cases import queries
from app.cases.models import Task
from app.cases.queries.inbox import TaskList
from app.database import db
from tests.inbox.test_lists import walked
from tests.support import factories
from tests.support.client import Client
from tests.support.long_lists import statements
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]
BACK = {"outcome": "send_back", "reason_code": "incomplete_papers", "opinion": "缺材料"}


def marks() -> dict[int, bool]:
    db.session.expire_all()
    return {task.id: task.returned for task in db.session.scalars(sa.select(Task))}


def test_every_task_of_a_case_that_was_sent_back_is_marked_and_no_other(desk: Desk) -> None:
    first, second = desk.correct(2)
    assert desk.program().post(f"/tasks/{first}/decision", BACK).status == 200
    repair = desk.task_of(desk.numbers[0])

    assert marks() == {first: True, second: False, repair: True}, "those that come with the decision too"
    assert desk.program(duty="operator").post(f"/tasks/{repair}/decision", {"outcome": "agree"}).status == 200
    again = desk.task_of(desk.numbers[0])
    assert marks()[again] is True, "and those that come later"
    assert walked(desk.program(), "&returned=true") == [again]
    assert walked(desk.program(), "&returned=true&sort=-number") == [again]
    assert walked(desk.program(), "&returned=true&box=done") == [first]


def test_a_sending_back_that_is_taken_back_marks_nothing(desk: Desk) -> None:
    (task,) = desk.correct(1)
    assert desk.program().post(f"/tasks/{task}/decision", BACK).status == 200
    assert marks()[task] is True

    answer = desk.program().post(f"/cases/{desk.numbers[0]}/take-back")

    assert answer.status == 200, answer.text
    assert set(marks().values()) == {False}


def test_what_is_urged_stands_under_its_own_heading_until_it_is_decided(desk: Desk) -> None:
    desk.in_bulk(desk.drop_out(2))
    first, second = (desk.task_of(each) for each in desk.numbers)
    assert desk.program(duty="operator").post(f"/tasks/{first}/urge").status == 200
    bureau = desk.program("bureau")
    neighbour = desk.client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    browser = Client(desk.client.app).sign_in(desk.people["bureau"].approver)

    page = browser.get("/inbox/urged")

    assert page.status == 200
    assert desk.numbers[0] in browser.page.xpath("string(//main//table)")
    assert desk.numbers[1] not in browser.page.xpath("string(//main//table)")
    assert browser.page.xpath("string(//nav//a[@href='/inbox/urged']/span)").startswith("1")
    assert walked(bureau, "&urged=true") == [first]
    assert walked(bureau, "&urged=true&sort=arrived") == [first]
    assert set(walked(bureau)) == {first, second}
    assert walked(neighbour, "&urged=true") == []
    assert bureau.post(f"/tasks/{first}/decision", {"outcome": "acknowledge"}).status == 200
    assert walked(bureau, "&urged=true") == []
    assert "没有被催办的待办" in browser.get("/inbox/urged").text


@pytest.mark.parametrize(
    ("listed", "index"),
    [
        (TaskList(returned=True), "ix_task_returned"),
        (TaskList(urged=True), "ix_task_urged"),
        (TaskList(step="school_approval"), "ix_task_step"),
        (TaskList("done", step="school_approval"), "ix_task_done_step"),
        (TaskList("done", returned=True), "ix_task_done_returned"),
    ],
)
def test_sqlite_reads_a_page_from_the_index_of_its_condition(desk: Desk, listed: TaskList, index: str) -> None:
    """PostgreSQL's plans depend on what lies in the tables: `tests/web/test_long_lists.py` has long ones."""
    if db.engine.dialect.name != "sqlite":
        return
    desk.correct(1)
    actor = desk.people["school"].approver.posts[0].actor()
    with statements() as asked:
        queries.inbox(actor, listed)
    connection = db.engine.raw_connection()
    statement, parameters = asked[-1]
    plan = [row[3] for row in connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    connection.close()

    assert any(f"INDEX {index} (office_id=? AND duty=?" in each for each in plan), plan
    assert [each for each in plan if each.startswith("SCAN task")] == [], plan
