"""A button beside the decision that one person presses twice is one act, and both presses read that it was done."""

from __future__ import annotations

from collections.abc import Callable

from app.cases.models import PreReview, Supervision
from tests.cases.test_at_once import both_have_asked
from tests.cases.test_races import at_once, count
from tests.cases.test_time import at, waiting_task
from tests.processes.changes.test_coming import agreed_for
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, matter
from tests.support.transfer_case import Story

__all__ = ["both_have_asked", "matter"]


def test_a_pre_review(submitted: Story, both_have_asked: Callable[[], None]) -> None:
    submitted.agree_until("receiving_bureau")
    address = f"/tasks/{waiting_task(submitted).id}/pre-review"
    operator = submitted.people["receiving_bureau"].operator

    browsers = [Client(submitted.client.app).sign_in(operator) for _ in range(2)]
    for each in browsers:
        each.get(f"/cases/{submitted.number}")
    form = {"recommendation": "agree", "opinion": "材料齐全"}

    both_have_asked()
    answers = at_once(*(lambda each=each: each.post(address, **form) for each in browsers))  # type: ignore[misc]

    assert [each.status for each in answers] == [302, 302]
    assert count(PreReview) == 1


def test_a_supervision(submitted: Story, both_have_asked: Callable[[], None]) -> None:
    submitted.agree_until("releasing_bureau")
    at("2026-12-08 09:00")
    path = f"/tasks/{waiting_task(submitted).id}/supervision"
    above = submitted.client.api(factories.a_user(factories.a_bureau("330200"), "approver"))

    both_have_asked()
    answers = at_once(*[lambda: above.post(path, {"opinion": "请于两日内办结。"})] * 2)

    assert [each.status for each in answers] == [200, 200]
    assert count(Supervision) == 1


def test_what_is_called_off(matter: Matter, both_have_asked: Callable[[], None]) -> None:
    agreed_for(matter, "suspension")
    bureau, path = matter.program("bureau", "approver"), f"/cases/{matter.number}/call-off"

    both_have_asked()
    answers = at_once(*[lambda: bureau.post(path, {"reason": "监护人改变主意"})] * 2)

    assert [(each.status, each.json.get("outcome")) for each in answers] == [(200, "terminated")] * 2
