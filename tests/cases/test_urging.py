"""催办 by the applicant, 督办 by the overdue office's superior, and the notices that an office reads."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import audit
from app.cases.commands import tick
from app.cases.models import Supervision
from app.database import db
from tests.cases.test_time import at, waiting_task
from tests.support import factories
from tests.support.client import Answer, Client, Program
from tests.support.transfer_case import Story


def urge(story: Story, program: Program | None = None) -> Answer:
    program = program or story.program("receiving_school", "operator")
    return program.post(f"/tasks/{waiting_task(story).id}/urge")


def supervise(story: Story, program: Program, opinion: str = "请于两日内办结。") -> Answer:
    return program.post(f"/tasks/{waiting_task(story).id}/supervision", {"opinion": opinion})


@pytest.fixture
def late(submitted: Story) -> Story:
    """Nobody at the releasing bureau has decided in time."""
    submitted.agree_until("releasing_bureau")
    at("2026-12-08 09:00")
    return submitted


def test_the_applicant_urges_once_per_working_day_and_task(submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    at("2026-11-27 10:00")  # a Friday

    assert urge(submitted).status == 200
    again = urge(submitted)
    assert (again.status, again.code) == (422, "E-URGE")
    at("2026-11-29 10:00")  # the Sunday after
    assert urge(submitted).code == "E-URGE"
    at("2026-11-30 09:00")
    assert urge(submitted).status == 200
    page = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)
    assert "上次催办 2026-11-30 09:00" in page.get(f"/cases/{submitted.number}").text
    told = submitted.program("releasing_school").get("/notices").json["items"]
    assert [(each["kind"], each["read_at"]) for each in told] == [("urge", None), ("urge", None)]
    assert told[0]["text"].endswith("“转出学校核办”，请尽快办理。")


def test_only_the_applicants_operator_urges_and_only_others(submitted: Story) -> None:
    assert urge(submitted).code == "E-ALLOW", "its own approver"
    submitted.agree_until("releasing_school")

    assert urge(submitted, submitted.program("receiving_school", "approver")).status == 403
    assert urge(submitted, submitted.program("releasing_bureau", "operator")).status == 403
    neighbour = submitted.client.api(factories.a_user(factories.a_bureau("330108"), "operator"))
    assert urge(submitted, neighbour).status == 404


def test_the_superior_supervises_an_overdue_desk_and_decides_nothing(late: Story) -> None:
    city = factories.a_bureau("330200")
    chief = factories.a_user(city, "approver")
    opinion = "材料齐全，请于两个工作日内办结，并说明超期原因。"

    answer = supervise(late, late.client.api(chief), opinion)

    assert answer.status == 200, answer.text
    assert late.waiting()["key"] == "releasing_bureau"
    told = late.program("releasing_bureau").get("/notices?unread=true").json["items"]
    assert told[0]["kind"] == "supervision"
    assert opinion in told[0]["text"]
    page = Client(late.client.app).sign_in(late.people["receiving_school"].operator).get(f"/cases/{late.number}")
    assert opinion in page.text, "in the course of the case"
    assert city.name in page.text
    verbs = db.session.scalars(sa.select(audit.AuditEvent.verb)).all()
    assert "tasks/supervise" in verbs


def test_who_may_not_supervise(late: Story) -> None:
    def code(office: str, duty: str = "approver") -> tuple[int, str | None]:
        answer = supervise(late, late.client.api(factories.a_user(factories.a_bureau(office), duty)))
        return answer.status, answer.code

    assert code("330000") == (403, "E-ALLOW"), "two tiers up"
    assert code("330200", "operator") == (403, "E-ALLOW")
    assert code("330212") == (403, "E-ALLOW"), "the office itself"
    assert code("330100") == (403, "E-ALLOW"), "the superior of another office on the route"
    assert code("330108") == (404, "E-MISSING")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Supervision)) == 0


def test_in_time_nobody_is_supervised_and_an_empty_opinion_is_none(submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")
    program = submitted.client.api(factories.a_user(factories.a_bureau("330200"), "approver"))
    assert supervise(submitted, program).code == "E-NOT-OVERDUE"
    at("2026-12-08 09:00")
    program = submitted.client.api(factories.a_user(factories.a_bureau("330200"), "approver"))

    assert supervise(submitted, program, " ").code == "E-INPUT"
    assert supervise(submitted, program, "长" * 501).code == "E-INPUT"


def test_the_province_reads_that_there_was_a_supervision_and_not_what_it_said(late: Story) -> None:
    supervise(late, late.client.api(factories.a_user(factories.a_bureau("330200"), "approver")), "内部意见")

    page = Client(late.client.app).sign_in(factories.a_user(factories.a_bureau("330000"), "approver"))
    page.get(f"/cases/{late.number}")

    shown = page.page.text_content()
    assert "督办" in shown
    assert "内部意见" not in shown


def test_the_superiors_list_shows_what_is_overdue_below_by_office(late: Story) -> None:
    city, province = factories.a_bureau("330200"), factories.a_bureau("330000")
    chief = Client(late.client.app).sign_in(factories.a_user(city, "approver"))

    page = chief.get("/overdue")
    assert late.number in page.text
    assert "超期 1 个工作日" in page.text
    assert late.number in chief.get("/overdue?office=330212").text
    assert late.number not in chief.get("/overdue?office=330106").text
    above = Client(late.client.app).sign_in(factories.a_user(province, "approver"))
    assert "330200市教育局（1 件）" in above.get("/overdue?office=330200").text  # itself and whoever is below it
    assert late.number in above.page.text_content()
    assert (
        late.client.api(factories.a_user(province, "operator")).get("/overdue").json["items"][0]["case"] == late.number
    )
    for other in ("330100", "330108", "330212"):
        program = late.client.api(factories.a_user(factories.a_bureau(other), "approver"))
        assert program.get("/overdue").json["items"] == [], other
    school = Client(late.client.app).sign_in(late.people["receiving_school"].operator)
    assert school.get("/overdue").status == 403
    assert "逾期督办" not in school.get("/inbox").text


def test_supervision_by_hand(late: Story) -> None:
    chief = Client(late.client.app).sign_in(factories.a_user(factories.a_bureau("330200"), "approver"))
    chief.get(f"/cases/{late.number}")
    form = chief.page.xpath("string(//form[contains(@action, 'supervision')]/@action)")

    empty = chief.post(form, case=late.number, opinion="")
    assert (empty.status, "请填写督办意见" in empty.text) == (422, True)
    sent = chief.post(form, case=late.number, opinion="请尽快办结。")

    assert sent.status == 302
    assert "请尽快办结。" in chief.get(f"/cases/{late.number}").text


def test_notices_are_read_by_the_office_one_by_one_or_all(late: Story) -> None:
    tick()
    office = late.people["releasing_bureau"]
    reader = Client(late.client.app).sign_in(office.approver)
    urge(late)
    reader.get("/notices")
    unread = reader.page.xpath("count(//tbody/tr)")
    assert unread == 2
    count = reader.page.xpath("string(//a[@href='/notices']/span[@class='count'])")
    assert count.startswith("2")

    first = reader.page.xpath(
        "string(//form[contains(@action, '/read')][.//button[contains(., '标为已读：')]]/@action)"
    )
    assert reader.post(first).status == 302
    reader.get("/notices")
    assert reader.page.xpath("count(//tbody/tr)") == 1
    assert reader.get("/notices?show=all").status == 200
    assert reader.page.xpath("count(//tbody/tr)") == 2
    reader.get("/notices")
    last = reader.page.xpath("string(//input[@name='last']/@value)")
    assert reader.post("/notices/read", last=last).status == 302
    assert "没有待阅的通知" in reader.get("/notices").text


def test_a_notice_of_another_office_does_not_exist(late: Story) -> None:
    urge(late)
    told = late.program("releasing_bureau").get("/notices").json["items"][0]["id"]
    neighbour = late.client.api(factories.a_user(factories.a_bureau("330108"), "approver"))

    assert neighbour.get("/notices").json["items"] == []
    assert neighbour.post(f"/notices/{told}/read").status == 404
    own = late.program("releasing_bureau")
    assert own.post(f"/notices/{told}/read").json["read_at"]
    assert own.post(f"/notices/{told}/read").status == 200, "twice is harmless"
    assert own.get("/notices?unread=true").json["items"] == []
