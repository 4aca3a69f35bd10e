"""重放: closed cases run through a draft show what it would have changed, and write nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.cases.models import Case, Decision, Task
from app.database import db
from tests.studio.conftest import Studio
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story

SECOND_LOOK = (
    (
        'name="同意" sourceRef="releasing_school_outcome" targetRef="releasing_bureau"',
        'name="同意" sourceRef="releasing_school_outcome" targetRef="second_look"',
    ),
    (
        "<bpmn:flowNodeRef>releasing_bureau</bpmn:flowNodeRef>",
        "<bpmn:flowNodeRef>releasing_bureau</bpmn:flowNodeRef><bpmn:flowNodeRef>second_look</bpmn:flowNodeRef>",
    ),
    (
        '<bpmn:userTask id="releasing_bureau"',
        '<bpmn:userTask id="second_look" name="再核"><bpmn:extensionElements><spiffworkflow:properties>'
        '<spiffworkflow:property name="duty" value="approver" /></spiffworkflow:properties></bpmn:extensionElements>'
        '</bpmn:userTask><bpmn:userTask id="releasing_bureau"',
    ),
    (
        '<bpmn:sequenceFlow id="f_lb" ',
        '<bpmn:sequenceFlow id="f_looked" sourceRef="second_look" targetRef="releasing_bureau" />'
        '<bpmn:sequenceFlow id="f_lb" ',
    ),
)
WITHOUT_THE_BUREAU = (
    (
        'name="上级不同" sourceRef="same_superior_check" targetRef="receiving_bureau"',
        'name="上级不同" sourceRef="same_superior_check" targetRef="city_review_check"',
    ),
)
REFUSED_INSTEAD = (
    (
        'name="同意" sourceRef="releasing_school_outcome" targetRef="releasing_bureau"',
        'name="同意" sourceRef="releasing_school_outcome" targetRef="refused"',
    ),
)


@pytest.fixture
def closed(story: Story) -> Story:
    """A transfer that was sent back, repaired, agreed to by everybody and pulled."""
    assert story.submit().status == 201
    story.agree_until("releasing_bureau")
    assert story.decide("send_back").status == 200
    story.agree_until("pull")
    assert story.decide("agree", form={"directive": story.case()["directive"]["number"]}).status == 200
    assert story.case()["outcome"] == "agreed"
    return story


def replayed(studio: Studio, *changes: tuple[str, str], since: str = "2026-11-01") -> dict:
    draft = studio.draft("transfer")
    for before, after in changes:
        assert studio.edit(draft, "transfer.bpmn", before, after).status == 200
    answer = studio.program("publisher").post(f"/drafts/{draft}/replay", {"since": since})
    assert answer.status == 200, answer.text
    return answer.json


def rows() -> list[int]:
    db.session.rollback()
    return [db.session.scalars(sa.select(sa.func.count()).select_from(each)).one() for each in (Case, Decision, Task)]


def test_what_is_drawn_as_it_was_goes_the_same_way_and_nothing_is_written(studio: Studio, closed: Story) -> None:
    before = rows()

    found = replayed(studio)

    assert (found["cases"], found["ways"]["same"], found["items"], found["offices"]) == (1, 1, [], [])
    assert rows() == before


def test_a_further_step_is_shown_with_the_office_that_would_have_had_it(studio: Studio, closed: Story) -> None:
    found = replayed(studio, *SECOND_LOOK)

    (case,) = found["items"]
    bureau = closed.case()["route"][-2]["office"]["name"]
    assert (case["case"], case["way"], case["would_be"]) == (closed.number, "more", "agreed")
    assert case["further"] == [{"key": "second_look", "name": "再核", "office": bureau}]
    assert found["offices"] == [{"office": bureau, "further": 1, "left_out": 0}]


def test_a_step_that_is_gone_and_another_end_are_told_apart(studio: Studio, closed: Story) -> None:
    (fewer,) = replayed(studio, *WITHOUT_THE_BUREAU)["items"]
    (other,) = replayed(studio, *REFUSED_INSTEAD)["items"]

    assert (fewer["way"], [each["key"] for each in fewer["left_out"]]) == ("fewer", ["receiving_bureau"])
    assert (other["way"], other["would_be"]) == ("other", "refused")


def test_cases_that_closed_before_the_day_are_not_run(studio: Studio, closed: Story) -> None:
    assert replayed(studio, since="2026-11-24")["cases"] == 0


def test_a_draft_that_cannot_run_says_why(studio: Studio) -> None:
    draft = studio.draft("transfer")
    nowhere = 'name="role" value="releasing_school"', 'name="role" value="somewhere"'
    assert studio.edit(draft, "transfer.bpmn", *nowhere).status == 200

    answer = studio.program("analyst").post(f"/drafts/{draft}/replay", {"since": "2026-11-01"})

    assert (answer.status, answer.code) == (422, "E-DRAFT-RUN")


@pytest.mark.parametrize("since", ["gestern", "2026-13-01", 20261101, None])
def test_a_day_that_is_none_is_refused(studio: Studio, since: object) -> None:
    draft = studio.draft("transfer")

    assert studio.program("analyst").post(f"/drafts/{draft}/replay", {"since": since}).status == 422


def test_the_page_shows_the_numbers_the_list_and_the_offices(studio: Studio, closed: Story) -> None:
    draft = studio.draft("transfer")
    analyst = Client(studio.client.app).sign_in(studio.people["analyst"])
    address = f"/studio/drafts/{draft}/replay"

    assert "照原样办理" not in analyst.get(address).text
    assert "没有按流程图办结的办件。最近一件于 2026-11-23 办结" in analyst.get(f"{address}?since=2026-11-24").text
    [earlier] = analyst.page.xpath("//div[@class='empty']//a/@href")
    assert earlier == f"{address}?since=2026-11-23"
    assert "每一件都会照原样办理" in analyst.get(f"{address}?since=2026-11-01").text
    for before, after in SECOND_LOOK:
        assert studio.edit(draft, "transfer.bpmn", before, after).status == 200
    page = analyst.get(f"{address}?since=2026-11-01")
    assert closed.number in page.text
    assert "再核（" in page.text
    wrong = analyst.get(f"{address}?since=gestern")
    assert (wrong.status, "日期须写作" in wrong.text) == (422, True)


def test_a_process_of_which_nothing_was_closed_says_why_and_what_to_do(studio: Studio, story: Story) -> None:
    analyst = Client(studio.client.app).sign_in(studio.people["analyst"])
    address = f"/studio/drafts/{studio.draft('transfer')}/replay?since=2026-01-01"

    assert "现在也没有在办的办件" in analyst.get(address).text
    assert story.submit().status == 201
    assert "其中有一件办结后即可重放" in analyst.get(address).text
    assert analyst.page.xpath("//div[@class='empty']//a[.='试运行']")


def test_nobody_else_replays(studio: Studio, story: Story) -> None:
    draft = studio.draft("transfer")

    assert story.program("releasing_bureau").post(f"/drafts/{draft}/replay", {"since": "2026-11-01"}).status == 403


def test_whoever_publishes_replays_what_was_proposed(studio: Studio) -> None:
    draft = studio.draft()
    studio.edit(draft, "class_change.bpmn", "调班", "班级调整")
    proposal = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "改名"}).json["id"]
    publisher = Client(studio.client.app).sign_in(studio.people["publisher"])

    publisher.get(f"/studio/proposals/{proposal}")
    [link] = publisher.page.xpath("//a[contains(., '重放')]/@href")
    shown = publisher.get(f"{link}?since=2020-01-01")

    assert (link, shown.status) == (f"/studio/proposals/{proposal}/replay", 200)
    assert f"发布申请第 {proposal} 号" in shown.text
    neighbour = factories.a_user(factories.a_bureau("330106"), "publisher")
    assert Client(studio.client.app).sign_in(neighbour).get(link).status == 404
