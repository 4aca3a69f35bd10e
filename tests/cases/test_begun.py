"""收回 ends where the next office has seen the task or begun with it, in whichever way, also at the same moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.cases.models import HandOver, StepBack, Task
from app.database import db
from tests.cases.test_races import at_once, count
from tests.support.client import Answer, Client
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["shaped", "shelves"]


def taken_back(case: Shape, task: int) -> Answer:
    return case.program("bureau_operator").post(f"/tasks/{task}/take-back")


def hand_over(case: Shape, task: int) -> Answer:
    to = case.person("bureau_approver2").id
    return case.program("bureau_approver").post(f"/tasks/{task}/hand-over", {"to": to, "reason": "外出培训"})


def by_browser(address: str) -> Callable[[Shape, int], Answer]:
    def opened(case: Shape, task: int) -> Answer:
        browser = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))
        return browser.get(address.format(task=task))

    return opened


def by_program(path: str) -> Callable[[Shape, int], Answer]:
    return lambda case, task: case.program("bureau_approver").get(path.format(task=task))


def claimed(case: Shape, task: int) -> Answer:
    return case.program("bureau_approver").post(f"/tasks/{task}/claim")


def asked_to_review(case: Shape, task: int) -> Answer:
    return case.program("bureau_approver").post(f"/tasks/{task}/acts/ask_pre_review")


BEGUN = {
    "handed over": hand_over,
    "claimed": claimed,
    "pre-review asked": asked_to_review,
    "bulk sheet": by_browser("/inbox/bulk?task={task}"),
    "send-back page": by_browser("/tasks/{task}/send-back"),
    "targets": by_program("/tasks/{task}/return-targets"),
    "advisers": by_program("/tasks/{task}/advisers"),
    "colleagues": by_program("/tasks/{task}/colleagues"),
}


@pytest.mark.parametrize("begun", BEGUN)
def test_what_the_next_office_has_seen_or_begun_is_not_taken_back(shaped: Callable[..., Shape], begun: str) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"))
    task = case.task("check")
    case.agreed(("bureau_operator", "check"))
    answer = BEGUN[begun](case, case.task("review"))
    assert answer.status in (200, 201), answer.text

    refused = taken_back(case, task)

    assert (refused.status, refused.code) == (422, "E-BACK"), refused.text
    assert "已经查看" in refused.json["detail"]
    assert case.waits_at() == ["review"]


@pytest.mark.parametrize("begin", [hand_over, claimed], ids=["hand-over", "claim"])
def test_at_once_one_of_the_two_wins(shaped: Callable[..., Shape], begin: Callable[[Shape, int], Answer]) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"))
    task = case.task("check")
    case.agreed(("bureau_operator", "check"))
    review = case.task("review")

    began, back = at_once(lambda: begin(case, review), lambda: taken_back(case, task))

    assert (began.status == 200) != (back.status == 200), (began.text, back.text)
    assert {began.status, back.status} <= {200, 404, 409, 422}
    assert case.waits_at() == (["review"] if began.status == 200 else ["check"])
    assert count(StepBack) == (back.status == 200)


def test_a_hand_over_ends_the_claim_of_whoever_had_it(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    task = case.task("review")
    assert claimed(case, task).status == 200
    assert hand_over(case, task).status == 200

    taken = case.program("bureau_approver2").post(f"/tasks/{task}/claim")

    assert taken.status == 200, taken.text
    assert count(HandOver) == 1
    assert db.session.get_one(Task, task).seen_at is not None
