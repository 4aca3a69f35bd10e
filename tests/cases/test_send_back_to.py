"""退回到已办环节: from every shape of diagram, to any step of one's own office, and to none of another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit
from app.cases.models import Decision, JointAnswer, StepBack, Task, TaskStatus
from app.cases.operations import decisions, returns
from app.database import db
from tests.cases.test_take_back import rows, take_back
from tests.support import factories
from tests.support.client import Answer, Client, apart
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves

__all__ = ["shaped", "shelves"]
REASON = "核对有遗漏"


def send_back(case: Shape, who: str, task: int, to: str, reason: str = REASON) -> Answer:
    return case.program(who).post(f"/tasks/{task}/return", {"to": to, "opinion": reason})


def targets(case: Shape, who: str, task: int) -> dict[str, Any]:
    answer = case.program(who).get(f"/tasks/{task}/return-targets")
    assert answer.status == 200, answer.text
    return {each["key"]: each for each in answer.json["targets"]}


def at_review(shaped: Callable[..., Shape], shape: str) -> Shape:
    return shaped(shape).agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))


def at_approval(shaped: Callable[..., Shape], shape: str) -> Shape:
    case = at_review(shaped, shape)
    if shape == "parallel":
        case.agreed(("school_operator", "school_check"))
    people = ("bureau_approver", "bureau_approver2")[: 2 if shape == "jointly" else 1]
    return case.agreed(*((who, "review") for who in people))


def finish(case: Shape) -> Any:
    """Everybody agrees to whatever is asked, from the check on; how it ends."""
    for _ in range(12):
        waits = case.waits_at()
        if not waits:
            break
        who = {"check": ["bureau_operator"], "school_check": ["school_operator"]}.get(waits[0])
        for each in who or ["bureau_approver", "bureau_approver2", "bureau_third"]:
            if waits[0] in case.waits_at():
                case.decide(each, waits[0])
    return case.case()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("to", ["check", "review"])
def test_from_the_end_to_a_step_of_the_office(shaped: Callable[..., Shape], shape: str, to: str) -> None:
    case = at_approval(shaped, shape)
    task = case.task("approval")

    answer = send_back(case, "bureau_approver2", task, to)

    assert answer.status == 200, answer.text
    assert case.waits_at() == [to]
    again = rows(case, key=to, status=TaskStatus.OPEN)
    assert [each.note["detail"] for each in again] == [
        f"{case.person('bureau_approver2').name}从“上级审批”退回，原因：{REASON}"
    ]
    stands = {each["task"]: each["stands"] for each in case.case()["decisions"]}
    assert stands["own_approval"], "what came before holds"
    assert not stands[to]
    assert stands.get("school_check", True), "and what was decided in the other branch"
    ended = finish(case)
    assert ended["outcome"] == "agreed"
    db.session.rollback()
    open_ = sa.select(sa.func.count()).select_from(Task).where(Task.status == TaskStatus.OPEN)
    assert db.session.scalar(open_) == 0
    standing = [each["task"] for each in ended["decisions"] if each["stands"]]
    assert len(standing) == len(set(standing)), "no step counts twice"
    assert list(audit.verify()) == []
    assert list(audit.differences()) == []


@pytest.mark.parametrize("shape", SHAPES)
def test_from_inside_to_the_step_before(shaped: Callable[..., Shape], shape: str) -> None:
    case = at_review(shaped, shape)
    task = case.task("review")
    if shape == "jointly":
        case.agreed(("bureau_approver2", "review"))

    shown = targets(case, "bureau_approver", task)
    assert shown["own_approval"]["why_not"].startswith("由其他机构办理")
    assert shown["check"]["ends"] == (["“业务审核”已有的 1 份会签意见作废"] if shape == "jointly" else [])
    assert send_back(case, "bureau_approver", task, "check").status == 200

    assert case.waits_at() == (["check", "school_check"] if shape == "parallel" else ["check"])
    if shape == "parallel":
        case.agreed(("school_operator", "school_check"))
    case.agreed(("bureau_operator", "check"))
    if shape == "jointly":
        assert case.decide("bureau_approver2", "review").status == 200, "a new round: everybody is asked anew"
        assert case.waits_at() == ["review"], "no vote is counted twice"
        mine = JointAnswer.task_id == case.task("review")
        assert len(db.session.scalars(sa.select(JointAnswer).where(mine)).all()) == 1
    assert finish(case)["outcome"] == "agreed"


@pytest.mark.parametrize("shape", SHAPES)
def test_to_another_office_only_as_it_is_drawn(shaped: Callable[..., Shape], shape: str) -> None:
    case = at_review(shaped, shape)
    before = case.waits_at()

    refused = send_back(case, "bureau_approver", case.task("review"), "own_approval")

    assert (refused.status, refused.code) == (422, "E-BACK")
    assert "由其他机构办理；跨机构退回只能用“退回补正”" in refused.json["detail"]
    assert case.waits_at() == before


def test_what_lies_beside_is_not_before(shaped: Callable[..., Shape]) -> None:
    """The school's own step in the other branch: sending the school's check back to it would end nothing."""
    case = shaped("parallel").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    task = case.task("school_check")

    shown = targets(case, "school_operator", task)

    assert shown["check"]["why_not"].startswith("由其他机构办理")
    assert shown["own_approval"]["ends"] == [
        f"“业务审核”（{case.matter.school.office.superior.name}）不再办理",
        f"“材料核对”的办理结果（{case.matter.school.office.superior.name}）作废，须重新办理",
    ]
    assert send_back(case, "school_operator", task, "own_approval").status == 200
    assert case.waits_at() == ["own_approval"]
    assert [each.status for each in rows(case, key="review")] == [TaskStatus.CANCELLED]
    case.agreed(("school_approver", "own_approval"))
    assert case.waits_at() == ["check", "school_check"]
    assert finish(case)["outcome"] == "agreed"


def test_a_reason_and_a_step_are_asked_for(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped, "sequential")
    task = case.task("approval")

    assert send_back(case, "bureau_approver", task, "check", "  ").code == "E-INPUT"
    assert send_back(case, "bureau_approver", task, "nothing").code == "E-INPUT"
    assert case.waits_at() == ["approval"]


def test_who_may_not_decide_sends_nothing_back(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped, "sequential")
    task = case.task("approval")
    neighbour = factories.a_user(factories.a_bureau("330108"), "approver")

    assert send_back(case, "bureau_operator", task, "check").status == 403
    assert send_back(case, "school_approver", task, "check").status == 404
    body = {"to": "check", "opinion": REASON}
    assert case.matter.client.api(neighbour).post(f"/tasks/{task}/return", body).status == 404
    assert case.matter.client.api(neighbour).get(f"/tasks/{task}/return-targets").status == 404
    assert case.waits_at() == ["approval"]


def test_on_the_page_each_target_says_what_it_ends(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped, "part")
    task = case.task("approval")
    browser = Client(case.matter.client.app).sign_in(case.person("bureau_approver2"))
    assert f"/tasks/{task}/send-back" in browser.get(f"/cases/{case.number}").text
    page = browser.get(f"/tasks/{task}/send-back")
    assert "“业务审核”的办理结果" in page.text
    assert [str(each) for each in browser.page.xpath("//input[@name='to'][@disabled]/@value")] == ["own_approval"]
    empty = browser.post(f"/tasks/{task}/send-back", to="check", reason="")
    assert (empty.status, "请填写退回原因" in empty.text) == (422, True)

    assert browser.post(f"/tasks/{task}/send-back", to="check", reason=REASON).status == 302

    text = browser.get(f"/cases/{case.number}").text
    assert ("退回，重新办理" in text, REASON in text) == (True, True)


def test_it_is_taken_back_and_sent_back_over_and_over(shaped: Callable[..., Shape]) -> None:
    """What a decision was taken upon may have been undone since: the run is built from what stands."""
    case = shaped("parallel").agreed(("school_approver", "own_approval"))
    check = case.task("check")
    case.agreed(("bureau_operator", "check"))
    school = case.task("school_check")
    case.agreed(("school_operator", "school_check"))
    assert take_back(case, "bureau_operator", check).status == 200
    assert take_back(case, "school_operator", school).status == 200
    assert case.waits_at() == ["check", "school_check"]
    case.agreed(("school_operator", "school_check"), ("bureau_operator", "check"), ("bureau_approver", "review"))
    assert send_back(case, "bureau_approver2", case.task("approval"), "check").status == 200
    assert case.waits_at() == ["check"]
    case.agreed(("bureau_operator", "check"), ("bureau_approver", "review"))
    assert case.decide("bureau_approver2", "approval", "send_back").status == 200
    case.agreed(("school_operator", "repair"), ("school_approver", "own_approval"))

    assert case.waits_at() == ["check", "school_check"]
    assert finish(case)["outcome"] == "agreed"


# ── at the same time ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("shape", SHAPES)
def test_a_colleague_decides_first(shaped: Callable[..., Shape], shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case, hold = at_approval(shaped, shape), returns.lock_case
    task = case.task("approval")

    def decided_then(case_id: int) -> Any:
        monkeypatch.setattr(returns, "lock_case", hold)
        db.session.rollback()
        assert apart(case.decide, "bureau_approver", "approval").status == 200
        return hold(case_id)

    monkeypatch.setattr(returns, "lock_case", decided_then)

    answer = send_back(case, "bureau_approver2", task, "check")

    assert (answer.status, answer.code) == (409, "E-STALE"), answer.text
    assert case.case()["outcome"] == "agreed"
    assert db.session.scalars(sa.select(StepBack)).all() == []


@pytest.mark.parametrize("shape", SHAPES)
def test_it_is_sent_back_first(shaped: Callable[..., Shape], shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case, read = at_approval(shaped, shape), decisions._task_to_decide
    task = case.task("approval")

    def read_then_gone(*asked: Any) -> Any:
        found = read(*asked)
        monkeypatch.setattr(decisions, "_task_to_decide", read)
        assert apart(send_back, case, "bureau_approver2", task, "check").status == 200
        return found

    monkeypatch.setattr(decisions, "_task_to_decide", read_then_gone)

    answer = case.decide("bureau_approver", "approval")

    assert (answer.status, answer.code) == (409, "E-STALE"), answer.text
    assert case.waits_at() == ["check"]
    db.session.rollback()
    assert db.session.scalars(sa.select(Decision).where(Decision.key == "approval")).all() == []


@pytest.mark.parametrize("shape", SHAPES)
def test_a_reason_of_the_process_goes_with_it(shaped: Callable[..., Shape], shape: str) -> None:
    case = at_approval(shaped, shape)
    reason = case.program("bureau_approver2").get(f"/tasks/{case.task('approval')}").json["reasons"][0]
    path = f"/tasks/{case.task('approval')}/return"
    unknown = {"to": "review", "reason_code": "looks_wrong", "opinion": REASON}
    assert case.program("bureau_approver2").post(path, unknown).code == "E-INPUT"

    answer = case.program("bureau_approver2").post(path, {**unknown, "reason_code": reason["code"]})

    assert answer.status == 200, answer.text
    assert db.session.scalars(sa.select(StepBack.reason_code)).all() == [reason["code"]]
    page = Client(case.matter.client.app).sign_in(case.person("bureau_approver")).get(f"/cases/{case.number}")
    assert f"{reason['text']}：{REASON}" in page.text
