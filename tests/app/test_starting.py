"""Starting a case by hand: what the office may start, the child, the form, what was typed kept."""

from __future__ import annotations

from tests import factories
from tests.app.test_refusals import nothing_changes
from tests.client import Client
from tests.matters import Matter


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

    sent = client.post("/apply/suspension", key=key, student=matter.child.id, **typed, **guardian)

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
    assert "没有名为" in client.get("/apply/skip?q=无此人").text


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
