"""A decision that was taken back, submitted again from its old form or under its key, is refused: it is not done."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from app.cases.models import JointAnswer, Task, TaskStatus
from app.database import db
from tests.support.client import Client
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["shaped", "shelves"]
SAYS = "该次办理已被收回或退回，不再有效，请重新打开办件办理。"


def form_of(case: Shape, who: str, task: int) -> tuple[Client, dict[str, Any]]:
    """The browser of that person, and the form of the page as it stands now."""
    browser = Client(case.matter.client.app).sign_in(case.person(who))
    found = re.search(r'name="key" value="([^"]+)"', browser.get(f"/cases/{case.number}").text)
    assert found
    return browser, {"outcome": "agree", "opinion": "情况属实", "key": found[1]}


def take_back(case: Shape, who: str, task: int) -> None:
    answer = case.program(who).post(f"/tasks/{task}/take-back")
    assert answer.status == 200, answer.text


def test_the_old_form_of_a_page(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"))
    task = case.task("check")
    browser, form = form_of(case, "bureau_operator", task)
    assert browser.post(f"/tasks/{task}/decision", **form).status == 302
    assert browser.post(f"/tasks/{task}/decision", **form).status == 302, "pressed twice before, it is one submission"
    take_back(case, "bureau_operator", task)

    again = browser.post(f"/tasks/{task}/decision", **form)

    assert (again.status, SAYS in again.text) == (409, True), again.text
    assert case.waits_at() == ["check"]
    assert case.decide("bureau_operator", "check").status == 200


def test_the_old_form_of_an_answer_given_jointly(shaped: Callable[..., Shape]) -> None:
    case = shaped("jointly").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    task = case.task("review")
    browser, form = form_of(case, "bureau_approver", task)
    assert browser.post(f"/tasks/{task}/decision", **form).status == 302
    take_back(case, "bureau_approver", task)

    again = browser.post(f"/tasks/{task}/decision", **form)

    assert (again.status, SAYS in again.text) == (409, True), again.text
    stands = sa.select(sa.func.count()).select_from(JointAnswer).where(JointAnswer.taken_back_at.is_(None))
    assert db.session.scalar(stands) == 0
    assert case.decide("bureau_approver", "review").status == 200, "of the same task, as a new submission"


def test_the_same_key_of_a_program(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"))
    task, program = case.task("check"), case.program("bureau_operator")
    one, several = {"outcome": "agree", "opinion": ""}, {"tasks": [task], "outcome": "agree", "opinion": ""}
    key = {"Idempotency_Key": "k" * 80}
    first = program.post("/tasks/bulk", several, **key)
    assert first.json["decided"] == 1, first.text
    first = program.post("/tasks/bulk", several, **key)
    assert first.json["decided"] == 1, first.text
    take_back(case, "bureau_operator", task)

    again = program.post("/tasks/bulk", several, **key)

    assert again.json["decided"] == 0, again.text
    assert again.json["results"][0]["detail"] == SAYS
    waits = case.task("check")
    assert program.post(f"/tasks/{waits}/decision", one, **key).status == 200
    take_back(case, "bureau_operator", waits)
    again = program.post(f"/tasks/{waits}/decision", one, **key)
    assert (again.status, again.code) == (409, "E-TAKEN-BACK-02")


def test_a_task_that_waits_again_is_of_its_version(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"))
    task = case.task("check")
    case.agreed(("bureau_operator", "check"))
    take_back(case, "bureau_operator", task)

    of_check = sa.select(Task.version_id).where(Task.key == "check").order_by(Task.id)
    before, again = db.session.scalars(of_check).all()
    assert (again, again is None) == (before, False)
    assert db.session.scalar(of_check.where(Task.status == TaskStatus.OPEN)) == before
