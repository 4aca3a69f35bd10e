"""受理, 一次性告知, 不予受理: checked once, dated, and the clock of the office begins with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.cases.models import Acceptance, AcceptanceKind, Task
from app.cases.queries.acceptances import acceptances_of
from app.cases.rules.articles import article_of
from app.database import db
from app.identity.models import User
from app.schools.models import Quota
from app.students.models import Student
from tests.support.client import Client
from tests.support.transfer_case import Story

ARTICLE = "《中小学生学籍管理办法》（教基一〔2013〕7 号）第十四条"


def later(days: int) -> None:
    """So many working days pass."""
    now = clock.local(clock.now())
    clock.set_to(dt.datetime.combine(clock.add_working_days(now.date(), days), now.timetz()))


def said(story: Story) -> list[dict[str, Any]]:
    answer = story.program("receiving_school").get(f"/cases/{story.number}/acceptances")
    assert answer.status == 200, answer.text
    return answer.json["said"]


def accept(story: Story, role: str = "receiving_school", duty: str = "approver") -> Any:
    task = story.case()["waiting"][0]["id"]
    return story.program(role, duty).post(f"/tasks/{task}/acceptance")


def deadline(story: Story) -> dt.date:
    return clock.local(dt.datetime.fromisoformat(story.waiting()["deadline"])).date()


def test_the_clock_of_the_office_begins_with_acceptance(submitted: Story) -> None:
    came = clock.today()
    assert deadline(submitted) == clock.add_working_days(came, 10), "told nothing in time, it counts from handing in"
    until = submitted.program("receiving_school").get(f"/cases/{submitted.number}/acceptances").json["until"]
    assert clock.local(dt.datetime.fromisoformat(until)).date() == clock.add_working_days(came, 5)

    later(3)
    assert accept(submitted).status == 200

    assert deadline(submitted) == clock.add_working_days(clock.today(), 10)
    (only,) = said(submitted)
    assert (only["kind"], only["lacks"]) == ("accepted", [])
    told = submitted.program("receiving_school", "operator").get("/notices").json["items"]
    assert any("已由" in each["text"] and "受理" in each["text"] for each in told)


def test_it_is_accepted_once_and_in_time(submitted: Story) -> None:
    assert accept(submitted).status == 200
    again = accept(submitted)
    assert (again.status, again.code) == (422, "E-ACCEPT")
    assert db.session.query(Acceptance).count() == 1


def test_after_its_limit_what_came_counts_as_accepted(submitted: Story) -> None:
    came = clock.today()
    later(5)
    assert "须在" in page(submitted)
    later(1)
    late = accept(submitted)
    assert (late.status, late.code) == (422, "E-ACCEPT")
    assert "自收到之日起即为受理" in late.json["detail"]
    assert deadline(submitted) == clock.add_working_days(came, 10)
    assert "自收到之日起即为受理" in page(submitted)
    assert submitted.decide().status == 200


@pytest.mark.parametrize(
    ("role", "duty", "status"),
    [
        ("receiving_school", "operator", 403),
        ("receiving_bureau", "approver", 403),
        ("releasing_school", "approver", 404),
        ("releasing_bureau", "approver", 404),
    ],
)
def test_who_decides_the_task_accepts(submitted: Story, role: str, duty: str, status: int) -> None:
    assert accept(submitted, role, duty).status in (status, 403)
    assert said(submitted) == []


def test_the_neighbour_reads_and_accepts_nothing(submitted: Story, neighbour: User) -> None:
    program, browser = submitted.client.api(neighbour), Client(submitted.client.app).sign_in(neighbour)
    submitted.decide("send_back")
    paper = f"/cases/{submitted.number}/acceptances/{said(submitted)[0]['id']}/paper"
    assert program.get(f"/cases/{submitted.number}/acceptances").status == 404
    assert browser.get(paper).status == 404
    assert submitted.program("releasing_bureau").get(f"/cases/{submitted.number}/acceptances").status == 404


def test_another_step_accepts_nothing(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    assert accept(submitted, "receiving_bureau").status == 403
    submitted.decide("send_back")
    assert said(submitted) == []


def test_what_is_missing_is_told_at_once_with_its_articles(submitted: Story) -> None:
    assert submitted.decide("send_back", opinion="签名日期空白").status == 200

    (told,) = said(submitted)
    assert told["kind"] == "told"
    assert [each["kind"] for each in told["lacks"]] == ["guardian_application", "household_register", "residence_proof"]
    assert {each["basis"] for each in told["lacks"]} == {ARTICLE}
    assert not any(each["again"] or each["late"] for each in told["lacks"])
    text = paper(submitted, told["id"])
    assert "一次性告知" in text
    assert "户口簿" in text
    assert ARTICLE in text
    assert "签名日期空白" in text
    assert submitted.number in text


def test_the_same_lack_told_twice_is_marked_and_one_that_was_forgotten_too(submitted: Story) -> None:
    submitted.decide("send_back", lacks=["household_register"])
    resubmitted(submitted)
    submitted.decide("send_back", lacks=["household_register", "residence_proof"])

    first, second = said(submitted)
    assert [(each["kind"], each["again"], each["late"]) for each in first["lacks"]] == [
        ("household_register", False, False)
    ]
    assert [(each["kind"], each["again"], each["late"]) for each in second["lacks"]] == [
        ("household_register", True, False),
        ("residence_proof", False, True),
    ]
    shown = page(submitted)
    assert "再次告知" in shown
    assert "首次未告知" in shown
    text = paper(submitted, second["id"])
    assert "此前已告知，仍未补正" in text
    assert "首次告知时未列" in text


def test_an_unknown_kind_of_paper_is_refused_and_nothing_is_done(submitted: Story) -> None:
    refused = submitted.decide("send_back", lacks=["passport"])
    assert refused.status == 422
    assert said(submitted) == []
    assert submitted.waiting()["key"] == "receiving_school"


def test_a_refusal_before_acceptance_declines_and_after_it_does_not(submitted: Story) -> None:
    submitted.decide("refuse", opinion="不属本校招生范围")
    (declined,) = said(submitted)
    assert declined["kind"] == "declined"
    assert "不属本校招生范围" in paper(submitted, declined["id"])

    assert submitted.submit().status == 201
    assert accept(submitted).status == 200
    submitted.decide("refuse")
    assert [each["kind"] for each in said(submitted)] == ["accepted"]


def test_what_a_decision_that_was_taken_back_has_told_is_told_no_more(submitted: Story) -> None:
    task = submitted.waiting()["id"]
    submitted.decide("send_back")
    taken = submitted.program("receiving_school").post(f"/tasks/{task}/take-back")
    assert taken.status == 200, taken.text
    assert said(submitted) == []
    submitted.decide("send_back")
    assert not any(each["again"] for each in said(submitted)[0]["lacks"])


def test_the_page_offers_acceptance_and_the_papers_to_tell(submitted: Story) -> None:
    approver = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].approver)
    approver.get(f"/cases/{submitted.number}")
    assert len(approver.page.xpath("//input[@name='lacks'][@checked]")) == 3
    task = submitted.waiting()["id"]
    assert approver.post(f"/tasks/{task}/acceptance").status == 302
    after = approver.get(f"/cases/{submitted.number}").text
    assert "打印受理通知书" in after
    assert f"/tasks/{task}/acceptance" not in after
    back = approver.post(
        f"/tasks/{task}/decision",
        outcome="send_back",
        reason_code="incomplete_papers",
        opinion="缺户口簿",
        lacks_shown="yes",
        lacks=["household_register"],
    )
    assert back.status == 302, back.text
    assert [each["kind"] for each in said(submitted)[1]["lacks"]] == ["household_register"]


def test_a_colleague_who_is_faster_has_accepted(submitted: Story) -> None:
    assert accept(submitted).status == 200
    task = db.session.query(Task).filter_by(id=submitted.waiting()["id"]).one()
    assert [each.kind for each in acceptances_of(task.case_id)] == [AcceptanceKind.ACCEPTED]
    other = submitted.client.api(submitted.people["receiving_school"].approver2)
    assert other.post(f"/tasks/{task.id}/acceptance").code == "E-ACCEPT"


def resubmitted(story: Story) -> None:
    task = story.waiting()
    program = story.program("receiving_school", "operator")
    form = program.get(f"/tasks/{task['id']}").json["values"]
    assert program.post(f"/tasks/{task['id']}/decision", {"outcome": "agree", "form": form}).status == 200


def page(story: Story) -> str:
    browser = Client(story.client.app).sign_in(story.people["receiving_school"].approver)
    return browser.get(f"/cases/{story.number}").text


def paper(story: Story, acceptance: int) -> str:
    browser = Client(story.client.app).sign_in(story.people["receiving_school"].operator)
    answer = browser.get(f"/cases/{story.number}/acceptances/{acceptance}/paper")
    assert answer.status == 200
    return answer.text


def contest_and_fill(story: Story) -> None:
    """Both after it was handed in: the child's record is contested, the cohort of the new school has no seat left."""
    db.session.get_one(Student, story.child.id).contested = True
    db.session.execute(sa.update(Quota).where(Quota.school_id == story.receiving.id).values(total=Quota.used))
    db.session.commit()


def test_what_the_rules_say_is_told_with_the_papers_each_with_its_article_and_what_to_do(submitted: Story) -> None:
    """What stands against it since is told at once, and marked when it is told again."""
    contest_and_fill(submitted)
    desk = page(submitted)
    assert "按规则核对，本件现有以下问题" in desk
    assert "该生为问题学籍" in desk

    assert submitted.decide("send_back", opinion="见告知内容", lacks=["household_register"]).status == 200

    (told,) = said(submitted)
    by_kind = {each["kind"]: each for each in told["lacks"]}
    assert list(by_kind) == ["household_register", "E-PROB-01", "E-QUOTA-01"]
    assert by_kind["E-PROB-01"]["title"] == "该生为问题学籍，须先处理"
    assert by_kind["E-PROB-01"]["basis"].endswith("第六条")
    assert "学位" in by_kind["E-QUOTA-01"]["note"]
    text = paper(submitted, told["id"])
    for words in ("该生为问题学籍", "第六条", "先由学籍所在学校处理问题学籍", "户口簿"):
        assert words in text, words
    resubmitted(submitted)
    submitted.decide("send_back", lacks=[])
    assert [(each["kind"], each["again"], each["late"]) for each in said(submitted)[1]["lacks"]] == [
        ("E-PROB-01", True, False),
        ("E-QUOTA-01", True, False),
    ]
    assert "再次告知" in page(submitted)


def test_an_application_against_which_nothing_stands_is_told_papers_alone(submitted: Story) -> None:
    """The case itself holds the child, which is no objection to it; nor is a season that has closed since."""
    assert "按规则核对" not in page(submitted)
    submitted.decide("send_back")
    assert not any(each["kind"].startswith("E-") for each in said(submitted)[0]["lacks"])


@pytest.mark.parametrize("code", ["E-SUS", "E-PROB-01", "E-GRADE", "E-QUOTA-01", "E-TRS-3", "E-RULE-SUS-1", "E-WIN"])
def test_a_rule_is_told_with_an_article(code: str) -> None:
    article = article_of(code)
    assert "号）" in article.basis
    assert article.remedy
    assert article_of("E-NEW", "某办法第一条").basis == "某办法第一条"
    assert article_of("E-SUSX", "某办法").basis == "某办法", "not by a beginning of a word"
