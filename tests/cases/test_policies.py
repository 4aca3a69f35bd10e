"""The record store asks the recorded decisions itself: without them nothing is written, however a run came there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.models import Batch, Case
from app.cases.operations.batches import work_chunk
from app.cases.operations.policy_enforcement import PolicyEnforcement
from app.cases.rules import PolicyNotHeld
from app.database import db, transaction
from app.definitions.queries import current_version
from app.students.models import Directive, Enrolment, Student
from tests.processes.registration.test_registration import a_row, an_entry
from tests.support.client import Client
from tests.support.transfer_case import Story

WITHOUT_THE_BUREAU = (
    'id="f_ls_agree" name="同意" sourceRef="releasing_school_outcome" targetRef="releasing_bureau"',
    'id="f_ls_agree" name="同意" sourceRef="releasing_school_outcome" targetRef="issue_directive"',
)
REFUSED_AND_YET_ISSUED = (
    'id="f_lb_refuse" name="不同意" sourceRef="releasing_bureau_outcome" targetRef="refused"',
    'id="f_lb_refuse" name="不同意" sourceRef="releasing_bureau_outcome" targetRef="issue_directive"',
)
STRAIGHT_TO_THE_RECORD = (
    'id="f_ls_agree" name="同意" sourceRef="releasing_school_outcome" targetRef="releasing_bureau"',
    'id="f_ls_agree" name="同意" sourceRef="releasing_school_outcome" targetRef="move_record"',
)
ENDS_AGREED = (
    'id="f_rs_refuse" name="不同意" sourceRef="receiving_school_outcome" targetRef="refused"',
    'id="f_rs_refuse" name="不同意" sourceRef="receiving_school_outcome" targetRef="moved"',
)

ISSUED_ANEW_AT_ONCE = (
    'sourceRef="directive_ended_before_pull" targetRef="releasing_bureau"',
    'sourceRef="directive_ended_before_pull" targetRef="issue_directive"',
)


def directives() -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(Directive)).one()


def written_of(story: Story) -> object:
    db.session.expire_all()
    return db.session.scalars(sa.select(Case.written).where(Case.number == story.number)).one()


@pytest.mark.parametrize(
    ("change", "decided", "last", "said"),
    [
        (WITHOUT_THE_BUREAU, "releasing_school", "agree", "转出学校上级教育行政部门尚未按次序审批同意"),
        (REFUSED_AND_YET_ISSUED, "releasing_bureau", "refuse", "有机构不同意或者退回，还没有改为同意"),
        (STRAIGHT_TO_THE_RECORD, "releasing_school", "agree", "办理“下达允许转学指令”"),
        (ENDS_AGREED, "receiving_school", "refuse", "办理“转入档案并注册”"),
    ],
    ids=["no bureau", "refused", "no directive", "agreed end"],
)
def test_a_diagram_that_slipped_through_writes_nothing(
    story: Story, publish_altered: Callable[..., None], change: tuple[str, str], decided: str, last: str, said: str
) -> None:
    publish_altered("transfer", change)
    assert story.submit().status == 201
    if decided != "receiving_school":
        story.agree_until(decided)
    before = story.case()

    answer = story.decide(last)

    assert (answer.status, answer.code) == (422, "E-POLICY")
    assert said in answer.json["detail"]
    assert story.case() == before, "nothing of the decision stands"
    assert directives() == 0
    epochs = db.session.scalars(sa.select(Enrolment.school_id).where(Enrolment.student_id == story.child.id)).all()
    assert epochs == [story.releasing.id]


def test_a_directive_that_was_revoked_is_not_issued_anew_without_the_bureau(
    story: Story, publish_altered: Callable[..., None]
) -> None:
    publish_altered("transfer", ISSUED_ANEW_AT_ONCE)
    assert story.submit().status == 201
    story.agree_until("pull")
    number = story.case()["directive"]["number"]

    revoked = story.program("releasing_bureau").post(
        f"/directives/{number}/revoke", {"reason": "材料有误，须重新核对。"}
    )

    assert (revoked.status, revoked.code) == (422, "E-POLICY")
    assert "转出学校上级教育行政部门尚未按次序审批同意（每次都须重新办理）" in revoked.json["detail"]
    assert directives() == 1


def test_a_token_that_was_moved_by_hand_writes_nothing(story: Story) -> None:
    """The state of a case that stands at the pull, put into one whose offices have not been asked."""
    assert story.submit().status == 201
    story.agree_until("pull")
    ahead = db.session.execute(sa.select(Case).where(Case.number == story.number)).scalar_one()
    task, decisions = story.waiting(), story.case()["decisions"]
    assert [each["task"] for each in decisions][-1] == "releasing_bureau"
    db.session.execute(sa.text("UPDATE cases SET written = '[]' WHERE number = :number"), {"number": ahead.number})
    db.session.commit()  # as if no directive had been issued under it

    answer = story.program("receiving_school").post(
        f"/tasks/{task['id']}/decision",
        {"outcome": "agree", "form": {"directive": story.case()["directive"]["number"]}},
    )

    assert (answer.status, answer.code) == (422, "E-POLICY")
    assert "办理“下达允许转学指令”" in answer.json["detail"]


def test_what_the_diagram_has_written_is_kept_with_the_case(story: Story) -> None:
    assert story.submit().status == 201
    assert written_of(story) == []
    story.agree_until("pull")
    assert written_of(story) == [[4, "directive/issue"]]

    number = story.case()["directive"]["number"]
    revoked = story.program("releasing_bureau").post(
        f"/directives/{number}/revoke", {"reason": "材料有误，须重新核对。"}
    )
    assert revoked.status == 200
    assert written_of(story) == [[4, "directive/issue"], [4, "!directive_ended"]]

    assert story.decide("agree").status == 200
    assert story.decide("agree", form={"directive": story.case()["directive"]["number"]}).status == 200
    assert story.case()["outcome"] == "agreed"
    assert written_of(story) == [
        [4, "directive/issue"],
        [4, "!directive_ended"],
        [5, "directive/issue"],
        [6, "archive/pull"],
        [6, "case/follow_up"],
    ]


def test_a_case_from_before_verbs_were_kept_is_asked_for_its_decisions_alone(app: Flask, story: Story) -> None:
    assert story.submit().status == 201
    db.session.execute(sa.text("UPDATE cases SET written = NULL WHERE number = :number"), {"number": story.number})
    db.session.commit()

    story.agree_until("pull")
    assert story.decide("agree", form={"directive": story.case()["directive"]["number"]}).status == 200

    assert story.case()["outcome"] == "agreed"
    assert written_of(story) is None


@pytest.mark.parametrize(("again", "may_write"), [("another", True), ("the same", False)])
def test_an_approval_by_who_repaired_later_counts_while_it_stands(app: Flask, again: str, may_write: bool) -> None:
    drafter, approver, other = 1, 2, 3
    decided = [("school_approval", "send_back", approver), ("repair", "agree", approver)]
    now = ("school_approval", "agree", approver if again == "the same" else other)
    version = current_version("class_change")
    enforcement = PolicyEnforcement(1, version, [], drafted_by=drafter, decided=decided, now=now)

    if may_write:
        enforcement.check("enrolment/change_class", {})
    else:
        with pytest.raises(PolicyNotHeld, match="由起草人本人审批"):
            enforcement.check("enrolment/change_class", {})


def test_a_list_that_was_released_by_hand_writes_no_child(client: Client) -> None:
    entry = an_entry(client)
    entry.submit([a_row(name="陈小满")])
    assert entry.decide("agree").status == 200, "the bureau has not decided"
    db.session.execute(
        sa.text("UPDATE batch SET verb = 'rows/register_new', released_at = (SELECT opened_at FROM cases)")
    )
    db.session.commit()

    with pytest.raises(PolicyNotHeld, match=r"申请单位上级教育行政部门尚未.*审批同意"), transaction():
        work_chunk(db.session.scalars(sa.select(Batch.case_id)).one())

    assert db.session.scalars(sa.select(sa.func.count()).select_from(Student)).one() == 0
