"""What is done with a task by a button beside the decision: by page and by program, told to the office, audited."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app import audit
from app.database import db
from tests.cases.test_time import waiting_task
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.transfer_case import Story


@pytest.fixture
def at_bureau(submitted: Story) -> Story:
    """A transfer that waits for the approver of the receiving bureau."""
    submitted.agree_until("receiving_bureau")
    return submitted


def act(story: Story, key: str, office: str = "receiving_bureau", duty: str = "approver") -> Answer:
    return story.program(office, duty).post(f"/tasks/{waiting_task(story).id}/acts/{key}")


def browser(story: Story, office: str, duty: str) -> Client:
    """That person, before the page of the case."""
    client = Client(story.client.app).sign_in(getattr(story.people[office], duty))
    client.get(f"/cases/{story.number}")
    return client


def offered(story: Story, office: str, duty: str) -> list[str]:
    """The acts whose buttons the page of the case shows to that person."""
    page = browser(story, office, duty)
    return [str(each).rsplit("/", 1)[1] for each in page.page.xpath("//form[contains(@action, '/acts/')]/@action")]


def told(story: Story, office: str, duty: str) -> list[tuple[str, str]]:
    items = story.program(office, duty).get("/notices?unread=true").json["items"]
    return [(each["kind"], each["text"]) for each in items]


def recorded(verb: str) -> int:
    entries = sa.select(sa.func.count()).select_from(audit.AuditEvent).where(audit.AuditEvent.verb == verb)
    db.session.rollback()
    return int(db.session.scalar(entries) or 0)


def test_an_approver_asks_the_operators_of_the_bureau_for_their_review(at_bureau: Story) -> None:
    assert offered(at_bureau, "receiving_bureau", "approver") == ["ask_pre_review"]
    page = browser(at_bureau, "receiving_bureau", "approver")

    sent = page.post(f"/tasks/{waiting_task(at_bureau).id}/acts/ask_pre_review")

    assert sent.status == 302, sent.text
    [(kind, text)] = told(at_bureau, "receiving_bureau", "operator")
    assert kind == "reminder"
    assert text.endswith(f"请经办人初审：办件 {at_bureau.number} 的“转入学校上级核办”。")
    assert recorded("tasks/ask_pre_review") == 1
    assert offered(at_bureau, "receiving_bureau", "approver") == []
    again = act(at_bureau, "ask_pre_review")
    assert (again.status, again.code) == (422, "E-URGE")
    assert recorded("tasks/ask_pre_review") == 1


def test_nobody_is_asked_twice_and_nobody_who_has_reviewed(at_bureau: Story) -> None:
    clerk = at_bureau.program("receiving_bureau", "operator")
    assert act(at_bureau, "ask_pre_review").status == 200
    [notice] = clerk.get("/notices?unread=true").json["items"]
    assert clerk.post(f"/notices/{notice['id']}/read").status == 200
    assert act(at_bureau, "ask_pre_review").status == 200, "read, and nothing done yet"

    page = browser(at_bureau, "receiving_bureau", "operator")
    reviewed = page.post(f"/tasks/{waiting_task(at_bureau).id}/pre-review", recommendation="agree", opinion="材料齐全")
    assert reviewed.status == 302

    assert act(at_bureau, "ask_pre_review").status == 403
    assert offered(at_bureau, "receiving_bureau", "approver") == []


@pytest.mark.parametrize(
    ("office", "duty"),
    [("receiving_bureau", "operator"), ("receiving_school", "approver"), ("releasing_bureau", "approver")],
)
def test_nobody_else_asks(at_bureau: Story, office: str, duty: str) -> None:
    assert act(at_bureau, "ask_pre_review", office, duty).status == 403
    assert "ask_pre_review" not in offered(at_bureau, office, duty)


def test_a_school_has_no_review_before_its_decision(submitted: Story) -> None:
    assert act(submitted, "ask_pre_review", "receiving_school").status == 403


def test_for_a_neighbouring_bureau_the_task_does_not_exist(at_bureau: Story) -> None:
    neighbour = factories.a_user(factories.a_bureau("330108"), "approver")

    answer = at_bureau.client.api(neighbour).post(f"/tasks/{waiting_task(at_bureau).id}/acts/ask_pre_review")

    assert answer.status == 404


def test_an_act_that_is_none_does_not_exist(at_bureau: Story) -> None:
    assert act(at_bureau, "eat").status == 404


def test_an_operator_asks_the_approvers_of_the_own_office_to_decide(at_bureau: Story) -> None:
    assert offered(at_bureau, "receiving_bureau", "operator") == ["ask_decision"]

    assert act(at_bureau, "ask_decision", duty="operator").status == 200

    [(kind, text)] = told(at_bureau, "receiving_bureau", "approver")
    assert kind == "reminder"
    assert text.endswith(f"提请审核人员办理：办件 {at_bureau.number} 的“转入学校上级核办”。")
    assert recorded("tasks/ask_decision") == 1
    assert act(at_bureau, "ask_decision", duty="operator").code == "E-URGE"
    assert act(at_bureau, "ask_decision").status == 403, "an approver decides"
    assert act(at_bureau, "ask_decision", "receiving_school", "operator").status == 403, "who applied urges instead"


def test_a_task_that_was_decided_meanwhile_is_not_asked_for(at_bureau: Story) -> None:
    task = waiting_task(at_bureau).id
    at_bureau.decide()

    late = at_bureau.program("receiving_bureau", "operator").post(f"/tasks/{task}/acts/ask_decision")

    assert late.status == 409
