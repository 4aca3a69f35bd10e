"""批量办理: each case by itself, only what needs no reading, and what is refused stays with its sentence."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app.audit import AuditEvent
from app.cases.models import Decision, Task, TaskStatus
from app.cases.operations import Answer
from app.cases.rules.bulk_decisions import TooManyAtOnce
from app.cases.transactions import decide_each
from app.database import db
from app.identity.models import User
from tests.cases.test_races import at_once, count
from tests.support import factories
from tests.support.client import Client
from tests.support.many_cases import Desk, desk
from tests.support.transfer_case import Story, a_story

__all__ = ["desk"]


def codes(answer: Any) -> list[str | None]:
    return [each["code"] for each in answer.json["results"]]


def test_each_case_is_decided_by_itself_with_an_entry_in_the_audit(desk: Desk) -> None:
    tasks = desk.correct(3)

    answer = desk.in_bulk(tasks)

    assert answer.status == 200
    assert [(each["task"], each["ok"]) for each in answer.json["results"]] == [(each, True) for each in tasks]
    assert answer.json["decided"] == 3
    for number in desk.numbers:
        case = desk.program(duty="operator").get(f"/cases/{number}").json
        assert (case["status"], case["outcome"]) == ("closed", "agreed")
        assert count(AuditEvent, AuditEvent.verb == "cases/decide", AuditEvent.subject == f"case:{number}") == 1


def test_what_is_refused_stays_and_the_others_go_on(desk: Desk) -> None:
    tasks = desk.correct(3)
    desk.program().post(f"/tasks/{tasks[1]}/decision", {"outcome": "agree"})

    answer = desk.in_bulk([*tasks, 10**9])

    assert codes(answer) == [None, "E-STALE", None, "E-MISSING"]
    assert answer.json["results"][1]["detail"] == "该事项已由他人办理，请刷新后查看。"
    assert count(AuditEvent, AuditEvent.verb == "refused/cases_api.decide_in_bulk") == 2


def test_sent_twice_it_is_decided_once_and_answered_alike(desk: Desk) -> None:
    tasks = desk.correct(2)

    answers = [desk.in_bulk(tasks, Idempotency_Key="the same") for _ in range(2)]

    assert answers[0].json == answers[1].json
    assert count(Decision) == 2


def test_pressed_twice_at_once_every_case_is_decided_once(desk: Desk) -> None:
    tasks = desk.correct(3)
    desk.in_bulk([])  # signed in before

    answers = at_once(*[lambda: desk.in_bulk(tasks, Idempotency_Key="twice")] * 2)

    assert [each.json["decided"] for each in answers] == [3, 3]
    assert count(Decision) == 3


def test_bulk_against_single_has_one_winner_for_each_case(desk: Desk) -> None:
    tasks = desk.correct(3)
    one, other = desk.client.api(desk.people["school"].approver), desk.client.api(desk.people["school"].approver2)

    single, bulk = at_once(
        lambda: one.post(f"/tasks/{tasks[1]}/decision", {"outcome": "agree"}),
        lambda: other.post("/tasks/bulk", {"tasks": tasks, "outcome": "agree"}),
    )

    assert count(Decision) == 3
    lost = [each for each in bulk.json["results"] if not each["ok"]]
    assert (single.status == 200) == (len(lost) == 1), (single.text, bulk.text)


def test_cases_of_another_step_are_not_decided_with_them(desk: Desk) -> None:
    tasks = desk.correct(1)

    assert codes(desk.in_bulk([*tasks, *desk.drop_out(1)])) == [None, "E-BULK-STEP"]


def test_a_bureau_takes_note_of_many_at_once(desk: Desk) -> None:
    desk.in_bulk(desk.drop_out(2))
    tasks = [desk.task_of(number) for number in desk.numbers]
    bureau = desk.program("bureau")

    assert codes(bureau.post("/tasks/bulk", {"tasks": tasks, "outcome": "agree"})) == ["E-INPUT", "E-INPUT"]
    answer = bureau.post("/tasks/bulk", {"tasks": tasks, "outcome": "acknowledge"})

    assert answer.json["decided"] == 2


@pytest.mark.parametrize("outcome", ["refuse", "send_back"])
def test_nothing_is_refused_or_sent_back_in_bulk(desk: Desk, outcome: str) -> None:
    answer = desk.in_bulk(desk.correct(1), outcome)

    assert answer.status == 422
    assert count(Task, Task.status == TaskStatus.OPEN) == 1


def test_who_drafted_a_case_does_not_approve_it_among_others(desk: Desk) -> None:
    tasks = desk.correct(2)
    factories.a_post(desk.people["school"].operator, desk.school, "approver")
    db.session.commit()
    both = desk.client.api(desk.people["school"].operator)
    posts = both.get("/me").json["posts"]
    approving = next(each["id"] for each in posts if each["duty"] == "approver")

    answer = both.post("/tasks/bulk", {"tasks": tasks, "outcome": "agree"}, X_Post=str(approving))

    assert codes(answer) == ["E-SOD-01", "E-SOD-01"]


def test_a_senior_transfer_is_decided_by_itself(client: Client) -> None:
    story = a_story(client, stages="senior", grade="31")
    assert story.submit().status == 201

    assert _bulk_code(story) == "E-BULK"


def test_a_transfer_below_it_is_not(client: Client) -> None:
    story = a_story(client)
    assert story.submit().status == 201

    assert _bulk_code(story) is None


def _bulk_code(story: Story) -> str | None:
    answer = story.program("receiving_school").post(
        "/tasks/bulk", {"tasks": [story.waiting()["id"]], "outcome": "agree"}
    )
    assert answer.status == 200, answer.text
    code: str | None = answer.json["results"][0]["code"]
    return code


def test_what_asks_for_something_is_decided_by_itself(client: Client) -> None:
    story = a_story(client)
    assert story.submit().status == 201
    story.agree_until("pull")

    assert _bulk_code(story) == "E-BULK"


def test_a_case_with_a_warning_is_decided_by_itself(desk: Desk) -> None:
    tasks = desk.correct(2)
    db.session.get_one(Task, tasks[0]).note = {"code": "E-QUOTA-01", "detail": "学位已满"}
    db.session.commit()

    answer = desk.in_bulk(tasks)

    assert codes(answer) == ["E-BULK", None]
    assert answer.json["results"][0]["detail"] == "本件有提示（学位已满），须逐件办理。"


def test_a_case_of_a_contested_record_is_decided_by_itself(desk: Desk) -> None:
    tasks = desk.correct(1)
    case = db.session.get_one(Task, tasks[0]).case
    assert case.student is not None
    case.student.contested = True
    db.session.commit()

    assert desk.in_bulk(tasks).json["results"][0]["detail"] == "该生为问题学籍，须逐件办理。"


def test_the_neighbour_and_the_bureau_above_decide_nothing(desk: Desk) -> None:
    tasks = desk.correct(2)
    neighbour = desk.client.api(factories.a_user(factories.a_school("330106"), "approver"))
    above = desk.client.api(factories.a_user(factories.a_bureau("330106"), "approver"))

    for program in (neighbour, above, desk.program(duty="operator")):
        answer = program.post("/tasks/bulk", {"tasks": tasks, "outcome": "agree"})
        assert codes(answer) == ["E-MISSING", "E-MISSING"]
        assert [each["case"] for each in answer.json["results"]] == [None, None]
    assert count(Decision) == 0


def test_ticked_on_the_page_shown_on_a_sheet_decided_and_listed(desk: Desk) -> None:
    tasks = desk.correct(2)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)

    browser.get("/inbox")
    assert browser.page.xpath("//input[@form='bulk']/@value") == [str(each) for each in tasks]
    sheet = browser.get("/inbox/bulk?" + "&".join(f"task={each}" for each in tasks))
    assert "文三路 1 号" in sheet.text
    assert all(number in sheet.text for number in desk.numbers)
    key = browser.page.xpath("string(//input[@name='key']/@value)")
    form = {"task": [str(each) for each in tasks], "key": key, "opinion": "情况属实。"}
    assert browser.post("/inbox/bulk", **form, outcome="refuse").status == 422
    results = [browser.post("/inbox/bulk", **form, outcome="agree") for _ in range(2)]

    assert ["2 件已办理" in each.text for each in results] == [True, True], results[0].text
    assert set(db.session.scalars(sa.select(Decision.opinion))) == {"情况属实。"}


def test_more_than_twenty_are_decided_only_by_whoever_types_how_many(desk: Desk) -> None:
    tasks = desk.correct(21)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    browser.get("/inbox/bulk?" + "&".join(f"task={each}" for each in tasks))
    form = {"task": [str(each) for each in tasks], "key": "k", "outcome": "agree"}

    refused = browser.post("/inbox/bulk", **form)
    assert (refused.status, "请填写勾选的件数（21）" in refused.text) == (422, True)
    assert "21 件已办理" in browser.post("/inbox/bulk", **form, count="２１ ").text, "as an input method writes it"
    again = browser.post("/inbox/bulk", **{**form, "key": "another"}, count="21").text
    assert "21 件未能办理，已不在待办" in again
    assert "再次办理未办的" not in again


def test_a_list_of_tasks_that_is_refused_says_what_is_wrong_with_it(desk: Desk) -> None:
    said = [desk.in_bulk(each).json["detail"] for each in (list(range(1, 102)), [1, 1], [], ["x"])]

    assert said == [
        "环节一次最多 100 项。",
        "环节有重复。",
        "环节至少 1 项。",
        "环节编号须为整数。",
    ]


def test_more_than_a_hundred_are_refused_whoever_asks(desk: Desk) -> None:
    approver = desk.people["school"].approver
    many = list(range(1, 102))

    with pytest.raises(TooManyAtOnce):
        decide_each(many, Answer("agree"), None, actor=approver.posts[0].actor())
    assert desk.in_bulk(many).status == 422
    sheet = Client(desk.client.app).sign_in(approver).get("/inbox/bulk?" + "&".join(f"task={each}" for each in many))
    assert (sheet.status, "一次最多批量办理 100 件" in sheet.text) == (422, True)


def test_the_sheet_shows_the_neighbour_nothing(desk: Desk) -> None:
    tasks = desk.correct(1)
    neighbour: User = factories.a_user(factories.a_school("330106"), "approver")
    browser = Client(desk.client.app).sign_in(neighbour)

    sheet = browser.get(f"/inbox/bulk?task={tasks[0]}")
    done = browser.post("/inbox/bulk", task=[str(tasks[0])], key="k", outcome="agree")

    for answer in (sheet, done):
        assert desk.numbers[0] not in answer.text
    assert count(Decision) == 0


@pytest.mark.parametrize("task", ["x", "-1", "0", "99999999999999999999", "1&task=x"])
def test_a_task_that_is_none_is_answered_with_a_sentence(desk: Desk, task: str) -> None:
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)

    assert browser.get(f"/inbox/bulk?task={task}").status == 404
