"""Starting a case by hand: what the office may start, the child, the form, what was typed kept."""

from __future__ import annotations

import datetime as dt

from app.clock import set_to
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.papers import proofs
from tests.support.single_school_case import Matter


def test_a_clerk_starts_a_suspension_from_the_childs_record(client: Client, matter: Matter) -> None:
    client.sign_in(matter.people["school"].operator)
    record = client.get(f"/students/{matter.child.id}")
    assert f"/apply/?student={matter.child.id}" in record.text
    index = client.get(f"/apply/?student={matter.child.id}")
    assert "休学" in index.text
    assert "招生计划调整" not in index.text
    client.get(f"/apply/suspension?student={matter.child.id}")
    key = client.page.xpath("string(//input[@name='key']/@value)")
    typed = {
        name: value for name, value in matter.application("suspension").items() if name not in ("guardian", "student")
    }
    guardian = {f"guardian.{name}": value for name, value in matter.application("suspension")["guardian"].items()}

    sent = client.post(
        "/apply/suspension", key=key, student=matter.child.id, **typed, **guardian, **proofs("suspension", typed)
    )

    assert sent.status == 302, sent.text
    assert sent.location is not None
    assert "休学" in client.get(sent.location).text


def test_what_was_typed_stays_when_a_rule_says_no(client: Client, matter: Matter) -> None:
    client.sign_in(matter.people["school"].operator)
    client.get(f"/apply/suspension?student={matter.child.id}")

    with nothing_changes(attempts=0):
        page = client.post("/apply/suspension", student=matter.child.id, explanation="须住院", rest_months="2")

    assert page.status == 422
    assert "请填写" in page.text
    assert client.page.xpath("string(//textarea[@name='explanation'])").strip() == "须住院"
    assert client.page.xpath("string(//input[@name='rest_months']/@value)") == "2"


def test_the_child_is_chosen_by_name_where_it_is_not_known_yet(client: Client, matter: Matter) -> None:
    client.sign_in(matter.people["school"].operator)
    client.get("/apply/skip")

    assert f"student={matter.child.id}" in client.get(f"/apply/skip?q={matter.child.name}").text
    assert "没有符合“无此人”的学生" in client.get("/apply/skip?q=无此人").text


def test_each_office_is_offered_what_it_may_start(client: Client, matter: Matter) -> None:
    bureau = Client(client.app).sign_in(matter.people["bureau"].operator)
    assert "设定新生学籍总数" in bureau.get("/apply/").text
    assert "/apply/suspension" not in bureau.get("/apply/").text
    assert bureau.get("/apply/suspension").status == 403
    assert bureau.get("/apply/nothing").status == 404
    school = Client(client.app).sign_in(matter.people["school"].operator)
    assert "设定新生学籍总数" not in school.get("/apply/").text
    assert school.get("/apply/quota_setting").status == 403
    assert school.get("/apply/transfer").location == "/cases/transfer/new"


def test_another_schools_child_does_not_exist(client: Client, matter: Matter) -> None:
    elsewhere = Client(client.app).sign_in(factories.a_user(factories.a_school("330106"), "operator"))

    assert elsewhere.get(f"/apply/suspension?student={matter.child.id}").status == 404
    elsewhere.get("/apply/")
    assert elsewhere.post("/apply/suspension", student=matter.child.id).status in (400, 404)


def test_what_the_office_cannot_do_today_stands_there_with_the_reason_and_the_way(client: Client) -> None:
    set_to(dt.datetime(2026, 11, 24, 2, tzinfo=dt.UTC))
    primary = factories.a_school(stages="primary")
    clerk = Client(client.app).sign_in(factories.a_user(primary, "operator"))

    offered = clerk.get("/apply/").text
    assert "现在不能办理：本校没有初中、高中。" in offered
    assert "/apply/registration_stage" not in offered
    assert "/apply/registration_primary" not in offered, "the cohort is locked"
    assert clerk.page.xpath("//h3/a[contains(@href, '/apply/late_registration')]")

    clerk.get("/apply/registration_primary")
    assert clerk.page.xpath("//p[@class='warn']/a[contains(@href, '/apply/late_registration')]")
