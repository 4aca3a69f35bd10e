"""The inbox in every order and under every condition: page after page whole, the neighbour's office never in it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.cases.models import Case, CaseStatus, Task
from app.cases.queries.tasks import next_task
from app.database import db
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]


def walked(program: Program, query: str = "", limit: int = 2) -> list[int]:
    """The tasks of the list, page by page."""
    found: list[int] = []
    path = f"/tasks?limit={limit}{query}"
    for _ in range(30):
        answer = program.get(path)
        assert answer.status == 200, answer.text
        found += [each["id"] for each in answer.json["items"]]
        if answer.json["next"] is None:
            return found
        path = f"/tasks?limit={limit}{query}&cursor={answer.json['next']}"
    raise AssertionError("the list has no end")


def set_times(tasks: list[int]) -> None:
    """Deadlines and arrivals that go different ways, two of each alike."""
    for place, task_id in enumerate(tasks):
        task = db.session.get_one(Task, task_id)
        task.deadline = clock.deadline_after(clock.now(), 1 + (5 * place) % 4)
        task.arrived_at = clock.deadline_after(clock.now(), 9 - (place // 2))
    db.session.commit()


@pytest.mark.parametrize("sort", ["deadline", "-deadline", "arrived", "-arrived", "number", "-number"])
def test_every_order_is_whole_page_by_page(desk: Desk, sort: str) -> None:
    tasks = desk.correct(7)
    set_times(tasks)

    def value(task_id: int) -> Any:
        task = db.session.get_one(Task, task_id)
        known = {"deadline": task.deadline, "arrived": task.arrived_at, "number": task.case_id}
        return known[sort.lstrip("-")], task_id

    expected = sorted(tasks, key=value, reverse=sort.startswith("-"))

    assert walked(desk.program(), f"&sort={sort}") == expected


def test_what_is_overdue_stands_first_then_what_has_least_time_left(desk: Desk) -> None:
    tasks = desk.correct(3)
    for task_id, days in zip(tasks, (9, 1, 4), strict=True):
        db.session.get_one(Task, task_id).deadline = clock.deadline_after(clock.now(), days)
    db.session.commit()
    at("2026-11-25 09:00")

    answer = desk.program().get("/tasks")

    assert [each["id"] for each in answer.json["items"]] == [tasks[1], tasks[2], tasks[0]]
    assert [each["light"] for each in answer.json["items"]] == ["red", "yellow", "green"]


@pytest.mark.parametrize("sort", ["", "&sort=-arrived", "&sort=number"])
def test_conditions_hold_in_every_order(desk: Desk, sort: str) -> None:
    corrections, others = desk.correct(3), desk.drop_out(2)
    program = desk.program()

    assert set(walked(program, f"&process=drop_out{sort}")) == set(others)
    assert set(walked(program, f"&step=school_approval{sort}")) == {*corrections, *others}
    assert walked(program, f"&step=bureau_approval{sort}") == []
    assert set(walked(program, f"&office={desk.school.office.code}{sort}")) == {*corrections, *others}


def test_what_was_sent_back_before_is_found_and_marked(desk: Desk) -> None:
    tasks = desk.correct(2)
    back = {"outcome": "send_back", "reason_code": "incomplete_papers", "opinion": "缺材料"}
    assert desk.program().post(f"/tasks/{tasks[0]}/decision", back).status == 200
    repair = desk.task_of(desk.numbers[0])
    assert desk.program(duty="operator").post(f"/tasks/{repair}/decision", {"outcome": "agree"}).status == 200

    found = desk.program().get("/tasks?returned=true").json["items"]

    assert [(each["case"], each["returned"]) for each in found] == [(desk.numbers[0], True)]
    assert [each["returned"] for each in desk.program().get("/tasks?sort=number").json["items"]] == [True, False]


def test_a_bureau_lists_by_school_and_sees_no_other_bureaus(desk: Desk) -> None:
    desk.in_bulk(desk.drop_out(2))
    elsewhere = factories.a_school("330106")
    bureau = desk.program("bureau")
    neighbour = desk.client.api(factories.a_user(factories.a_bureau("330108"), "approver"))

    assert len(walked(bureau, f"&office={desk.school.office.code}")) == 2
    assert walked(bureau, f"&office={elsewhere.office.code}") == []
    assert walked(neighbour, f"&office={desk.school.office.code}") == []


@pytest.mark.parametrize(
    "query",
    ["sort=name", "sort=deadline&light=blue", "sort=arrived&light=red", "office=nowhere", "returned=perhaps",
     "sort=arrived&box=done", "cursor=WyJkZWFkbGluZSIsICIyMDI2IiwgMV0x"],
)  # fmt: skip
def test_what_there_is_not_is_answered_with_a_sentence(desk: Desk, query: str) -> None:
    answer = desk.program().get(f"/tasks?{query}")

    assert answer.status == 422
    assert answer.json["detail"]


def test_a_cursor_of_another_order_is_refused(desk: Desk) -> None:
    desk.correct(3)
    program = desk.program()
    cursor = program.get("/tasks?limit=1&sort=arrived").json["next"]

    assert program.get(f"/tasks?limit=1&sort=-arrived&cursor={cursor}").status == 422
    assert program.get(f"/tasks?limit=1&sort=number&cursor={cursor}").status == 422


def test_the_next_case_is_that_of_the_list_one_came_from(desk: Desk) -> None:
    desk.correct(3)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    browser.get("/inbox?sort=-number")
    first = browser.page.xpath("string(//a[@data-open][1]/@href)")
    assert desk.numbers[-1] in first

    browser.get(first)
    assert "列表下一件" in browser.page.text_content()
    action = browser.page.xpath("string(//form[contains(@action, '/decision')]/@action)")
    key = browser.page.xpath("string(//input[@name='key']/@value)")
    answer = browser.post(action, key=key, outcome="agree", open_next="yes")

    assert answer.location is not None
    assert desk.numbers[-2] in answer.location
    browser.get(answer.location)
    action = browser.page.xpath("string(//form[contains(@action, '/decision')]/@action)")
    stays = browser.post(action, outcome="agree")
    assert stays.location == f"/cases/{desk.numbers[-2]}"
    browser.get("/inbox?sort=number")
    browser.get(browser.page.xpath("string(//a[@data-open][1]/@href)"))
    assert "列表最后一件" in browser.page.text_content()


def test_one_is_agreed_to_from_the_list(desk: Desk) -> None:
    tasks = desk.correct(2)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    browser.get("/inbox?sort=number")
    key = browser.page.xpath("string(//form[contains(@action, '/inbox/bulk')]//input[@name='key']/@value)")

    answer = browser.post("/inbox/bulk", key=key, task=str(tasks[0]), outcome="agree", back="/inbox?sort=number")

    assert (answer.status, answer.location) == (302, "/inbox?sort=number")
    browser.get("/inbox?sort=number")
    assert f"办件 {desk.numbers[0]}：同意，已办理。" in browser.page.text_content()
    assert walked(desk.program()) == [tasks[1]]


@pytest.mark.parametrize("query", ["?cursor=x", "?cursor=WyJhIl0", "?sort=up&cursor=x", "?light=blue&cursor=x"])
def test_a_case_is_shown_whatever_list_the_address_speaks_of(desk: Desk, query: str) -> None:
    desk.correct(1)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)

    assert browser.get(f"/cases/{desk.numbers[0]}{query}").status == 200


def test_an_empty_list_says_what_hides_the_rest(desk: Desk) -> None:
    desk.correct(2)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)

    page = browser.get("/inbox?process=drop_out&returned=true").text

    assert "没有符合条件的办件（曾退回、事项“辍学登记”）。不加筛选时共 2 件。" in page
    assert "清除筛选" in page


def test_what_stands_still_is_neither_red_nor_yellow_nor_green(desk: Desk) -> None:
    at("2026-11-23 09:00")
    first, second = desk.correct(2)
    db.session.execute(sa.update(Case).where(Case.number == desk.numbers[0]).values(status=CaseStatus.PAUSED))
    db.session.commit()

    for moment, light in (("2026-11-23 10:00", "green"), ("2026-11-26 09:00", "yellow"), ("2027-01-20 09:00", "red")):
        at(moment)
        program = desk.program()
        assert walked(program, f"&light={light}") == [second], light
        assert walked(program, "&light=paused") == [first]
        chips = Client(desk.client.app).sign_in(desk.people["school"].approver)
        chips.get("/inbox")
        counts = [" ".join(each.text_content().split()) for each in chips.page.xpath("//nav[@class='chips'][1]/a")][:5]
        shown = {words.split()[-2]: int(words.split()[-1]) for words in counts}
        assert shown == {
            "全部": 2, "已超期": int(light == "red"), "三个工作日内到期": int(light == "yellow"),
            "时限充裕": int(light == "green"), "暂停计时": 1,
        }  # fmt: skip


def test_what_is_urged_is_opened_next_as_it_stands_first_in_the_list(desk: Desk) -> None:
    tasks = desk.correct(3)
    set_times(tasks)
    by_deadline = walked(desk.program())
    db.session.get_one(Task, by_deadline[2]).urged_at = clock.now()
    db.session.commit()

    assert walked(desk.program()) == [by_deadline[2], *by_deadline[:2]]
    actor = desk.people["school"].approver.posts[0].actor()
    found = next_task(actor, beside=db.session.get_one(Task, by_deadline[0]).case_id)
    assert found.number == db.session.get_one(Task, by_deadline[2]).case.number
    after = next_task(actor, beside=db.session.get_one(Task, by_deadline[2]).case_id)
    assert after.number == db.session.get_one(Task, by_deadline[0]).case.number
