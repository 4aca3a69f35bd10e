"""What the page of a case, and the steps to which one may send back, cost in statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.cases.queries import step_backs
from tests.cases.test_advice import ask
from tests.cases.test_send_back_to import at_approval, at_review, targets
from tests.cases.test_statements import counted
from tests.cases.test_take_back import take_back
from tests.support.client import Client
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves

__all__ = ["shaped", "shelves"]
MOST_AT_A_DESK = 17  # statements of a case's page for whoever decides it, the reasons their office has set among them


def page(case: Shape, who: str) -> tuple[str, list[str]]:
    """The page of the case as that person reads it a second time, and the statements it took."""
    browser = Client(case.matter.client.app).sign_in(case.person(who))
    browser.get(f"/cases/{case.number}")
    with counted() as seen:
        text = browser.get(f"/cases/{case.number}").text
    return text, seen


@pytest.mark.parametrize("shape", SHAPES)
def test_taking_back_is_offered_without_running_anything(
    shaped: Callable[..., Shape], shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shaped(shape).agreed(("school_approver", "own_approval"))
    task, run = case.task("check"), step_backs.go_back
    case.agreed(("bureau_operator", "check"))

    def never(*_: Any) -> None:
        raise AssertionError("a page runs nothing")

    monkeypatch.setattr(step_backs, "go_back", never)
    text, seen = page(case, "bureau_operator")

    assert f"/tasks/{task}/take-back" in text
    assert [each for each in seen if "state_before" in each] == []
    assert f"/tasks/{task}/take-back" not in page(case, "school_approver")[0], "another's own step, and followed"
    monkeypatch.setattr(step_backs, "go_back", run)
    assert take_back(case, "bureau_operator", task).status == 200
    assert f"/tasks/{task}/take-back" not in page(case, "bureau_operator")[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_was_seen_or_followed_is_not_offered(shaped: Callable[..., Shape], shape: str) -> None:
    case = shaped(shape)
    own = case.task("own_approval")
    case.agreed(("school_approver", "own_approval"))
    assert f"/tasks/{own}/take-back" in page(case, "school_approver")[0]
    case.program("bureau_operator").get(f"/cases/{case.number}")

    assert f"/tasks/{own}/take-back" not in page(case, "school_approver")[0]
    case.agreed(("bureau_operator", "check"))
    assert f"/tasks/{own}/take-back" not in page(case, "school_approver")[0]


def test_who_answered_last_is_offered_to_open_a_joint_decision_again(shaped: Callable[..., Shape]) -> None:
    case = shaped("jointly").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    task = case.task("review")
    case.agreed(("bureau_approver", "review"))
    assert f"/tasks/{task}/take-back" in page(case, "bureau_approver")[0], "one's answer, before it has closed"
    case.agreed(("bureau_approver2", "review"))

    assert f"/tasks/{task}/take-back" in page(case, "bureau_approver2")[0]


def test_colleagues_are_read_once_by_id_and_name(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped, "sequential")

    text, seen = page(case, "bureau_approver")

    name = case.person("bureau_third").name
    assert text.count(f">{name}</option>") == 1, "to hand over to"
    assert text.count(f'name="of_user" value="{case.third.id}"') == 1, "and to ask"
    people = [each for each in seen if "JOIN post" in each and "ORDER BY app_user.name" in each]
    assert len(people) == 1
    assert "password_hash" not in people[0]


def test_each_further_step_to_send_back_to_costs_one_statement(shaped: Callable[..., Shape]) -> None:
    """The run before it: names, counts and what was written are read once for all."""
    case, cost = at_review(shaped, "sequential"), []
    for steps, key in ((1, "review"), (2, "approval")):
        task = case.task(key)
        targets(case, "bureau_approver", task)
        with counted() as seen:
            found = targets(case, "bureau_approver", task)
        assert len([each for each in found.values() if each["why_not"] is None]) == steps
        assert sum("state_before" in each for each in seen) == steps
        cost.append(len(seen))
        case.agreed(("bureau_approver", key))

    assert max(cost) <= 20


def test_what_few_cases_have_is_read_of_those_alone(shaped: Callable[..., Shape]) -> None:
    """Nobody has been asked, urged or copied yet: one statement says so, and none reads what is not there."""
    case = at_approval(shaped, "sequential")
    _, before = page(case, "bureau_approver")
    assert ask(case, "bureau_approver", "bureau_operator", question="请看第三项").status == 200
    text, after = page(case, "bureau_approver")

    rare = ("SELECT advice.", "SELECT halt.", "SELECT directive.", "SELECT case_copy.")
    assert [each for each in before if each.startswith(rare)] == []
    assert len(before) <= MOST_AT_A_DESK
    assert "请看第三项" in text
    assert len([each for each in after if each.startswith(rare)]) == 1
