"""A form that was filled in for one post is not sent in another's name, and its text is not lost."""

from __future__ import annotations

from typing import Any

from app.cases.models import Task, TaskStatus
from app.database import db
from app.identity.models import Duty, Post
from tests.support import factories
from tests.support.client import Client
from tests.support.many_cases import Desk, desk

__all__ = ["desk"]


def two_posts(desk: Desk) -> tuple[Any, int, int]:
    """The school's approver, who decides for a second school too; the two posts."""
    person, other = desk.people["school"].approver, factories.a_school("330108")
    begins = person.posts[0].starts_on
    db.session.add(Post(user_id=person.id, office_id=other.id, duty=Duty("approver"), starts_on=begins))
    db.session.commit()
    return person, *(each.id for each in person.posts)


def fields(browser: Client) -> dict[str, str]:
    form = browser.page.xpath("//form[contains(@action, '/decision')]")[0]
    return {each.get("name"): each.get("value") or "" for each in form.xpath(".//input[@type='hidden']")}


def test_a_decision_for_another_post_comes_back_after_switching(desk: Desk) -> None:
    (task,) = desk.correct(1)
    person, first, second = two_posts(desk)
    browser = Client(desk.client.app).sign_in(person)
    browser.get(f"/cases/{desk.numbers[0]}")
    typed = fields(browser)
    browser.post("/me/post", post=str(second))

    late = browser.post(f"/tasks/{task}/decision", **typed, outcome="agree", opinion="同意更正")

    assert late.status == 409
    assert "E-POST-SWITCHED" in late.text
    assert db.session.get_one(Task, task).status is TaskStatus.OPEN
    switch = {each.get("name"): each.get("value") for each in browser.page.xpath("//main//form//input")}
    assert switch["post"] == str(first)
    answer = browser.post("/me/post", **switch)
    assert answer.location == "/unsent"
    page = browser.get(browser.get("/unsent").location or "")
    assert page.status == 200
    assert browser.page.xpath("string(//textarea[@name='opinion'])").strip() == "同意更正"
    assert browser.post(f"/tasks/{task}/decision", **fields(browser), outcome="agree", opinion="同意更正").status == 302


def test_a_post_that_has_ended_is_said_and_the_text_can_be_copied(desk: Desk) -> None:
    (task,) = desk.correct(1)
    person, first, second = two_posts(desk)
    browser = Client(desk.client.app).sign_in(person)
    browser.get(f"/cases/{desk.numbers[0]}")
    typed = fields(browser)
    browser.post("/me/post", post=str(second))
    db.session.get_one(Post, first).ends_on = db.session.get_one(Post, first).starts_on
    db.session.commit()

    late = browser.post(f"/tasks/{task}/decision", **typed, outcome="agree", opinion="同意更正")

    assert late.status == 409
    assert "已不再担任" in late.text


def test_a_forged_mark_is_none(desk: Desk) -> None:
    (task,) = desk.correct(1)
    browser = Client(desk.client.app).sign_in(desk.people["school"].approver)
    browser.get(f"/cases/{desk.numbers[0]}")

    assert browser.post(f"/tasks/{task}/decision", typed_as="[1].x", outcome="agree").status == 302
