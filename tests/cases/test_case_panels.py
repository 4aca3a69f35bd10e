"""What a case's page opens when it is asked: the child, who can act, the papers; each within the reader's scope."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from flask import Flask

from app import audit
from app.cases.queries.child_of_case import age_on
from app.database import db
from app.divisions.models import Office
from app.identity.models import User
from tests.support import factories
from tests.support.client import Answer, Client, Program, apart
from tests.support.papers import a_pdf, a_picture, sent
from tests.support.transfer_case import Story


def reader(story: Story, role: str, duty: str = "approver") -> Client:
    return Client(story.client.app).sign_in(getattr(story.people[role], duty))


def test_the_page_leads_to_the_child_and_to_who_can_act(submitted: Story) -> None:
    clerk = reader(submitted, "receiving_school")
    clerk.get(f"/cases/{submitted.number}")
    links = {each.get("data-panel"): each.xpath(".//a/@href")[0] for each in clerk.page.xpath("//details[@data-panel]")}

    assert set(links) == {f"/cases/{submitted.number}/{each}" for each in ("child", "contacts", "comments")}
    assert all(panel == link for panel, link in links.items()), "without scripts the link leads to the same"
    for link in links:
        clerk.get(link)
        assert len(clerk.page.xpath("//main//*[@data-part]")) == 1, "what the script takes out of the page"


def test_whose_turn_has_come_reads_where_the_child_is_and_its_keeper_reads_more(submitted: Story) -> None:
    receiving = reader(submitted, "receiving_school").get(f"/cases/{submitted.number}/child")
    assert receiving.status == 200
    assert "小学三年级" in receiving.text or "三年级" in receiving.text
    assert "周岁" in receiving.text
    assert submitted.child.main_number not in receiving.text
    assert "学籍异动" not in receiving.text
    assert f"/students/{submitted.child.id}" not in receiving.text
    assert submitted.program("releasing_bureau").get(f"/cases/{submitted.number}/child").status == 404, "not its turn"

    submitted.agree_until("releasing_bureau")
    keeper = reader(submitted, "releasing_bureau").get(f"/cases/{submitted.number}/child")
    assert "学籍异动" in keeper.text
    assert f"/students/{submitted.child.id}" in keeper.text


def test_the_neighbour_reads_nothing_of_the_child_nor_of_who_can_act(submitted: Story, neighbour: User) -> None:
    browser, program = Client(submitted.client.app).sign_in(neighbour), submitted.client.api(neighbour)
    for part in ("child", "contacts"):
        assert browser.get(f"/cases/{submitted.number}/{part}").status == 404
        assert program.get(f"/cases/{submitted.number}/{part}").status == 404


def test_other_cases_of_the_child_are_those_of_the_readers_office(submitted: Story) -> None:
    number = submitted.number
    assert submitted.decide("refuse").status == 200
    assert submitted.submit().status == 201
    child = submitted.program("receiving_school").get(f"/cases/{submitted.number}/child").json
    assert [(each["number"], each["outcome"]) for each in child["cases"]] == [(number, "refused")]
    assert child["changes"] is None

    submitted.agree_until("releasing_school")
    other = factories.a_user(factories.a_bureau("330108"), "approver")
    assert submitted.client.api(other).get(f"/cases/{submitted.number}/child").status == 404


def test_the_photo_is_the_keepers(submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    clerk = reader(submitted, "releasing_school", "operator")
    clerk.get(f"/students/{submitted.child.id}")
    picture = sent(("照片.jpg", a_picture(size=(480, 640))))
    assert clerk.post(f"/students/{submitted.child.id}/photo", photo=picture[0]).status == 302

    assert submitted.program("releasing_school").get(f"/cases/{submitted.number}/child").json["has_photo"] is True
    assert submitted.program("receiving_school").get(f"/cases/{submitted.number}/child").json["has_photo"] is False


@pytest.mark.parametrize(
    ("day", "age"), [(dt.date(2026, 2, 28), 17), (dt.date(2026, 3, 1), 18), (dt.date(2028, 2, 29), 20)]
)
def test_age_is_counted_in_full_years(day: dt.date, age: int) -> None:
    assert age_on(day, dt.date(2008, 2, 29)) == age


def set_telephone(program: Program, telephone: str) -> Answer:
    content = json.dumps({"telephone": telephone}).encode()
    return program.put("/office/telephone", content, Content_Type="application/json")


def test_who_can_act_leaves_out_who_drafted_and_names_the_service_telephone(submitted: Story) -> None:
    school = submitted.people["receiving_school"]
    assert set_telephone(submitted.client.api(school.approver), "0571-01234567").status == 200
    answer = submitted.program("receiving_school").get(f"/cases/{submitted.number}/contacts").json["steps"]

    assert [(each["key"], each["state"]) for each in answer][:2] == [
        ("receiving_school", "waiting"),
        ("receiving_bureau", "to come"),
    ]
    assert answer[0]["people"] == sorted([school.approver.name, school.approver2.name])
    assert (answer[0]["telephone"], answer[1]["telephone"]) == ("0571-01234567", None)
    outline = submitted.program("releasing_bureau").get(f"/cases/{submitted.number}/contacts").json["steps"]
    assert all(each["people"] == [] for each in outline), "of the names nothing before one's turn"
    page = reader(submitted, "receiving_school").get(f"/cases/{submitted.number}/contacts").text
    assert "0571-01234567" in page
    assert school.approver2.name in page


def test_a_task_that_was_handed_over_is_that_persons(submitted: Story) -> None:
    school = submitted.people["receiving_school"]
    task = submitted.waiting()["id"]
    given = submitted.program("receiving_school").post(
        f"/tasks/{task}/hand-over", {"to": school.approver2.id, "reason": "出差"}
    )
    assert given.status == 200, given.text

    steps = submitted.program("receiving_school").get(f"/cases/{submitted.number}/contacts").json["steps"]
    assert steps[0]["people"] == [school.approver2.name]


@pytest.mark.parametrize("wrong", ["13800000000", "总机", "0571-", "1" * 31])
def test_a_service_telephone_is_a_landline(submitted: Story, wrong: str) -> None:
    program = submitted.program("receiving_bureau")
    refused = set_telephone(program, wrong)
    assert refused.status == 422
    assert {each["field"] for each in refused.json["objections"]} == {"telephone"}
    assert program.get("/office/telephone").json == {"telephone": None}
    page = reader(submitted, "receiving_bureau")
    page.get("/office/telephone")
    assert page.post("/office/telephone", telephone=wrong).status == 422


def test_an_approver_sets_the_telephone_of_the_own_office_alone(submitted: Story, app: Flask) -> None:
    page = reader(submitted, "receiving_bureau")
    page.get("/office/telephone")
    assert page.post("/office/telephone", telephone="12345").location == "/office/telephone"
    offices = {each.telephone for each in db.session.query(Office).filter(Office.telephone != "")}
    assert offices == {"12345"}
    assert set_telephone(submitted.program("receiving_bureau", "operator"), "12345678").status == 403


def test_a_paper_is_shown_within_the_page_and_can_do_nothing_there(submitted: Story) -> None:
    clerk = reader(submitted, "receiving_school")
    clerk.get(f"/cases/{submitted.number}")
    papers = sent(("户口簿.pdf", a_pdf()), ("居住证明.jpg", a_picture()))
    assert clerk.post(f"/cases/{submitted.number}/attachments", attachments=papers).status == 302
    clerk.get(f"/cases/{submitted.number}")
    previews = clerk.page.xpath("//details[contains(@data-panel, '/preview')]/@data-panel")
    assert len(previews) == 2

    for address, kind, tag in zip(previews, ("application/pdf", "image/jpeg"), ("iframe", "img"), strict=True):
        clerk.get(address)
        before = readings(submitted)
        (source,) = clerk.page.xpath(f"//*[@data-part]//{tag}/@src")
        assert readings(submitted) == before, "the page around it reads nothing"
        got = apart(clerk.browser.get, source)
        assert (got.status_code, got.mimetype) == (200, kind)
        assert got.headers["Content-Disposition"] == "inline"
        assert got.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        policy = got.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        assert readings(submitted) == before + 1


def readings(story: Story) -> int:
    entries = db.session.query(audit.AuditEvent).filter_by(verb="attachments/read")
    return entries.count()


def test_a_paper_within_the_page_is_not_the_neighbours(submitted: Story, neighbour: User) -> None:
    clerk = reader(submitted, "receiving_school")
    clerk.get(f"/cases/{submitted.number}")
    clerk.post(f"/cases/{submitted.number}/attachments", attachments=sent(("户口簿.pdf", a_pdf())))
    clerk.get(f"/cases/{submitted.number}")
    (address,) = clerk.page.xpath("//details[contains(@data-panel, '/preview')]/@data-panel")
    for other in (neighbour, submitted.people["releasing_bureau"].approver):
        browser = Client(submitted.client.app).sign_in(other)
        assert browser.get(address).status == 404
        assert browser.get(address.replace("preview", "content")).status == 404


def test_every_change_since_one_last_decided_is_shown_with_each_reason(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    submitted.decide("send_back", opinion="住址不清")
    repaired(submitted, reason="随父母迁居到西湖区")
    submitted.decide("send_back", opinion="申请人签名日期不对")
    repaired(submitted, guardian={"name": "陈建军", "relation": "1", "phone": "13800000000"})
    submitted.decide()

    page = reader(submitted, "receiving_bureau").get(f"/cases/{submitted.number}").text
    told = page[page.index("退回补正的情况") :]
    assert "住址不清" in told
    assert "申请人签名日期不对" in told
    assert "随父母迁居到西湖区</strong>" in told
    assert "陈建军</strong>" in told


def test_what_was_changed_and_changed_back_is_no_change(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    first = submitted.case()["application"]["reason"]
    submitted.decide("send_back")
    repaired(submitted, reason="另一个事由")
    submitted.decide("send_back")
    repaired(submitted, reason=first)
    submitted.decide()

    page = reader(submitted, "receiving_bureau").get(f"/cases/{submitted.number}").text
    assert "再次提交时，申请内容没有改动。" in page


def repaired(story: Story, **more: Any) -> None:
    task = story.waiting()
    assert task["key"] == "repair"
    program = story.program("receiving_school", "operator")
    form = {**program.get(f"/tasks/{task['id']}").json["values"], **more}
    answer = program.post(f"/tasks/{task['id']}/decision", {"outcome": "agree", "form": form})
    assert answer.status == 200, answer.text
