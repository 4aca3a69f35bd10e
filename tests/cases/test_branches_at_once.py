"""Two branches of one case are decided at once by two offices: both are, though the case has one revision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.cases.operations import decisions
from tests.cases.test_races import at_once
from tests.support.client import apart
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["shaped", "shelves"]


def test_another_branch_is_decided_between_reading_and_writing(
    shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shaped("parallel").agreed(("school_approver", "own_approval"))
    read = decisions._task_to_decide

    def read_then_other(task_id: int, actor: Any) -> Any:
        found = read(task_id, actor)
        monkeypatch.setattr(decisions, "_task_to_decide", read)
        assert apart(case.decide, "school_operator", "school_check").status == 200
        return found

    monkeypatch.setattr(decisions, "_task_to_decide", read_then_other)

    answer = case.decide("bureau_operator", "check")

    assert answer.status == 200, answer.text
    assert case.waits_at() == ["review"]


def test_both_press_at_once(shaped: Callable[..., Shape]) -> None:
    case = shaped("parallel").agreed(("school_approver", "own_approval"))
    tasks = {who: case.task(key) for who, key in (("school_operator", "school_check"), ("bureau_operator", "check"))}

    def decide(who: str) -> Any:
        return case.program(who).post(f"/tasks/{tasks[who]}/decision", {"outcome": "agree", "opinion": ""})

    answers = at_once(*(lambda who=who: decide(who) for who in tasks))  # type: ignore[misc]

    assert [each.status for each in answers] == [200, 200], [each.text for each in answers]
    assert case.waits_at() == ["review"]
