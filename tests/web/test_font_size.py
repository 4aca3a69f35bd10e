"""What surrounds every page: letters, posts, the menu, the next case; and forms that name every fault at once."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock
from app.cases.commands import tick
from app.web.application import row_of
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story, a_story


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "/\\example.com", ""])
def test_choosing_letters_never_leads_elsewhere(client: Client, elsewhere: str) -> None:
    client.get("/sign-in")

    answer = client.post("/display/font-size", size="large", next=elsewhere)

    assert (answer.status, answer.location) == (302, "/")


def test_chosen_letters_are_kept_and_nonsense_is_not(client: Client) -> None:
    client.get("/sign-in")
    client.post("/display/font-size", size="large", next="/sign-in")
    client.get("/sign-in")
    assert client.page.get("class") == "large"

    client.post("/display/font-size", size='"><script>', next="/sign-in")

    client.get("/sign-in")
    assert client.page.get("class") == "large"


def test_every_missing_field_is_named_once(client: Client, story: Story) -> None:
    client.sign_in(story.people["receiving_school"].operator)
    client.get("/cases/transfer/new")

    answer = client.post("/cases/transfer/new", main_number="", name="")

    assert answer.status == 422
    assert client.page.xpath("//*[@class='errors']//li/a/text()") == ["请填写学籍主号。", "请填写学生姓名。"]


def test_faults_stand_in_the_order_of_the_form(client: Client, story: Story) -> None:
    client.sign_in(story.people["receiving_school"].operator)
    client.get("/cases/transfer/new")

    client.post("/cases/transfer", main_number=story.child.main_number, name=story.child.name)

    told = client.page.xpath("//*[@class='errors']//li/a/@href")
    assert told == ["#" + each for each in client.page.xpath("//main//*[@aria-invalid='true']/@id")]
    assert len(told) == 6


def test_the_daily_work_stands_first_in_the_menu(client: Client, story: Story) -> None:
    client.sign_in(story.people["receiving_school"].operator)
    client.get("/inbox")

    groups = client.page.xpath("//nav[@class='side']//h2/text()")

    assert groups[:4] == ["我的工作", "办事", "办件", "学籍"]


def test_from_one_case_the_next_that_waits_is_one_step_away(client: Client, submitted: Story) -> None:
    approver = submitted.people["receiving_school"].approver
    other = factories.a_student(submitted.releasing, name="周小雨")
    second = submitted.program("receiving_school", "operator").post(
        "/cases", {"process": "transfer", "application": factories.an_application(other, submitted.receiving)}
    )
    client.sign_in(approver)

    client.get(f"/cases/{submitted.number}")

    following = client.page.xpath("//a[@class='following']")
    assert [each.get("href") for each in following] == [f"/cases/{second.json['number']}"]
    assert "周小雨" in following[0].text_content()


def test_a_reminder_after_the_deadline_does_not_speak_of_the_future(client: Client) -> None:
    story = a_story(client)
    assert story.submit().status == 201
    clock.set_to(clock.now() + dt.timedelta(days=30))

    tick()

    page = client.sign_in(story.people["receiving_school"].approver).get("/notices")
    assert "已于" in page.text
    assert "将于" not in page.text


@pytest.mark.parametrize(
    ("field", "words"), [("classes.2.teacher", "第 3 行："), ("guardian.phone", ""), ("name", ""), (None, "")]
)
def test_like_sentences_of_a_table_say_their_row(field: str | None, words: str) -> None:
    assert row_of(field) == words
