"""转办 and 抄送: a task goes to a named colleague, another party reads the case; whoever may not hears why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit
from app.cases.models import CaseCopy, HandOver, Task
from app.cases.operations import decisions, hand_overs
from app.database import db
from app.divisions.models import Office
from app.identity.models import Duty, Post
from tests.cases.test_take_back import take_back
from tests.support import factories
from tests.support.client import Answer, Client, apart
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves

__all__ = ["shaped", "shelves"]
REASON = "外出培训"


def hand_over(case: Shape, who: str, task: int, to: str, reason: str = REASON) -> Answer:
    body = {"to": case.person(to).id, "reason": reason}
    return case.program(who).post(f"/tasks/{task}/hand-over", body)


def at_approval(shaped: Callable[..., Shape], shape: str = "sequential") -> Shape:
    case = shaped(shape).agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    if shape == "parallel":
        case.agreed(("school_operator", "school_check"))
    people = ("bureau_approver", "bureau_approver2")[: 2 if shape == "jointly" else 1]
    return case.agreed(*((who, "review") for who in people))


@pytest.mark.parametrize("shape", SHAPES)
def test_only_the_colleague_decides(shaped: Callable[..., Shape], shape: str) -> None:
    case = at_approval(shaped, shape)
    task = case.task("approval")
    deadline = db.session.scalars(sa.select(Task.deadline).where(Task.id == task)).one()

    answer = hand_over(case, "bureau_approver", task, "bureau_third")

    assert answer.status == 200, answer.text
    refused = case.decide("bureau_approver", "approval")
    assert (refused.status, refused.code) == (403, "E-ASSIGNED")
    db.session.rollback()
    assert db.session.scalars(sa.select(Task.deadline).where(Task.id == task)).one() == deadline
    assert case.decide("bureau_third", "approval").json["outcome"] == "agreed"
    assert db.session.scalars(sa.select(HandOver.reason)).all() == [REASON]
    assert list(audit.verify()) == []
    assert list(audit.differences()) == []


def test_it_is_handed_on_and_back(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    task = case.task("approval")
    assert hand_over(case, "bureau_approver", task, "bureau_third").status == 200

    again = hand_over(case, "bureau_approver", task, "bureau_third")
    assert (again.status, again.code) == (422, "E-HAND-OVER")
    assert hand_over(case, "bureau_approver2", task, "bureau_approver2", "本人接办").status == 200

    assert case.decide("bureau_third", "approval").code == "E-ASSIGNED"
    assert case.decide("bureau_approver2", "approval").status == 200


def test_what_is_taken_back_stays_with_its_colleague(shaped: Callable[..., Shape]) -> None:
    case = shaped("parallel").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    task = case.task("review")
    assert hand_over(case, "bureau_approver", task, "bureau_third").status == 200
    case.agreed(("school_operator", "school_check"), ("bureau_third", "review"))

    assert take_back(case, "bureau_third", task).status == 200

    assert case.decide("bureau_approver", "review").code == "E-ASSIGNED"
    assert case.decide("bureau_third", "review").status == 200


def test_several_answer_for_themselves(shaped: Callable[..., Shape]) -> None:
    case = shaped("jointly").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))

    refused = hand_over(case, "bureau_approver", case.task("review"), "bureau_third")

    assert (refused.status, refused.code) == (422, "E-HAND-OVER")


def test_not_to_who_drafted_nor_to_another_office_or_duty(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    task, office = case.task("approval"), case.matter.school.office.superior
    drafter = case.person("school_operator")
    db.session.add(Post(user_id=drafter.id, office_id=office.id, duty=Duty.APPROVER, starts_on=dt.date(2020, 1, 1)))
    db.session.commit()

    refused = hand_over(case, "bureau_approver", task, "school_operator")
    assert (refused.status, refused.code) == (422, "E-HAND-OVER")
    assert "不得审核本人提交的业务" in refused.json["detail"]
    assert hand_over(case, "bureau_approver", task, "school_approver").code == "E-INPUT"
    assert hand_over(case, "bureau_approver", task, "bureau_operator").code == "E-INPUT"
    assert hand_over(case, "bureau_approver", task, "bureau_third", " ").code == "E-INPUT"
    offered = case.program("bureau_approver").get(f"/tasks/{task}/colleagues").json["people"]
    assert drafter.id not in {each["id"] for each in offered}
    assert case.person("bureau_third").id in {each["id"] for each in offered}


def test_nobody_acts_for_two_offices_of_one_case(shaped: Callable[..., Shape]) -> None:
    """The head of the school has a post at the bureau, too: neither decides there nor is handed the task."""
    case = at_approval(shaped)
    office = case.matter.school.office.superior
    head = case.person("school_approver")
    post = Post(user_id=head.id, office_id=office.id, duty=Duty.APPROVER, starts_on=dt.date(2020, 1, 1))
    db.session.add(post)
    db.session.commit()
    task = case.task("approval")

    refused = hand_over(case, "bureau_approver", task, "school_approver")
    assert "已代表其他机构办理过本件" in refused.json["detail"]
    answer = decisions.Answer("agree")
    with pytest.raises(Exception, match="不得再代表本机构办理") as caught:
        decisions.decide(task, answer, actor=post.actor())
    assert caught.value.code == "E-SOD-02"  # type: ignore[attr-defined]


def test_others_and_the_neighbour(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    task = case.task("approval")
    neighbour = factories.a_user(factories.a_bureau("330108"), "approver")
    body = {"to": case.person("bureau_third").id, "reason": REASON}

    assert hand_over(case, "bureau_operator", task, "bureau_third").status == 403
    assert hand_over(case, "school_approver", task, "bureau_third").status == 404
    assert case.matter.client.api(neighbour).post(f"/tasks/{task}/hand-over", body).status == 404
    case.agreed(("bureau_approver", "approval"))
    assert hand_over(case, "bureau_approver2", task, "bureau_third").status == 409


def test_on_the_page(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    task = case.task("approval")
    browser = Client(case.matter.client.app).sign_in(case.person("bureau_approver"))
    browser.get(f"/cases/{case.number}")
    offered = browser.page.xpath(f"//form[contains(@action, '/tasks/{task}/hand-over')]//option/@value")
    assert str(case.person("bureau_third").id) in [str(each) for each in offered]
    missing = browser.post(f"/tasks/{task}/hand-over", to_user="", reason=REASON)
    assert (missing.status, "请选择本机构同一岗位的人员" in missing.text) == (422, True)

    sent = browser.post(f"/tasks/{task}/hand-over", to_user=str(case.person("bureau_third").id), reason=REASON)

    assert sent.status == 302
    text = browser.get(f"/cases/{case.number}").text
    assert (f"转由{case.person('bureau_third').name}办理" in text, "E-ASSIGNED" in text) == (True, True)


# ── at the same time ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_decided_first(shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch) -> None:
    case, hold = at_approval(shaped), hand_overs.lock_case
    task = case.task("approval")

    def decided_then(case_id: int) -> Any:
        monkeypatch.setattr(hand_overs, "lock_case", hold)
        db.session.rollback()
        assert apart(case.decide, "bureau_approver2", "approval").status == 200
        return hold(case_id)

    monkeypatch.setattr(hand_overs, "lock_case", decided_then)

    answer = hand_over(case, "bureau_approver", task, "bureau_third")

    assert (answer.status, answer.code) == (409, "E-STALE")
    assert db.session.scalars(sa.select(HandOver)).all() == []


def test_it_is_handed_over_first(shaped: Callable[..., Shape], monkeypatch: pytest.MonkeyPatch) -> None:
    case, read = at_approval(shaped), decisions._task_to_decide
    task = case.task("approval")

    def read_then_gone(*asked: Any) -> Any:
        found = read(*asked)
        monkeypatch.setattr(decisions, "_task_to_decide", read)
        assert apart(hand_over, case, "bureau_approver", task, "bureau_third").status == 200
        return found

    monkeypatch.setattr(decisions, "_task_to_decide", read_then_gone)

    answer = case.decide("bureau_approver2", "approval")

    assert (answer.status, answer.code) == (403, "E-ASSIGNED"), answer.text
    assert case.waits_at() == ["approval"]


# ── copies ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def copy(case: Shape, who: str, *offices: Office, remark: str = "请知悉") -> Answer:
    body = {"to": [each.code for each in offices], "remark": remark}
    return case.program(who).post(f"/tasks/{case.task('approval')}/copy", body)


def test_a_party_reads_the_copy_once(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    school = case.matter.school.office

    assert copy(case, "bureau_approver", school).status == 200

    clerk = case.program("school_operator")
    [item] = clerk.get("/copies?unread=true").json["items"]
    assert (item["case"], item["remark"], item["read_at"]) == (case.number, "请知悉", None)
    assert copy(case, "bureau_approver2", school).code == "E-COPY", "it has one to read"
    browser = Client(case.matter.client.app).sign_in(case.person("school_approver"))
    assert case.number in browser.get("/copies").text
    assert browser.post(f"/copies/{item['id']}/read").status == 302
    assert clerk.post(f"/copies/{item['id']}/read").status == 200, "who was first stays"
    assert clerk.get("/copies?unread=true").json["items"] == []
    assert "没有待阅" in browser.get("/copies").text
    assert case.number in browser.get("/copies?all=1").text
    assert db.session.scalars(sa.select(CaseCopy.read_by_id)).one() == case.person("school_approver").id
    assert "已阅" in browser.get(f"/cases/{case.number}").text
    assert copy(case, "bureau_approver2", school).status == 200
    assert list(audit.verify()) == []
    assert list(audit.differences()) == []


def test_copies_go_to_parties_alone(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    other = factories.a_bureau("330108")
    db.session.commit()
    neighbour = factories.a_user(other, "approver")

    assert copy(case, "bureau_approver", other).code == "E-COPY"
    assert copy(case, "bureau_approver").code == "E-INPUT"
    assert copy(case, "bureau_approver", case.matter.school.office, other).code == "E-COPY"
    assert db.session.scalars(sa.select(CaseCopy)).all() == [], "all or none"
    program = case.matter.client.api(neighbour)
    assert program.post(f"/tasks/{case.task('approval')}/copy", {"to": [other.code]}).status == 404
    assert copy(case, "bureau_approver", case.matter.school.office).status == 200
    [item] = case.program("school_operator").get("/copies").json["items"]
    assert program.get("/copies").json["items"] == []
    assert program.post(f"/copies/{item['id']}/read").status == 404


def test_on_the_page_a_case_is_copied(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped)
    browser = Client(case.matter.client.app).sign_in(case.person("bureau_operator"))
    browser.get(f"/cases/{case.number}")

    sent = browser.post(f"/cases/{case.number}/copies", offices=case.matter.school.office.code, remark="")

    assert sent.status == 302
    assert "未阅" in browser.get(f"/cases/{case.number}").text
