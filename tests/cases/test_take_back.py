"""收回: one's own last step, in every shape of diagram, until somebody has seen or done what follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit
from app.cases.models import Case, Decision, JointAnswer, Notice, StepBack, Task, TaskStatus
from app.cases.operations import decisions, step_backs
from app.database import db
from app.definitions.queries import compiled_version
from tests.support import factories
from tests.support.client import Answer, Client, apart
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves
from workflows.engine import as_stored
from workflows.runs import facts_in

__all__ = ["shaped", "shelves"]


def take_back(case: Shape, who: str, task: int) -> Answer:
    return case.program(who).post(f"/tasks/{task}/take-back")


def stored(case: Shape) -> tuple[Any, Any]:
    """What the run of the case waits at, by id, and what it knows."""
    db.session.rollback()
    row = db.session.scalars(sa.select(Case).where(Case.number == case.number)).one()
    diagrams = compiled_version(row.version_id).diagrams
    waits = [(each.id, each.key) for each in as_stored(diagrams, bytes(row.state)).waiting]
    return waits, facts_in(diagrams, bytes(row.state))


def rows(case: Shape, **of: Any) -> list[Task]:
    """The rows of the tasks of the case with these values."""
    db.session.rollback()
    wanted = [getattr(Task, name) == value for name, value in of.items()]
    asked = sa.select(Task).join(Case).where(Case.number == case.number, *wanted).order_by(Task.id)
    return list(db.session.scalars(asked))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_case_waits_again_as_it_waited(shaped: Callable[..., Shape], shape: str) -> None:
    case = shaped(shape).agreed(("school_approver", "own_approval"))
    before, task = stored(case), case.task("check")
    [was] = rows(case, key="check")
    clock = was.arrived_at, was.deadline
    assert case.decide("bureau_operator", "check").status == 200

    answer = take_back(case, "bureau_operator", task)

    assert answer.status == 200, answer.text
    assert stored(case) == before
    done, again = rows(case, key="check")
    assert (done.status, again.status) == (TaskStatus.DONE, TaskStatus.OPEN)
    assert (again.arrived_at, again.deadline) == clock
    assert [each.status for each in rows(case, key="review")] == [TaskStatus.CANCELLED]
    [said] = [each for each in answer.json["decisions"] if each["task"] == "check"]
    assert said["stands"] is False
    assert db.session.scalars(sa.select(Decision.undone_id).where(Decision.key == "check")).all() == [
        db.session.scalars(sa.select(StepBack.id)).one()
    ]
    assert list(audit.verify()) == []
    assert list(audit.differences()) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_what_was_taken_back_is_decided_anew_to_the_end(shaped: Callable[..., Shape], shape: str) -> None:
    case = shaped(shape).agreed(("school_approver", "own_approval"))
    task = case.task("check")
    case.agreed(("bureau_operator", "check"))
    assert take_back(case, "bureau_operator", task).status == 200

    case.agreed(("bureau_operator", "check"))
    if shape == "parallel":
        case.agreed(("school_operator", "school_check"))
    case.agreed(*[("bureau_approver", "review"), ("bureau_approver2", "review")][: 2 if shape == "jointly" else 1])
    answer = case.decide("bureau_approver", "approval")

    assert (answer.status, answer.json["outcome"]) == (200, "agreed"), answer.text


def test_in_parallel_what_the_other_branch_has_decided_since_stays(shaped: Callable[..., Shape]) -> None:
    case = shaped("parallel").agreed(("school_approver", "own_approval"))
    school = case.task("school_check")
    case.agreed(("school_operator", "school_check"))
    before, task = stored(case), case.task("check")
    case.agreed(("bureau_operator", "check"))

    # the school's check came before, the bureau's after: either is taken back alone
    assert take_back(case, "school_operator", school).status == 200
    assert case.waits_at() == ["review", "school_check"]
    assert take_back(case, "bureau_operator", task).status == 200
    assert case.waits_at() == ["check", "school_check"]
    case.agreed(("school_operator", "school_check"))

    assert case.waits_at() == ["check"]
    assert {key for _id, key in stored(case)[0]} == {key for _id, key in before[0]}
    case.agreed(("bureau_operator", "check"), ("bureau_approver", "review"))
    assert case.decide("bureau_approver2", "approval").json["outcome"] == "agreed"
    assert [each.key for each in rows(case, status=TaskStatus.OPEN)] == []


def test_what_has_joined_is_taken_apart_again(shaped: Callable[..., Shape]) -> None:
    case = shaped("parallel").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    task = case.task("review")
    case.agreed(("school_operator", "school_check"), ("bureau_approver", "review"))
    assert case.waits_at() == ["approval"]

    assert take_back(case, "bureau_approver", task).status == 200

    assert case.waits_at() == ["review"]
    case.agreed(("bureau_approver2", "review"))
    assert case.waits_at() == ["approval"]


def test_an_answer_before_a_joint_decision_has_closed(shaped: Callable[..., Shape]) -> None:
    case = shaped("jointly").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    task = case.task("review")
    case.agreed(("bureau_approver", "review"))

    assert take_back(case, "bureau_approver", task).status == 200

    case.agreed(("bureau_approver2", "review"))
    assert case.waits_at() == ["review"], "one of two: what was taken back is not counted"
    case.agreed(("bureau_approver", "review"))
    assert case.waits_at() == ["approval"]


def test_the_last_answer_of_a_joint_decision_opens_it_again(shaped: Callable[..., Shape]) -> None:
    case = shaped("jointly").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    task = case.task("review")
    case.agreed(("bureau_approver", "review"), ("bureau_approver2", "review"))

    first = take_back(case, "bureau_approver", task)
    assert (first.status, first.code) == (422, "E-BACK")
    assert take_back(case, "bureau_approver2", task).status == 200

    assert case.waits_at() == ["review"]
    again = case.decide("bureau_approver", "review")
    assert (again.status, again.code) == (403, "E-JOINT"), "what a colleague has answered holds"
    case.agreed(("bureau_third", "review"))
    assert case.waits_at() == ["approval"]
    standing = JointAnswer.task_id == rows(case, key="review", status=TaskStatus.DONE)[-1].id
    assert len(db.session.scalars(sa.select(JointAnswer).where(standing)).all()) == 2


def test_nothing_that_was_seen_or_followed(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential")
    own = case.task("own_approval")
    case.agreed(("school_approver", "own_approval"))
    check = case.task("check")
    seen = case.program("bureau_operator").get(f"/cases/{case.number}")
    assert seen.status == 200

    refused = take_back(case, "school_approver", own)
    assert (refused.status, refused.code) == (422, "E-BACK")
    assert refused.json["detail"] == "不能收回或退回：“材料核对”的办理机构已经查看。"
    case.agreed(("bureau_operator", "check"))
    assert "此后已经办理" in take_back(case, "school_approver", own).json["detail"]
    assert take_back(case, "bureau_operator", check).status == 200


def test_who_goes_on_looking_at_their_own_step_has_seen_nothing(shaped: Callable[..., Shape]) -> None:
    case = shaped("part").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    review = case.task("review")
    case.agreed(("bureau_approver", "review"))
    browser = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))
    assert f"/tasks/{review}/take-back" in browser.get(f"/cases/{case.number}").text

    assert browser.post(f"/tasks/{review}/take-back").status == 302

    assert case.waits_at() == ["review"]
    page = browser.get(f"/cases/{case.number}").text
    assert ("收回，重新办理" in page, "不再有效" in page) == (True, True)
    assert f"/tasks/{review}/take-back" not in page


def test_another_person_the_neighbour_and_the_same_twice(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"))
    task = case.task("check")
    case.agreed(("bureau_operator", "check"))
    neighbour = factories.a_user(factories.a_bureau("330108"), "operator")

    assert case.matter.client.api(neighbour).post(f"/tasks/{task}/take-back").status == 404
    assert take_back(case, "school_approver", task).status == 404
    assert take_back(case, "bureau_approver", task).status == 403
    assert take_back(case, "bureau_operator", task).status == 200
    assert take_back(case, "bureau_operator", task).code == "E-BACK"


def test_the_next_office_reads_why_and_its_page_of_before_says_so(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential")
    own = case.task("own_approval")
    case.agreed(("school_approver", "own_approval"))
    check = case.task("check")
    assert take_back(case, "school_approver", own).status == 200

    late = case.program("bureau_operator").post(f"/tasks/{check}/decision", {"outcome": "agree"})

    assert (late.status, late.code) == (422, "E-TAKEN-BACK")
    assert late.json["detail"].endswith("收回到“负责人审核”重新办理，不再由本环节办理。")
    texts = db.session.scalars(sa.select(Notice.text)).all()
    assert any("“负责人审核”已由" in each and "收回" in each for each in texts)


def test_a_case_that_has_closed_stays_closed(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(
        ("school_approver", "own_approval"), ("bureau_operator", "check"), ("bureau_approver", "review")
    )
    task = case.task("approval")
    case.agreed(("bureau_approver", "approval"))

    assert take_back(case, "bureau_approver", task).json["detail"] == "不能收回或退回：本件已办结。"


# ── at the same time ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shape", SHAPES)
def test_the_next_office_decides_first(
    shaped: Callable[..., Shape], shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between pressing and the lock."""
    case = shaped(shape).agreed(("school_approver", "own_approval"))
    task, hold = case.task("check"), step_backs.lock_case
    case.agreed(("bureau_operator", "check"))

    def decided_then(case_id: int) -> Any:
        monkeypatch.setattr(step_backs, "lock_case", hold)
        db.session.rollback()
        assert apart(case.decide, "bureau_approver", "review").status == 200
        return hold(case_id)

    monkeypatch.setattr(step_backs, "lock_case", decided_then)

    answer = take_back(case, "bureau_operator", task)

    assert (answer.status, answer.code) == (422, "E-BACK"), answer.text
    assert "已经" in answer.json["detail"]
    assert db.session.scalars(sa.select(StepBack)).all() == []


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_taken_back_first(shaped: Callable[..., Shape], shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the next office's reading and writing."""
    case = shaped(shape).agreed(("school_approver", "own_approval"))
    task, read = case.task("check"), decisions._task_to_decide
    case.agreed(("bureau_operator", "check"))

    def read_then_gone(*asked: Any) -> Any:
        found = read(*asked)
        monkeypatch.setattr(decisions, "_task_to_decide", read)
        assert apart(take_back, case, "bureau_operator", task).status == 200
        return found

    monkeypatch.setattr(decisions, "_task_to_decide", read_then_gone)

    answer = case.decide("bureau_approver", "review")

    late = (422, "E-TAKEN-BACK") if shape == "jointly" else (409, "E-STALE")  # an answer, or a decision
    assert (answer.status, answer.code) == late, answer.text
    assert answer.json["detail"]
    assert "check" in case.waits_at()
    assert [each.status for each in rows(case, key="review")] == [TaskStatus.CANCELLED]


def test_it_is_seen_while_it_is_taken_back(shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch) -> None:
    case = shaped("parallel").agreed(("school_approver", "own_approval"))
    task, plan = case.task("check"), step_backs.seen_or_acted_on
    case.agreed(("bureau_operator", "check"))
    review = case.task("review")

    def seen_after(found: Any) -> Any:
        said = plan(found)
        db.session.execute(sa.update(Task).where(Task.id == review).values(seen_at=sa.func.current_timestamp()))
        return said

    monkeypatch.setattr(step_backs, "seen_or_acted_on", seen_after)

    answer = take_back(case, "bureau_operator", task)

    assert (answer.status, answer.code) == (422, "E-BACK"), answer.text
    assert case.waits_at() == ["review", "school_check"]


def test_the_last_step_of_a_case_is_taken_back_by_its_number(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    neighbour = factories.a_user(factories.a_bureau("330108"), "approver")
    where = f"/cases/{case.number}/take-back"

    early = case.program("bureau_approver").post(where)
    assert (early.code, "尚未办理" in early.json["detail"]) == ("E-BACK", True)
    assert case.matter.client.api(neighbour).post(where).status == 404
    assert case.program("bureau_operator").post(where).status == 200
    assert [each.status for each in rows(case, key="check")] == [TaskStatus.DONE, TaskStatus.OPEN]
