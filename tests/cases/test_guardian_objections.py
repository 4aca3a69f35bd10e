"""Before what cannot be undone the guardian is told, and has fifteen days to object (domain.md 8, 11)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.students.models import Standing
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.contested_case import a_doubt
from tests.support.single_school_case import Matter, a_matter, hand_in

SERVED = {"served_on": "2026-11-23", "means": "post"}


@pytest.fixture
def senior(app: Flask, client: Client) -> Matter:
    """A withdrawal at a senior school has been submitted, on 23 November."""
    matter = a_matter(client, grade="31")
    assert matter.submit("withdrawal", told=False).status == 201
    return matter


def step(matter: Matter, form: dict[str, Any] | None = None, outcome: str = "agree", **more: Any) -> Answer:
    return matter.decide(outcome, form=form or {}, **more)


def serve(matter: Matter) -> None:
    hand_in(matter.program("school"), matter.number, "service_proof")
    assert step(matter, SERVED).status == 200


def page(matter: Matter, who: str) -> Client:
    browser = Client(matter.client.app).sign_in(matter.people[who].approver)
    browser.get(f"/cases/{matter.number}")
    return browser


def test_the_days_pass_without_an_objection(senior: Matter) -> None:
    assert senior.waiting()["key"] == "guardian_notice"
    assert step(senior, SERVED).codes == {"E-OBJECTION-02"}, "nothing proves it"
    assert step(senior, {}).codes == {"E-INPUT"}
    serve(senior)

    for day in ("2026-11-23", "2026-12-08"):
        at(f"{day} 16:00")
        early = step(senior)
        assert early.codes == {"E-OBJECTION"}
        assert "自 2026-12-09 起可以办理" in early.json["objections"][0]["detail"]
    assert "2026-12-09" in page(senior, "school").page.xpath("string(//*[@id='guardian-notice']/..)")
    at("2026-12-09 09:00")
    assert step(senior).status == 200
    assert "异议期内没有提出异议" in page(senior, "school").page.text_content()
    assert "对监护人异议的答复" not in page(senior, "school").page.text_content(), "there is nothing to answer"
    assert senior.finish()["outcome"] == "agreed"
    assert senior.enrolment.standing is Standing.WITHDRAWN


def test_a_guardian_who_consents_in_writing_need_not_wait(senior: Matter) -> None:
    assert step(senior, {**SERVED, "consented": True}).codes == {"E-OBJECTION-02"}
    serve(senior)
    assert step(senior, {"consented": True}).codes == {"E-OBJECTION-02"}
    hand_in(senior.program("school"), senior.number, "guardian_consent")

    assert step(senior, {"consented": True}).status == 200
    assert "已书面同意" in page(senior, "school").page.text_content()
    assert senior.finish()["outcome"] == "agreed"


def test_an_objection_goes_to_whoever_decides_and_is_answered_by_each(senior: Matter) -> None:
    serve(senior)
    objection = {"objection": "母亲来电：孩子愿意继续就读。", "objected_on": "2026-11-23"}
    assert step(senior, {**objection, "objected_on": "2026-11-22"}).codes == {"E-OBJECTION-04"}
    assert step(senior, objection).status == 200, "there is nothing to wait for"

    text = page(senior, "school").page.text_content()
    assert "孩子愿意继续就读" in text
    assert "对监护人异议的答复" in text
    for who in ("school", "bureau"):
        silent = step(senior)
        assert silent.codes == {"E-OBJECTION-03"}, who
        assert step(senior, {"objection_answer": f"{who}已当面说明"}).status == 200
    assert "school已当面说明" in page(senior, "bureau").page.text_content()
    assert senior.case()["outcome"] == "agreed"


def test_a_refusal_answers_too_and_sending_back_does_not(senior: Matter) -> None:
    serve(senior)
    assert step(senior, {"objection": "父亲不同意"}).status == 200
    assert step(senior, outcome="refuse").codes == {"E-OBJECTION-03"}
    assert step(senior, outcome="send_back").status == 200
    assert senior.waiting()["key"] == "repair"
    assert senior.decide(form={}).status == 200
    assert senior.waiting()["key"] == "school_approval", "who was told is not told again"
    assert step(senior, {"objection_answer": "采纳异议"}, "refuse").status == 200
    assert senior.case()["outcome"] == "refused"
    assert senior.enrolment.standing is Standing.ACTIVE


@pytest.mark.parametrize("day", ["2026-11-22", "2026-11-24"])
def test_the_day_of_service_lies_between_the_application_and_today(senior: Matter, day: str) -> None:
    hand_in(senior.program("school"), senior.number, "service_proof")

    assert step(senior, {**SERVED, "served_on": day}).codes == {"E-OBJECTION-04"}


def test_a_closing_by_death_and_a_merger_ask_the_guardian_too(app: Flask, client: Client) -> None:
    dead = a_matter(client)
    assert dead.submit("death", told=False).status == 201
    assert dead.waiting()["key"] == "guardian_notice"
    doubt = a_doubt(client)
    assert doubt.mark().status == 201
    assert doubt.submit("merge", keeps="this", number_of="this", told=False).status == 201
    assert list(doubt.tasks()) == ["guardian_notice"]


def test_the_neighbour_reads_nothing_of_it(senior: Matter) -> None:
    serve(senior)
    neighbour = factories.a_user(factories.a_bureau("330108"), "approver")
    factories.db.session.commit()

    assert Client(senior.client.app).sign_in(neighbour).get(f"/cases/{senior.number}").status == 404
