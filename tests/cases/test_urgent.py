"""What was urged stands first in the inbox, is said in words and listed alone; a whole case is urged at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app import clock
from app.cases.models import Task
from app.database import db
from tests.cases.test_send_back_to import at_review
from tests.cases.test_take_back import take_back
from tests.cases.test_time import at, waiting_task
from tests.inbox.test_lists import walked
from tests.support import factories
from tests.support.client import Client
from tests.support.many_cases import Desk, desk
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves
from tests.support.transfer_case import Story

__all__ = ["desk", "shaped", "shelves"]


def urge(case: Shape, who: str = "school_operator", **body: Any) -> Any:
    return case.program(who).post(f"/cases/{case.number}/urge", body)


def mark(*tasks: int) -> None:
    """Those were urged now."""
    for each in tasks:
        db.session.get_one(Task, each).urged_at = clock.now()
    db.session.commit()


def set_deadlines(tasks: list[int], *days: int) -> None:
    for task_id, each in zip(tasks, days, strict=True):
        db.session.get_one(Task, task_id).deadline = clock.deadline_after(clock.now(), each)
    db.session.commit()


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
@pytest.mark.parametrize("query", ["", "&process=correction"])
def test_what_was_urged_stands_first_page_by_page(desk: Desk, limit: int, query: str) -> None:
    tasks = desk.correct(6)
    set_deadlines(tasks, 4, 1, 3, 2, 6, 5)
    mark(tasks[0], tasks[4])

    found = walked(desk.program(), query, limit=limit)

    assert found == [tasks[each] for each in (0, 4, 1, 3, 2, 5)]


def test_in_another_order_it_is_a_line_as_any(desk: Desk) -> None:
    tasks = desk.correct(3)
    mark(tasks[1])

    assert walked(desk.program(), "&sort=number") == tasks
    assert walked(desk.program(), "&urged=true&sort=-number") == [tasks[1]]


def test_in_the_list_of_a_person_it_stands_first_and_says_so(desk: Desk) -> None:
    tasks = desk.correct(3)
    mark(tasks[2])
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)

    browser.get("/inbox")

    assert browser.page.xpath("//tbody/tr[1]//*[contains(@class, 'tag')]/text()") == ["催办"]
    assert walked(desk.program(), "&urged=true") == [tasks[2]]
    [row] = desk.program().get("/tasks?urged=true").json["items"]
    assert row["urged_at"] is not None


def test_a_cursor_of_the_marked_is_of_no_other_order(desk: Desk) -> None:
    tasks = desk.correct(3)
    mark(*tasks)
    cursor = desk.program().get("/tasks?limit=1").json["next"]

    assert desk.program().get(f"/tasks?limit=1&cursor={cursor}").status == 200
    for other in ("&sort=arrived", "&sort=-deadline", "&box=done"):
        assert desk.program().get(f"/tasks?limit=1&cursor={cursor}{other}").status == 422


@pytest.mark.parametrize("shape", SHAPES)
def test_the_applicant_urges_whatever_waits_elsewhere(shaped: Callable[..., Shape], shape: str) -> None:
    at("2026-11-23 09:00")
    case = at_review(shaped, shape)

    answer = urge(case)

    assert answer.status == 200, answer.text
    db.session.rollback()
    marked = {task.key for task in db.session.query(Task).filter(Task.urged_at.is_not(None))}
    assert marked == {"review"}, "what waits at the applicant itself is nobody else's"
    assert urge(case).code == "E-URGE", "once a working day"
    at("2026-11-24 09:00")
    assert urge(case).status == 200
    assert urge(case, "bureau_operator").code == "E-ALLOW"
    neighbour = case.matter.client.api(factories.a_user(factories.a_bureau("330108"), "operator"))
    assert neighbour.post(f"/cases/{case.number}/urge", {}).status == 404


def test_a_case_that_has_ended_is_urged_by_nobody(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    assert case.program("school_operator").post(f"/cases/{case.number}/recall", {"reason": "不办"}).status == 200

    assert urge(case).status == 409


def test_the_superior_marks_what_is_overdue_below_once_a_day(submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")
    city = factories.a_user(factories.a_bureau("330200"), "approver")
    chief, path = submitted.client.api(city), f"/cases/{submitted.number}/urge"
    assert chief.post(path, {"opinion": "请抓紧"}).code == "E-NOT-OVERDUE"
    at("2026-12-08 09:00")
    chief = submitted.client.api(city)

    assert chief.post(path, {}).code == "E-INPUT", "a superior says something"
    assert chief.post(path, {"opinion": "请抓紧"}).status == 200
    again = chief.post(path, {"opinion": "再次督办"})
    assert (again.code, "督办过" in again.json["detail"]) == ("E-URGE", True)
    assert waiting_task(submitted).urged_at is not None
    browser = Client(submitted.client.app).sign_in(submitted.people["releasing_bureau"].approver)
    browser.get("/inbox")
    assert browser.page.xpath("//tbody/tr[1]//*[contains(@class, 'tag') and text()='催办']")


def test_a_task_that_is_taken_back_is_as_urgent_as_it_was(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"))
    assert urge(case).status == 200
    check = case.task("check")
    case.agreed(("bureau_operator", "check"))
    assert urge(case).status == 200

    assert take_back(case, "bureau_operator", check).status in (200, 422)
    db.session.rollback()
    again = db.session.get_one(Task, case.task("check"))
    assert again.urged_at is not None


def test_what_is_handed_over_stays_in_the_list_of_the_desk_and_says_whose_it_is(shaped: Callable[..., Shape]) -> None:
    """The desk answers for it (转办 is for good, and a colleague who falls ill must not take the task along)."""
    case = at_review(shaped, "sequential")
    body = {"to": case.third.id, "reason": "出差"}
    assert case.program("bureau_approver").post(f"/tasks/{case.task('review')}/hand-over", body).status == 200

    page = Client(case.matter.client.app).sign_in(case.person("bureau_approver2")).get("/inbox")
    assert f"转由{case.third.name}办理" in page.text
    assert "转由您办理" in Client(case.matter.client.app).sign_in(case.third).get("/inbox").text
    [row] = case.program("bureau_approver").get("/tasks").json["items"]
    assert row["assignee"] == case.third.name
