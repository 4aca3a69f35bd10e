"""委托 and 请假: a colleague acts in one's post for some days, both are named, and no separation is passed by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit, clock
from app.cases.models import Decision
from app.database import db
from app.identity.models import Delegation, Duty, Post, User
from tests.cases.test_send_back_to import at_approval, at_review
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves

__all__ = ["shaped", "shelves"]


def day(days: int = 0) -> str:
    return (clock.today() + dt.timedelta(days=days)).isoformat()


def give(case: Shape, who: str, to: User, **more: Any) -> Answer:
    body = {"to": to.id, "starts_on": day(), "ends_on": day(3), "reason": "出差", **more}
    return case.program(who).post("/delegations", body)


def given(case: Shape, who: str = "bureau_approver", to: User | None = None, **more: Any) -> str:
    """The delegation of that post to a colleague of the same duty: the number by which it is used.

    Without `to` the bureau's operator, who is made one of its approvers too.
    """
    if to is None:
        to = case.person("bureau_operator")
        also(to, case.matter.school.office.superior, Duty.APPROVER)
    answer = give(case, who, to, **more)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def decide(case: Shape, who: str, task: int, delegation: str, outcome: str = "agree") -> Answer:
    return case.program(who).post(f"/tasks/{task}/decision", {"outcome": outcome}, X_Delegation=delegation)


def a_colleague(case: Shape, duty: str = "approver") -> User:
    """Somebody of the bureau who has nothing to do with the case."""
    person = factories.a_person(case.matter.school.office.superior, duty)
    db.session.commit()
    return person


def also(person: User, office: Any, duty: Duty) -> None:
    db.session.add(Post(user_id=person.id, office_id=office.id, duty=duty, starts_on=dt.date(2020, 1, 1)))
    db.session.commit()


# --- acting in a colleague's post


@pytest.mark.parametrize("shape", [each for each in SHAPES if each != "jointly"])
def test_a_colleague_decides_and_both_are_named(shaped: Callable[..., Shape], shape: str) -> None:
    case = at_review(shaped, shape)
    person = a_colleague(case)
    mine = given(case, to=person)
    program = case.matter.client.api(person)
    path, agree = f"/tasks/{case.task('review')}/decision", {"outcome": "agree"}
    answer = program.post(path, agree, X_Delegation=mine)

    assert answer.status == 200, answer.text
    owner = case.person("bureau_approver")
    said = next(each for each in answer.json["decisions"] if each["task"] == "review")
    assert said["by"] == f"{person.name}（代{owner.name}）"
    row = db.session.scalars(sa.select(Decision).where(Decision.key == "review")).one()
    assert (row.user_id, row.for_user_id) == (person.id, owner.id)
    page = Client(case.matter.client.app).sign_in(owner).get(f"/cases/{case.number}").text
    assert f"{person.name}（代{owner.name}）" in page
    names = [each.content for each in db.session.scalars(sa.select(audit.AuditEvent)) if each.verb == "cases/decide"]
    assert any(f"{person.name}（代{owner.name}）" in str(each) for each in names)
    assert list(audit.verify()) == []


def test_what_either_has_done_in_the_case_is_not_approved_by_the_one_for_the_other(
    shaped: Callable[..., Shape],
) -> None:
    case = at_review(shaped, "sequential")
    reviewer = case.person("bureau_operator")
    pre_review = {"recommendation": "agree", "opinion": "齐全"}
    mine = given(case)
    browser = Client(case.matter.client.app).sign_in(reviewer)
    browser.get(f"/cases/{case.number}")
    assert browser.post(f"/tasks/{case.task('review')}/pre-review", **pre_review).status == 302

    answer = decide(case, "bureau_operator", case.task("review"), mine)

    assert answer.code == "E-SOD-01", "who has recommended does not approve, in whose name ever"


def test_the_owner_has_acted_in_it_elsewhere(shaped: Callable[..., Shape]) -> None:
    """Who holds posts at both offices of a case does not act for the second through a colleague."""
    case = shaped("sequential")
    owner, person = case.person("bureau_approver"), a_colleague(case)
    mine = given(case, to=person)
    also(owner, case.matter.school.office, Duty.APPROVER)
    school = next(
        each["id"]
        for each in case.matter.client.api(owner).get("/me").json["posts"]
        if each["office"]["kind"] == "school"
    )
    task = case.task("own_approval")
    agreed = case.matter.client.api(owner).post(f"/tasks/{task}/decision", {"outcome": "agree"}, X_Post=str(school))
    assert agreed.status == 200, agreed.text
    case.agreed(("bureau_operator", "check"))

    answer = case.matter.client.api(person).post(
        f"/tasks/{case.task('review')}/decision", {"outcome": "agree"}, X_Delegation=mine
    )

    assert answer.code == "E-SOD-02"


def test_a_colleague_with_a_post_at_another_office_of_the_case(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    person = a_colleague(case)
    also(person, case.matter.school.office, Duty.OPERATOR)
    mine = given(case, to=person)

    answer = case.matter.client.api(person).post(
        f"/tasks/{case.task('review')}/decision", {"outcome": "agree"}, X_Delegation=mine
    )

    assert (answer.code, "您在本件所涉的其他机构任职" in answer.json["detail"]) == ("E-SOD-03", True)


def test_a_joint_round_is_answered_by_oneself(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "jointly")
    person = a_colleague(case)
    mine = given(case, to=person)

    answer = case.matter.client.api(person).post(
        f"/tasks/{case.task('review')}/decision", {"outcome": "agree"}, X_Delegation=mine
    )

    assert (answer.code, "会签须由本人提出意见" in answer.json["detail"]) == ("E-DELEGATION", True)


def test_for_some_processes_the_others_are_not_there(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    person = a_colleague(case)
    mine = given(case, to=person, processes=["suspension"])
    program = case.matter.client.api(person)

    assert program.get("/tasks", X_Delegation=mine).json["items"] == []
    assert program.get(f"/cases/{case.number}", X_Delegation=mine).status == 404
    refused = program.post(f"/tasks/{case.task('review')}/decision", {"outcome": "agree"}, X_Delegation=mine)
    assert refused.code == "E-DELEGATION"
    assert program.get(f"/cases/{case.number}").status == 200, "in their own post they see it"


def test_nothing_is_started_in_anothers_name(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential")
    person = factories.a_person(case.matter.school.office, "operator")
    db.session.commit()
    mine = given(case, "school_operator", person)
    child = factories.a_student(case.matter.school)
    db.session.commit()
    body = {"process": "correction", "application": {"student": child.id, "address": "文三路 1 号", "reason": "搬家"}}

    answer = case.matter.client.api(person).post("/cases", body, X_Delegation=mine)

    assert answer.code == "E-DELEGATION"


def test_a_task_that_was_handed_to_the_owner_is_the_colleagues_too(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    task, person = case.task("review"), a_colleague(case)
    body = {"to": case.person("bureau_approver").id, "reason": "专办"}
    assert case.program("bureau_approver2").post(f"/tasks/{task}/hand-over", body).status == 200
    mine = given(case, to=person)
    program = case.matter.client.api(person)
    assert program.post(f"/tasks/{task}/decision", {"outcome": "agree"}).code == "E-ASSIGNED"

    assert program.post(f"/tasks/{task}/decision", {"outcome": "agree"}, X_Delegation=mine).status == 200


# --- the days


def test_it_begins_and_ends_with_its_days_by_the_clock(shaped: Callable[..., Shape]) -> None:
    at("2026-11-23 09:00")
    case = at_review(shaped, "sequential")
    person, task = a_colleague(case), case.task("review")
    mine = given(case, to=person, starts_on="2026-11-25", ends_on="2026-11-26")

    def tried() -> str | None:
        program = case.matter.client.api(person)
        return program.get(f"/tasks/{task}", X_Delegation=mine).code

    def states() -> list[str]:
        return [each["state"] for each in case.matter.client.api(person).get("/delegations").json["items"]]

    assert (tried(), states()) == ("E-POST", ["coming"])
    at("2026-11-25 00:01")
    assert (tried(), states()) == (None, ["in_force"])
    assert [each["id"] for each in case.matter.client.api(person).get("/me").json["delegations"]] == [int(mine)]
    at("2026-11-26 23:59")
    assert tried() is None
    at("2026-11-27 00:00")
    assert (tried(), states()) == ("E-POST", ["ended"])
    assert case.program("bureau_approver").delete(f"/delegations/{mine}").code == "E-DELEGATE"


def test_taken_back_it_is_over_at_once(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    person, task = a_colleague(case), case.task("review")
    mine = given(case, to=person)
    stranger = case.program("bureau_approver2")
    assert stranger.delete(f"/delegations/{mine}").status == 404
    assert case.matter.client.api(person).delete(f"/delegations/{mine}").status == 404, "who was given it"

    assert case.program("bureau_approver").delete(f"/delegations/{mine}").status == 204

    answer = case.matter.client.api(person).post(f"/tasks/{task}/decision", {"outcome": "agree"}, X_Delegation=mine)
    assert answer.code == "E-POST"
    assert case.program("bureau_approver").delete(f"/delegations/{mine}").code == "E-DELEGATE"


def test_a_post_that_has_ended_is_nobodys(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    person, owner = a_colleague(case), case.person("bureau_approver")
    mine = given(case, to=person)
    post = db.session.scalars(sa.select(Post).where(Post.user_id == owner.id)).one()
    post.ends_on = clock.today() - dt.timedelta(days=1)
    db.session.commit()

    assert case.matter.client.api(person).get("/tasks", X_Delegation=mine).code == "E-POST"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"starts_on": "2026-11-22"}, "E-DELEGATE"),
        ({"starts_on": "2026-11-24", "ends_on": "2026-11-23"}, "E-DELEGATE"),
        ({"ends_on": "2027-06-01"}, "E-DELEGATE"),
        ({"ends_on": "2026-02-30"}, "E-INPUT"),
        ({"reason": " "}, "E-INPUT"),
        ({"processes": ["no_such"]}, "E-INPUT"),
    ],
)
def test_what_is_not_given(shaped: Callable[..., Shape], more: dict[str, Any], code: str) -> None:
    at("2026-11-23 09:00")
    case = shaped("sequential")

    answer = give(case, "bureau_approver", case.third, **more)

    assert (answer.status, answer.code) == (422, code), answer.text
    assert db.session.scalars(sa.select(Delegation)).all() == []


def test_to_whom_it_is_given_and_not_twice(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential")
    owner = case.person("bureau_approver")
    for stranger in (owner, case.person("school_operator"), factories.a_user(factories.a_bureau("330108"), "approver")):
        assert give(case, "bureau_approver", stranger).code == "E-INPUT"
    people = case.program("bureau_approver").get("/delegations/people").json["people"]
    assert owner.id not in {each["id"] for each in people}
    mine = given(case)
    assert give(case, "bureau_approver", case.third).code == "E-DELEGATE", "the same days"
    passed = {"to": case.third.id, "starts_on": day(), "ends_on": day(), "reason": "转"}
    assert case.program("bureau_operator").post("/delegations", passed, X_Delegation=mine).code == "E-DELEGATE"
    assert give(case, "bureau_approver", case.third, starts_on=day(4), ends_on=day(5)).status == 201
    school = case.program("school_operator").get("/delegations").json["items"]
    assert school == [], "another office reads nothing of it"


# --- pages


def test_on_the_page(shaped: Callable[..., Shape]) -> None:
    case = at_review(shaped, "sequential")
    owner, person = case.person("bureau_approver"), a_colleague(case)
    browser = Client(case.matter.client.app).sign_in(owner)
    browser.get("/delegations")
    wrong = browser.post("/delegations", to_user=str(person.id), starts_on="2020-01-01", ends_on=day(3), reason="出差")
    assert (wrong.status, "开始日期不能早于今天" in wrong.text) == (422, True)
    assert browser.post("/delegations", to_user="", starts_on="", ends_on="", reason="").status == 422

    form = {"to_user": str(person.id), "starts_on": day(), "ends_on": day(3), "reason": "出差"}
    assert browser.post("/delegations", **form).status == 302

    assert person.name in browser.get("/delegations").text
    colleague = Client(case.matter.client.app).sign_in(person)
    assert f"{owner.name}已委托您代为办理" in colleague.get("/inbox").text
    mark = colleague.page.xpath("string(//input[starts-with(@value, 'for-')]/@value)")
    assert colleague.post("/me/post", post=mark).status == 302
    page = colleague.get("/inbox").text
    assert "委托中" in page
    assert f"代{owner.name}" in page
    assert case.number in page
    colleague.get(f"/cases/{case.number}")
    assert colleague.post(f"/tasks/{case.task('review')}/decision", outcome="agree").status == 302
    browser.get("/delegations")
    action = browser.page.xpath("string(//form[contains(@action, '/revoke')]/@action)")
    assert browser.post(action).status == 302
    assert "已撤销" in browser.get("/delegations").text
    assert "委托中" not in colleague.get("/inbox").text, "the session goes on in a post of their own"


def test_the_sheet_is_signed_by_both(shaped: Callable[..., Shape]) -> None:
    case = at_approval(shaped, "sequential")
    person, owner = a_colleague(case), case.person("bureau_approver2")
    mine = given(case, "bureau_approver2", person)
    task = case.task("approval")
    assert (
        case.matter.client.api(person).post(f"/tasks/{task}/decision", {"outcome": "agree"}, X_Delegation=mine).status
        == 200
    )

    sheet = Client(case.matter.client.app).sign_in(owner).get(f"/cases/{case.number}/sheet").text

    assert f"{person.name}（代{owner.name}）" in sheet
