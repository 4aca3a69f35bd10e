"""撤销毕业或升级: a whole school's act is taken back as one case, all of it, or refused with the children named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.database import db
from app.students.models import Archive, Change, Enrolment, Student
from app.students.models.cohorts import Certificate
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import staff

DESKS = ["school_approval", "bureau_approval", "superior_approval"]


def at(text: str) -> None:
    clock.set_to(dt.datetime.fromisoformat(text).replace(tzinfo=clock.ZONE))


@pytest.fixture
def matter(app: Flask, client: Client) -> Matter:
    """Two sixth-graders and a fifth-grader in June."""
    at("2027-06-28T10:00:00")
    matter = a_matter(client, grade="16", seats=2)
    matter.people["next"] = staff(matter.school.office.superior.superior)
    for grade, name in (("16", "李一诺"), ("15", "五年级生")):
        factories.a_student(matter.school, grade=grade, name=name)
    return matter


def decide(matter: Matter, outcome: str = "agree") -> Answer:
    task = matter.waiting()
    offices = {matter.school.office.code: "school", matter.school.office.superior.code: "bureau"}
    body = {"outcome": outcome}
    if outcome != "agree":
        body |= {"reason_code": "incomplete_papers", "opinion": "缺依据"}
    program = matter.program(offices.get(task["office"]["code"], "next"), task["duty"])
    return program.post(f"/tasks/{task['id']}/decision", body)


def finish(matter: Matter) -> dict[str, Any]:
    while matter.case()["status"] != "closed":
        answer = decide(matter)
        assert answer.status == 200, answer.text
    return matter.case()


def graduate(matter: Matter, **more: Any) -> str:
    at("2027-06-29T10:00:00")
    answer = matter.submit("graduation", {"grade": "16", "graduates_on": "2027-06-29", **more})
    assert answer.status == 201, answer.text
    finish(matter)
    return matter.number


def promote(matter: Matter) -> str:
    at("2027-07-20T10:00:00")
    assert matter.submit("promotion", {}).status == 201
    finish(matter)
    return matter.number


def reverse(matter: Matter, act: str) -> Answer:
    return matter.submit("school_reversal", {"act": act, "explanation": "选错年级", "basis": "校务会议纪要"})


def record() -> dict[str, Any]:
    """Everything an act alters, by child."""
    db.session.rollback()
    columns = (Enrolment.epoch, Enrolment.grade, Enrolment.standing, Enrolment.entry_year, Enrolment.ends_on)
    return {row[0]: row[1:] for row in db.session.execute(sa.select(Student.name, *columns).join(Enrolment))}


def named(answer: Answer) -> list[str]:
    return [each["detail"] for each in answer.json["objections"]]


def test_a_graduation_is_taken_back_whole(matter: Matter) -> None:
    before, act = record(), graduate(matter, completed=["李一诺"])
    at("2027-06-30T10:00:00")
    assert reverse(matter, act).status == 201

    case = finish(matter)

    assert ([each["task"] for each in case["decisions"]], case["outcome"]) == (DESKS, "agreed")
    assert case["application"]["act"] == f"毕业 {act}（2 人）"
    assert record() == before
    assert factories.the_quota(matter.school, "16").used == 2
    entries = db.session.scalars(sa.select(Change).where(Change.code == "ZL").order_by(Change.id)).all()
    assert [(each.reverses.code, each.before, each.after) for each in entries] == [
        (each.reverses.code, each.reverses.after, each.reverses.before) for each in entries
    ]
    assert sorted(each.reverses.code for each in entries) == ["Z7", "Z8"]
    assert [each.revoked_on for each in db.session.scalars(sa.select(Certificate))] == [dt.date(2027, 6, 30)] * 2
    assert list(audit.verify()) == []


def test_graduated_again_each_has_one_certificate_that_holds(client: Client, matter: Matter) -> None:
    act = graduate(matter)
    reverse(matter, act)
    finish(matter)
    graduate(matter)

    shown = matter.program("school").get(f"/students/{matter.child.id}").json["certificates"]
    code = matter.school.office.code
    assert [each["number"] for each in shown] == [f"B2027-{code}-0003"], "a number that was revoked is not used again"
    page = client.sign_in(matter.people["school"].operator).get(f"/students/{matter.child.id}").text
    assert f"B2027-{code}-0001（2027-06-29 作废）" in page
    assert reverse(matter, act).codes == {"E-REV-02"}


def test_a_promotion_is_taken_back_and_may_be_done_again(matter: Matter) -> None:
    graduate(matter)
    before, act = record(), promote(matter)
    assert record() != before
    assert reverse(matter, act).status == 201
    finish(matter)
    assert record() == before

    promote(matter)

    assert record()["五年级生"][1] == "16"


def test_the_promotion_goes_back_before_the_graduation(matter: Matter) -> None:
    graduation = graduate(matter)
    promotion = promote(matter)
    assert reverse(matter, graduation).codes == {"E-REV-05"}
    reverse(matter, promotion)
    finish(matter)

    assert reverse(matter, graduation).status == 201
    finish(matter)

    assert {grade for _epoch, grade, *_rest in record().values()} == {"15", "16"}
    assert {standing.value for _e, _g, standing, *_rest in record().values()} == {"active"}


def later_change(matter: Matter) -> None:
    matter.walk("class_change")


def an_open_case(matter: Matter) -> None:
    assert matter.submit("suspension").status == 201


@pytest.mark.parametrize(
    ("go_on", "why"),
    [(later_change, "五年级生：其后已办理转班级，不能撤销。"), (an_open_case, "五年级生：有在办业务，不能撤销。")],
)
def test_one_child_that_has_gone_on_holds_all_of_them(
    matter: Matter, go_on: Callable[[Matter], None], why: str
) -> None:
    graduate(matter)
    factories.a_student(matter.school, grade="14", name="四年级生")
    act = promote(matter)
    matter.child = db.session.scalars(sa.select(Student).where(Student.name == "五年级生")).one()
    go_on(matter)

    with nothing_changes():
        refused = reverse(matter, act)

    assert (refused.status, refused.codes, named(refused)) == (422, {"E-REV-06"}, [why])


def test_what_was_taken_back_itself_holds_nobody(matter: Matter) -> None:
    graduate(matter)
    act = promote(matter)
    matter.child = db.session.scalars(sa.select(Student).where(Student.name == "五年级生")).one()
    matter.walk("class_change")
    change = db.session.scalars(sa.select(Change).where(Change.code == "29")).one()
    asked = {"student": matter.child.id, "change": change.id, "explanation": "错", "basis": "纪要"}
    assert matter.submit("reversal", asked).status == 201
    finish(matter)

    assert reverse(matter, act).status == 201
    finish(matter)
    assert record()["五年级生"][1] == "15"


def test_a_graduate_whose_archive_has_been_pulled_holds_the_graduation(matter: Matter) -> None:
    act = graduate(matter)
    elsewhere, case = factories.a_school("330106", stages="junior"), factories.a_takeover(running=True)
    archive = sa.update(Archive).where(Archive.student_id == matter.child.id)
    db.session.execute(archive.values(custodian_id=elsewhere.id, case_id=case.id))
    db.session.commit()

    assert named(reverse(matter, act)) == ["陈思远：电子学籍档案已转出，不能撤销。"]


def test_a_child_that_goes_on_while_the_desks_decide_stops_the_last_signature(matter: Matter) -> None:
    graduate(matter)
    act = promote(matter)
    assert reverse(matter, act).status == 201
    number = matter.number
    matter.child = db.session.scalars(sa.select(Student).where(Student.name == "五年级生")).one()
    an_open_case(matter)
    suspension, matter.number = matter.number, number
    decide(matter)
    decide(matter)

    with nothing_changes():
        answer = decide(matter)

    assert (answer.status, answer.codes) == (422, {"E-REV-06"})
    matter.number = suspension
    matter.decide("refuse")
    matter.number = number
    assert finish(matter)["outcome"] == "agreed", "when the child is free the same case goes on"
    assert record()["五年级生"][1] == "15"


def test_without_seats_nobody_comes_back(matter: Matter) -> None:
    act = graduate(matter)
    assert reverse(matter, act).status == 201
    quota = factories.the_quota(matter.school, "16")
    quota.total = 1
    db.session.commit()
    decide(matter)
    decide(matter)

    with nothing_changes():
        assert decide(matter).code == "E-QUOTA-01"


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("outcome", ["refuse", "send_back"])
def test_each_desk_may_refuse_or_send_back(matter: Matter, desk: str, outcome: str) -> None:
    act = graduate(matter)
    after = record()
    reverse(matter, act)
    assert reverse(matter, act).codes == {"E-CASE-02"}
    while matter.waiting()["key"] != desk:
        decide(matter)

    assert decide(matter, outcome).status == 200
    assert record() == after
    if outcome == "send_back":
        assert finish(matter)["outcome"] == "agreed"


def test_only_the_school_whose_act_it_was_asks(client: Client, matter: Matter) -> None:
    act = graduate(matter)
    asked = {"act": act, "explanation": "错", "basis": "纪要"}
    elsewhere = client.api(factories.a_user(factories.a_school("330106"), "operator"))

    with nothing_changes():
        answer = elsewhere.post("/cases", {"process": "school_reversal", "application": asked})
    assert answer.status == 404
    with nothing_changes():
        bureau = matter.program("bureau").post("/cases", {"process": "school_reversal", "application": asked})
    assert bureau.status == 403
    assert reverse(matter, "20270101-000001").status == 404
    reverse(matter, act)
    assert reverse(matter, matter.number).status == 404, "a reversal is no act of that kind"


def test_the_page_offers_what_still_holds_and_names_who_stands_against_it(client: Client, matter: Matter) -> None:
    graduate(matter)
    act = promote(matter)
    clerk = client.sign_in(matter.people["school"].operator)
    assert f"升级 {act}（1 人）" in clerk.get("/apply/school_reversal").text
    matter.child = db.session.scalars(sa.select(Student).where(Student.name == "五年级生")).one()
    an_open_case(matter)
    typed = {"act": act, "explanation": "选错", "basis": "纪要"}

    refused = clerk.post("/apply/school_reversal", **typed)
    assert (refused.status, "五年级生：有在办业务，不能撤销。" in refused.text) == (422, True)
    matter.decide("refuse")
    sent = clerk.post("/apply/school_reversal", **typed)
    assert sent.status == 302, sent.text
    assert f"升级 {act}（1 人）" in clerk.get(sent.location or "").text
