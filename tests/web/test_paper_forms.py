"""Printed forms, and the public page that confirms them without giving a child away."""

from __future__ import annotations

import sqlalchemy as sa

from app import audit
from app.database import db
from app.students.models import Directive, Student, Suspension
from app.web.checks import MOST_PER_MINUTE, code_of, read_code
from app.web.rate_limits import RateLimit
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story


def code_on(client: Client) -> str:
    return str(client.page.xpath("string(//div[@class='code-box']/p)"))


def reader(story: Story, role: str, duty: str = "approver") -> Client:
    return Client(story.client.app).sign_in(getattr(story.people[role], duty))


def test_the_approval_sheet_shows_every_opinion_and_the_place_of_every_seal(submitted: Story) -> None:
    submitted.decide(opinion="经核对，情况属实。")
    client = reader(submitted, "receiving_bureau")

    page = client.get(f"/cases/{submitted.number}/sheet")

    assert page.status == 200
    for said in (
        submitted.number,
        submitted.child.name,
        "经核对，情况属实。",
        "盖章处",
        "（待办理）",
        "省内转学审批表",
    ):
        assert said in page.text, said
    assert submitted.child.main_number not in page.text
    assert client.page.xpath("count(//*[local-name()='svg'])") == 2, "to the case, and to its check"


def test_a_pre_review_stands_on_the_sheet_above_the_decision(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    operator = reader(submitted, "receiving_bureau", "operator")
    operator.get(f"/cases/{submitted.number}")
    operator.post(f"/tasks/{submitted.waiting()['id']}/pre-review", recommendation="agree", opinion="材料齐全。")
    submitted.decide()

    page = reader(submitted, "receiving_bureau").get(f"/cases/{submitted.number}/sheet")

    assert "初审：建议同意。材料齐全。" in page.text


def test_the_sheet_is_for_those_who_see_the_case(submitted: Story) -> None:
    def status(client: Client) -> int:
        return client.get(f"/cases/{submitted.number}/sheet").status

    assert status(reader(submitted, "releasing_school")) == 404, "its turn has not come"
    app = submitted.client.app
    assert status(Client(app).sign_in(factories.a_user(factories.a_bureau("330108"), "approver"))) == 404
    assert status(Client(app).sign_in(factories.a_user(factories.a_bureau("330000"), "approver"))) == 404
    assert status(Client(app)) == 302


def test_a_stranger_checks_a_sheet_and_learns_no_number(submitted: Story) -> None:
    client = reader(submitted, "receiving_school", "operator")
    client.get(f"/cases/{submitted.number}/sheet")
    code = code_on(client)
    stranger = Client(submitted.client.app)

    running = stranger.get(f"/check/{code}")
    assert (running.status, "办理中，尚无结果" in running.text, "无效" in running.text) == (200, True, True)
    submitted.agree_until("pull")
    submitted.decide()
    closed = stranger.get(f"/check?code={code.upper().replace('-', '')}")
    assert closed.status == 302
    closed = stranger.get(closed.location or "")

    assert "已办结：同意。" in closed.text
    assert "陈**" in closed.text
    assert submitted.child.name not in closed.text
    assert submitted.child.main_number not in closed.text
    assert submitted.child.main_number_masked not in closed.text


def test_the_directive_is_printed_by_both_sides_and_its_check_follows_its_life(submitted: Story) -> None:
    submitted.agree_until("pull")
    number = submitted.case()["directive"]["number"]
    client = reader(submitted, "releasing_bureau")
    page = client.get(f"/directives/{number}/paper")
    assert submitted.receiving.office.name in page.text
    assert client.page.xpath("string(//h1)") == "允许转学指令"
    code, stranger = code_on(client), Client(submitted.client.app)
    assert "有效，尚未使用" in stranger.get(f"/check/{code}").text
    for role in ("receiving_school", "releasing_school", "receiving_bureau"):
        assert reader(submitted, role).get(f"/directives/{number}/paper").status == 200, role
    neighbour = Client(submitted.client.app).sign_in(factories.a_user(factories.a_bureau("330108"), "approver"))
    assert neighbour.get(f"/directives/{number}/paper").status == 404

    submitted.decide()

    used = stranger.get(f"/check/{code}").text
    assert "已使用" in used
    assert 'class="stamp red"' in used


def test_a_certificate_of_suspension_is_printed_and_ends_with_the_resumption(matter: Matter) -> None:
    matter.walk("suspension")
    db.session.rollback()
    interval = db.session.scalars(sa.select(Suspension)).one()
    client = Client(matter.client.app).sign_in(matter.people["school"].operator)
    assert "休学证书" in client.get(f"/students/{matter.child.id}").text

    assert "打印休学证书" in client.get(f"/cases/{matter.number}").text

    page = client.get(f"/suspensions/{interval.certificate}/paper")
    assert "须住院治疗" in page.text
    assert interval.certificate in page.text
    code, stranger = code_on(client), Client(matter.client.app)
    assert "休学中" in stranger.get(f"/check/{code}").text
    matter.walk("resumption")
    assert "休学已于" in stranger.get(f"/check/{code}").text
    for office in ("330108", "330000"):
        other = Client(matter.client.app).sign_in(factories.a_user(factories.a_bureau(office), "approver"))
        assert other.get(f"/suspensions/{interval.certificate}/paper").status == 404, office


def test_a_code_cannot_be_guessed_or_bent(submitted: Story) -> None:
    code = code_of("C", 1)
    assert read_code(code) == ("C", 1)
    assert read_code(code.upper()) == ("C", 1)
    other_end = code[:-1] + ("a" if code[-1] != "a" else "b")
    for wrong in (other_end, "b" + code[1:], code[:8], "", "1" * 60, "ü-好", code + "aaaaaaaa"):
        assert read_code(wrong) is None, wrong
    stranger = Client(submitted.client.app)

    for wrong in (code_of("X", 1), code_of("C", 10**9), code_of("D", 7), "x"):
        page = stranger.get(f"/check/{wrong}")
        assert (page.status, "没有这份文书" in page.text) == (404, True), wrong


def test_a_stranger_who_asks_too_often_waits_a_minute(submitted: Story) -> None:
    at("2026-11-23 10:00")
    stranger = Client(submitted.client.app)
    for _ in range(MOST_PER_MINUTE):
        assert stranger.get("/check/x").status == 404

    refused = stranger.get("/check/x")

    assert refused.status == 429
    assert "过于频繁" in refused.text
    assert stranger.get(f"/check/{code_of('C', 1)}").status != 429, "a real paper is not a guess"
    at("2026-11-23 10:01")
    assert stranger.get("/check/x").status == 404
    db.session.rollback()
    keys = db.session.scalars(sa.select(RateLimit.key)).all()
    assert len(keys) == 2, "what has passed is forgotten"
    assert not any("127.0.0.1" in key for key in keys)


def test_printing_is_written_down_and_no_address_holds_a_childs_number(submitted: Story) -> None:
    submitted.agree_until("pull")
    client = reader(submitted, "receiving_school", "operator")
    client.get(f"/cases/{submitted.number}/sheet")
    db.session.rollback()
    directive = db.session.scalars(sa.select(Directive)).one()
    client.get(f"/directives/{directive.number}/paper")
    db.session.rollback()

    printed = db.session.scalars(sa.select(audit.AuditEvent).where(audit.AuditEvent.verb == "papers/print")).all()

    assert len(printed) == 2
    number = db.session.get_one(Student, submitted.child.id).main_number
    assert not any(number in each.content for each in printed)
    assert number not in code_of("C", 1)
