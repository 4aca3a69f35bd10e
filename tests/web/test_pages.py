"""Every page, opened by those who may see it."""

from __future__ import annotations

from app import clock
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story


def test_a_transfer_by_hand_from_the_sign_in_to_the_moved_record(client: Client, story: Story) -> None:
    client.sign_in(story.people["receiving_school"].operator)
    assert "暂无待办" in client.get("/inbox").text
    client.get("/cases/transfer/new")
    found = client.post("/cases/transfer/new", main_number=story.child.main_number, name=story.child.name)
    assert story.releasing.office.name in found.text
    key = client.page.xpath("string(//input[@name='key']/@value)")

    sent = client.post(
        "/cases/transfer",
        key=key,
        main_number=story.child.main_number,
        name=story.child.name,
        reason="随父母迁居",
        **{"guardian.name": "陈建国", "guardian.relation": "1", "guardian.phone": "13800000000"},
        signed_on=clock.today().isoformat(),
        declared="yes",
    )

    assert sent.status == 302, sent.text
    assert sent.location is not None
    story.number = sent.location.rsplit("/", 1)[1]
    for key in ("receiving_school", "receiving_bureau", "releasing_school", "releasing_bureau", "pull"):
        task = story.waiting()
        assert task["key"] == key
        browser = Client(client.app).sign_in(story.people[story.role_of(key)].approver)
        assert story.number in browser.get("/inbox").text
        page = browser.get(f"/cases/{story.number}")
        assert "转出学校上级教育行政部门：" in page.text or key in ("releasing_bureau", "pull")
        directive = browser.page.xpath("string(//input[@name='directive']/@value)")
        answer = browser.post(f"/tasks/{task['id']}/decision", outcome="agree", opinion="同意", directive=directive)
        assert answer.status == 302, answer.text
    assert story.case()["outcome"] == "agreed"
    page = Client(client.app).sign_in(story.people["receiving_school"].operator).get(f"/students/{story.child.id}")
    assert "转入" in page.text


def test_pages_that_list_open_empty_and_full(client: Client, submitted: Story) -> None:
    client.sign_in(submitted.people["receiving_school"].operator)
    for path in (
        "/inbox", "/inbox/done", "/notices", "/cases", "/cases/applied", "/cases/running", "/cases/closed",
        "/students", "/me", "/me/password", "/cases/transfer/new", "/api/v1/",
    ):  # fmt: skip
        assert client.get(path).status == 200, path


def test_for_the_neighbouring_bureau_the_case_does_not_exist(client: Client, submitted: Story) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330108"), "approver"))

    assert client.get(f"/cases/{submitted.number}").status == 404
    assert client.get(f"/students/{submitted.child.id}").status == 404
