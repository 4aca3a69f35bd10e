"""加签, 减签, 委派: a colleague of the office says what they think, the accountable one decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit, clock
from app.cases.models import Advice, Case, Halt
from app.cases.operations import advice as operations
from app.cases.operations import decisions
from app.database import db
from tests.cases.test_hand_over import at_approval
from tests.support import factories
from tests.support.client import Answer, Client, apart
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves

__all__ = ["shaped", "shelves"]


def ask(
    case: Shape, who: str, of: str, kind: str = "before", key: str = "approval", question: str = "是否属实"
) -> Answer:
    task, person, program = case.task(key), case.person(of).id, case.program(who)
    if kind == "delegated":
        return program.post(f"/tasks/{task}/ask", {"to": person, "question": question})
    return program.post(f"/tasks/{task}/signers", {"add": person, "when": kind, "question": question})


def asked(case: Shape, who: str) -> list[dict[str, Any]]:
    return list(case.program(who).get("/advice").json["items"])


def answer(case: Shape, who: str, advice: int, opinion: str = "已核实，属实") -> Answer:
    return case.program(who).post(f"/advice/{advice}/answer", {"opinion": opinion})


def halt(case: Shape) -> None:
    """The case stands still."""
    row = db.session.scalars(sa.select(Case).where(Case.number == case.number)).one()
    by = case.person("bureau_approver2").id
    db.session.add(Halt(case_id=row.id, reason="核查中", since=clock.now(), by_id=by))
    db.session.commit()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["before", "delegated"])
def test_the_decision_waits_for_what_a_colleague_thinks(shaped: Callable[..., Shape], shape: str, kind: str) -> None:
    case = at_approval(shaped, shape)

    assert ask(case, "bureau_approver", "bureau_operator", kind).status == 200

    waits = case.decide("bureau_approver", "approval")
    assert (waits.status, waits.code) == (422, "E-ADVICE")
    [item] = asked(case, "bureau_operator")
    assert (item["case"], item["kind"], item["question"]) == (case.number, kind, "是否属实")
    assert answer(case, "bureau_operator", item["id"]).status == 200
    assert asked(case, "bureau_operator") == []
    assert case.waits_at() == ["approval"], "advice decides nothing"
    assert case.decide("bureau_approver", "approval").json["outcome"] == "agreed"
    assert list(audit.verify()) == []
    assert list(audit.differences()) == []


def test_afterwards_it_holds_nothing_up(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    assert ask(case, "bureau_approver", "bureau_third", "after").status == 200
    [item] = asked(case, "bureau_third")
    early = answer(case, "bureau_third", item["id"])
    assert (early.status, early.code) == (422, "E-NOT-ASKED")

    assert case.decide("bureau_approver", "approval").status == 200

    assert answer(case, "bureau_third", item["id"]).status == 200
    assert db.session.scalars(sa.select(Advice.opinion)).all() == ["已核实，属实"]


def test_what_is_withdrawn_needs_no_answer(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    assert ask(case, "bureau_approver", "bureau_operator").status == 200
    [item] = asked(case, "bureau_operator")
    path = f"/advice/{item['id']}/withdraw"
    assert case.program("bureau_operator").post(path).status == 403

    assert case.program("bureau_approver2").post(path).status == 200, "whoever may decide"

    assert answer(case, "bureau_operator", item["id"]).code == "E-NOT-ASKED"
    assert case.decide("bureau_approver2", "approval").status == 200


def test_only_colleagues_are_asked_and_once(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    neighbour = factories.a_user(factories.a_bureau("330108"), "approver")

    assert ask(case, "bureau_approver", "school_approver").code == "E-INPUT"
    assert ask(case, "bureau_approver", "bureau_approver").code == "E-INPUT"
    assert ask(case, "bureau_approver", "bureau_third", "sideways").code == "E-INPUT"
    assert ask(case, "bureau_operator", "bureau_third").status == 403
    assert ask(case, "school_approver", "bureau_third").status == 404
    body = {"add": case.person("bureau_third").id, "when": "before"}
    task = case.task("approval")
    assert case.matter.client.api(neighbour).post(f"/tasks/{task}/signers", body).status == 404
    assert ask(case, "bureau_approver", "bureau_third").status == 200
    assert ask(case, "bureau_approver2", "bureau_third").code == "E-INPUT"
    [item] = asked(case, "bureau_third")
    assert answer(case, "bureau_approver2", item["id"]).code == "E-NOT-ASKED"
    assert answer(case, "school_approver", item["id"]).status == 404
    assert case.matter.client.api(neighbour).post(f"/advice/{item['id']}/withdraw").status == 404
    people = case.program("bureau_approver").get(f"/tasks/{task}/advisers").json["people"]
    assert case.person("bureau_third").id not in {each["id"] for each in people}


def test_where_several_answer_nobody_else_is_asked(shaped: Callable[..., Shape]) -> None:
    case = shaped("jointly").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))

    assert ask(case, "bureau_approver", "bureau_operator", key="review").code == "E-NOT-ASKED"


def test_on_the_page(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    task = case.task("approval")
    approver = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))
    approver.get(f"/cases/{case.number}")
    sent = approver.post(
        f"/tasks/{task}/advice", kind="before", of_user=str(case.person("bureau_operator").id), question="请核对"
    )
    assert sent.status == 302
    operator = Client(case.matter.client.app).sign_in(case.person("bureau_operator"))
    assert case.number in operator.get("/advice").text
    page = operator.get(f"/cases/{case.number}")
    [path] = {str(each) for each in operator.page.xpath("//form[contains(@action, '/answer')]/@action")}
    empty = operator.post(path, opinion="")
    assert (empty.status, "请填写意见" in empty.text) == (422, True)
    assert "请核对" in page.text

    assert operator.post(path, opinion="核对无误").status == 302

    assert "核对无误" in approver.get(f"/cases/{case.number}").text
    school = Client(case.matter.client.app).sign_in(case.person("school_operator"))
    assert "核对无误" not in school.get(f"/cases/{case.number}").text, "what an office asks itself is its own"


def test_the_page_offers_no_decision_that_waits_for_advice(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    task = case.task("approval")
    assert ask(case, "bureau_approver", "bureau_operator").status == 200
    approver = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))

    waits = approver.get(f"/cases/{case.number}").text
    assert (f"/tasks/{task}/decision" in waits, "E-ADVICE" in waits) == (False, True)
    assert f"/tasks/{task}/advice" in waits, "a second colleague may be asked all the same"
    back = case.program("bureau_approver").post(f"/tasks/{task}/return", {"to": "check", "opinion": "有遗漏"})
    assert (back.status, back.code) == (422, "E-ADVICE")
    [item] = asked(case, "bureau_operator")
    assert answer(case, "bureau_operator", item["id"]).status == 200

    goes_on = approver.get(f"/cases/{case.number}").text
    assert (f"/tasks/{task}/decision" in goes_on, "E-ADVICE" in goes_on) == (True, False)


def test_the_page_offers_no_decision_in_a_case_that_is_halted(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    task = case.task("approval")
    halt(case)

    page = Client(case.matter.client.app).sign_in(case.person("bureau_approver")).get(f"/cases/{case.number}").text

    assert (f"/tasks/{task}/decision" in page, "E-HALTED" in page) == (False, True)


# ── at the same time ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_asked_while_it_is_decided(shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch) -> None:
    case, read = at_approval(shaped), decisions._task_to_decide

    def read_then_asked(*asked: Any) -> Any:
        found = read(*asked)
        monkeypatch.setattr(decisions, "_task_to_decide", read)
        assert apart(ask, case, "bureau_approver2", "bureau_third").status == 200
        return found

    monkeypatch.setattr(decisions, "_task_to_decide", read_then_asked)

    late = case.decide("bureau_approver", "approval")

    assert (late.status, late.code) == (422, "E-ADVICE"), late.text
    assert case.waits_at() == ["approval"]


def test_it_is_decided_while_it_is_asked(shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch) -> None:
    case, hold = at_approval(shaped), operations.lock_case

    def decided_then(case_id: int) -> Any:
        monkeypatch.setattr(operations, "lock_case", hold)
        db.session.rollback()
        assert apart(case.decide, "bureau_approver2", "approval").status == 200
        return hold(case_id)

    monkeypatch.setattr(operations, "lock_case", decided_then)

    late = ask(case, "bureau_approver", "bureau_third")

    assert (late.status, late.code) == (409, "E-STALE"), late.text
    assert db.session.scalars(sa.select(Advice)).all() == []


@pytest.mark.parametrize("shape", SHAPES)
def test_of_several_who_are_asked_one_answer_may_be_enough(shaped: Callable[..., Shape], shape: str) -> None:
    case = at_approval(shaped, shape)
    task, people = case.task("approval"), [case.person("bureau_operator").id, case.third.id]
    body = {"add": people, "when": "before", "rule": "any"}

    assert case.program("bureau_approver").post(f"/tasks/{task}/signers", body).status == 200

    assert case.decide("bureau_approver", "approval").code == "E-ADVICE"
    [mine], [others] = asked(case, "bureau_third"), asked(case, "bureau_operator")
    assert (mine["rule"], others["rule"]) == ("any", "any")
    assert answer(case, "bureau_third", mine["id"]).status == 200
    assert asked(case, "bureau_operator") == []
    late = answer(case, "bureau_operator", others["id"])
    assert (late.code, late.json["detail"]) == ("E-NOT-ASKED", "不能征求意见：已由其他人员答复，或已减签。")
    assert case.decide("bureau_approver", "approval").status == 200


def test_all_of_several_answer_unless_one_is_enough(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped, "sequential")
    task, people = case.task("approval"), [case.person("bureau_operator").id, case.third.id]
    path = f"/tasks/{task}/signers"

    assert case.program("bureau_approver").post(path, {"add": [], "when": "before"}).code == "E-INPUT"
    assert case.program("bureau_approver").post(path, {"add": people, "when": "before", "rule": "some"}).status == 422
    assert case.program("bureau_approver").post(path, {"add": people, "when": "before"}).status == 200
    [mine] = asked(case, "bureau_third")
    answer(case, "bureau_third", mine["id"])
    assert case.decide("bureau_approver", "approval").code == "E-ADVICE"
    [mine] = asked(case, "bureau_operator")
    answer(case, "bureau_operator", mine["id"])
    assert case.decide("bureau_approver", "approval").status == 200
