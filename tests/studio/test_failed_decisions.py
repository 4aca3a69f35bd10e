"""A decision that a fault has undone: its cause stands in the list of incidents until somebody's decision succeeds."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app import audit
from app.audit import AuditEvent
from app.auditing.labels import VERBS
from app.cases.models import FailedDecision
from app.cases.operations import decisions, failed_decisions
from app.cases.operations.policy_enforcement import PolicyEnforcement
from app.cases.rules import PolicyNotHeld
from app.database import db
from app.errors import Refused, Stale
from tests.studio.conftest import Studio
from tests.studio.test_pages import browser
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story
from workflows import RunBroken, TaskGone


def incidents(studio: Studio) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = studio.program("publisher").get("/incidents").json["items"]
    return listed


@pytest.fixture
def at_the_bureau(submitted: Story) -> Story:
    """The next decision issues the directive."""
    return submitted.agree_until("releasing_bureau")


def not_held(_self: PolicyEnforcement, verb: str, _facts: Any) -> None:
    raise PolicyNotHeld(what=verb, missing="没有审批")


def broken(*_given: Any, **_named: Any) -> None:
    raise KeyError("陈思远 330106201401010011")


def test_what_the_policy_holds_up_is_listed_once_and_goes_when_it_is_decided(
    studio: Studio, at_the_bureau: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as held:
        held.setattr(PolicyEnforcement, "check", not_held)
        assert [at_the_bureau.decide("agree").code for _ in range(2)] == ["E-POLICY"] * 2

    [incident] = incidents(studio)
    assert (incident["case"], incident["code"], incident["times"]) == (at_the_bureau.number, "E-POLICY", 2)
    assert incident["what"] == "办理“转出学校上级核办并下达指令”"
    assert "没有审批" in incident["detail"]
    retried = studio.program("publisher").post(f"/incidents/{at_the_bureau.number}/retry")
    assert (retried.status, retried.code) == (422, "E-HALT"), "a person decides again, not the system"

    assert at_the_bureau.decide("agree").status == 200
    assert incidents(studio) == []
    db.session.rollback()
    assert db.session.scalars(sa.select(FailedDecision.ended_at)).one() is not None
    verbs = db.session.scalars(sa.select(AuditEvent.verb).where(AuditEvent.verb == "cases/fail")).all()
    assert len(verbs) == 2
    assert "cases/fail" in VERBS
    assert list(audit.verify()) == []


def test_a_fault_of_the_program_is_kept_by_its_place_without_what_it_quotes(
    studio: Studio, at_the_bureau: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setattr(PolicyEnforcement, "check", broken)
        with pytest.raises(KeyError):
            at_the_bureau.decide("agree")
    with monkeypatch.context() as wrong:
        wrong.setattr(PolicyEnforcement, "check", not_held)
        assert at_the_bureau.decide("agree").code == "E-POLICY"

    first, second = incidents(studio)

    assert (first["code"], first["times"], second["code"]) == ("E-SYSTEM", 1, "E-POLICY"), "one for each cause"
    assert "KeyError" in first["detail"]
    assert "app." in first["detail"]
    assert "陈思远" not in str(first)
    assert "3301062014" not in str(first)
    assert at_the_bureau.case()["waiting"] != [], "nothing of the decision stands"
    assert at_the_bureau.decide("agree").status == 200
    assert incidents(studio) == []


def test_what_ends_otherwise_is_listed_no_more(
    studio: Studio, submitted: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as wrong:
        wrong.setattr(decisions, "context_of", broken)
        with pytest.raises(KeyError):
            submitted.decide("agree")
    assert len(incidents(studio)) == 1

    program = submitted.program("receiving_school", "operator")
    assert program.post(f"/cases/{submitted.number}/recall", {"reason": "不转了"}).status == 200

    assert incidents(studio) == []


@pytest.mark.parametrize(
    "ordinary",
    [Refused(), Stale(), TaskGone(), sa.exc.OperationalError("", {}, Exception("database is locked"))],
    ids=["a rule", "somebody faster", "over", "no database"],
)
def test_what_is_said_to_whoever_decides_is_no_incident(ordinary: Exception) -> None:
    assert failed_decisions.cause_of(ordinary) is None


def test_a_diagram_that_leads_nowhere_is_an_incident() -> None:
    cause = failed_decisions.cause_of(RunBroken("没有出路"))
    assert cause
    assert (cause.code, "没有出路" in cause.detail) == ("E-RUN", True)


def test_a_refusal_by_rule_leaves_nothing(studio: Studio, submitted: Story) -> None:
    assert submitted.decide("refuse", opinion="").status == 422
    assert submitted.decide("nonsense").status == 422
    assert incidents(studio) == []
    db.session.rollback()
    assert db.session.scalars(sa.select(FailedDecision.id)).all() == []


@on_sqlite
def test_it_stands_on_the_page_without_a_button(
    studio: Studio, at_the_bureau: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PolicyEnforcement, "check", not_held)
    at_the_bureau.decide("agree")
    publisher = browser(studio, "publisher")

    page = publisher.get("/studio/running").text

    assert at_the_bureau.number in page
    assert "待机构再次办理" in page
    assert publisher.page.xpath("//form[contains(@action, 'retry')]") == []


@on_sqlite
def test_by_the_page_of_the_case_it_is_kept_too(
    studio: Studio, at_the_bureau: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PolicyEnforcement, "check", not_held)
    approver = at_the_bureau.people["releasing_bureau"].approver
    client = type(studio.client)(studio.client.app).sign_in(approver)
    task = at_the_bureau.waiting()["id"]
    client.get(f"/cases/{at_the_bureau.number}")

    assert client.post(f"/tasks/{task}/decision", outcome="agree").status == 422

    assert [each["code"] for each in incidents(studio)] == ["E-POLICY"]
