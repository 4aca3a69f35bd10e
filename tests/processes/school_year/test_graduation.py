"""毕业、结业、肄业: a last grade at once, open cases cleared before, certificates without gaps."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.students.models import Archive, Change, Enrolment, Standing, Student
from app.students.models.cohorts import Certificate, LeftOut
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.single_school_case import Matter, a_matter

OUTCOMES = {"graduated": ("Z7", "B"), "completed": ("Z8", "J"), "left_early": ("Z9", "Y")}


@pytest.fixture
def matter(app: Flask, client: Client) -> Matter:
    """A sixth-grader on the last day of June."""
    clock.set_to(dt.datetime(2027, 6, 30, 2, 0, tzinfo=dt.UTC))
    return a_matter(client, grade="16", seats=30)


def child(matter: Matter, name: str, standing: Standing = Standing.ACTIVE, grade: str = "16") -> Student:
    return factories.a_student(matter.school, grade=grade, name=name, standing=standing)


def submit(matter: Matter, **more: Any) -> Answer:
    return matter.submit("graduation", {"grade": "16", "graduates_on": "2027-06-30", **more})


def graduate(matter: Matter, **more: Any) -> dict[str, Any]:
    answer = submit(matter, **more)
    assert answer.status == 201, answer.text
    return matter.finish()


def standings() -> dict[str, str]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Student.name, Enrolment.standing).join(Enrolment))
    return {name: standing.value for name, standing in rows}


def test_each_child_leaves_as_the_list_says_with_a_certificate(matter: Matter) -> None:
    for name in ("李一诺", "王小明", "赵小一", "钱多多"):
        child(matter, name)
    child(matter, "五年级生", grade="15")

    case = graduate(matter, completed=["王小明"], left_early=["赵小一", "钱多多"])

    assert case["outcome"] == "agreed"
    assert standings() == {
        "陈思远": "graduated", "李一诺": "graduated", "王小明": "completed", "赵小一": "left_early",
        "钱多多": "left_early", "五年级生": "active",
    }  # fmt: skip
    code = matter.school.office.code
    numbers = db.session.scalars(sa.select(Certificate.number).order_by(Certificate.number)).all()
    assert numbers == [f"{letter}2027-{code}-{place}" for letter, place in
                       (("B", "0001"), ("B", "0002"), ("J", "0001"), ("Y", "0001"), ("Y", "0002"))]  # fmt: skip
    entries = db.session.scalars(sa.select(Change).where(Change.student_id == matter.child.id)).all()
    assert [(each.code, each.before, each.after, each.effective_on) for each in entries] == [
        ("Z7", {"grade": "16", "standing": "active"}, {"grade": "16", "standing": "graduated"}, dt.date(2027, 6, 30))
    ]
    assert factories.the_quota(matter.school, "16").used == 0
    assert matter.enrolment.ends_on == dt.date(2027, 6, 30)


def test_the_archive_waits_with_the_school_for_progression(matter: Matter) -> None:
    graduate(matter)

    archive = db.session.scalars(sa.select(Archive)).one()
    assert archive.custodian_id == matter.school.id
    shown = matter.program("school").get(f"/students/{matter.child.id}").json
    assert shown["archive"]["awaits_progression"] is True
    assert shown["certificates"] == [
        {"kind": "graduation", "number": f"B2027-{matter.school.office.code}-0001"}
    ]  # fmt: skip
    page = matter.client.sign_in(matter.people["school"].operator).get(f"/students/{matter.child.id}").text
    assert "待升学" in page
    assert "毕业证书" in page


def test_open_cases_are_cleared_first_and_listed(matter: Matter) -> None:
    matter.submit("abroad")
    number = matter.number

    refused = submit(matter)

    assert refused.codes == {"E-CASE-01"}
    assert refused.json["objections"][0]["detail"] == "陈思远有在办业务（出境，办理环节：学校审核），须先办结。"
    matter.number = number
    matter.decide("refuse")
    assert graduate(matter)["outcome"] == "agreed"


def test_a_case_opened_meanwhile_stops_the_signature(matter: Matter) -> None:
    submit(matter)
    graduation = matter.number
    matter.submit("abroad")
    matter.number = graduation
    matter.decide()

    with nothing_changes():
        assert matter.decide().code == "E-CASE-01"


def test_who_is_suspended_or_has_dropped_out_stays_and_is_listed(matter: Matter) -> None:
    child(matter, "休学生", Standing.SUSPENDED)
    child(matter, "辍学生", Standing.DROPPED_OUT)
    before = matter.program("school").get("/processes/graduation/rehearsal").json

    graduate(matter)

    assert standings() == {"陈思远": "graduated", "休学生": "suspended", "辍学生": "dropped_out"}
    after = matter.program("school").get(f"/cases/{matter.number}/rehearsal").json
    assert (after["moved"], after["left_out"]) == (before["moved"], before["left_out"])
    assert after["moved"] == [{"grade": "16", "to": "graduated", "children": 1}]
    rows = db.session.execute(sa.select(LeftOut.because).order_by(LeftOut.id)).scalars()
    assert sorted(each.value for each in rows) == ["dropped_out", "suspended"]


def test_names_that_mean_nobody_or_two_children(matter: Matter) -> None:
    twin, other = child(matter, "王小明"), child(matter, "王小明")

    assert "同名学生" in submit(matter, completed=["王小明"]).json["detail"]
    assert "名册上没有" in submit(matter, left_early=["没有这人"]).json["detail"]
    assert "不能既结业又肄业" in submit(matter, completed=["陈思远"], left_early=["陈思远"]).json["detail"]
    graduate(matter, completed=[f"王小明 {twin.main_number[-4:]}"], left_early=[str(other.id)])

    db.session.expire_all()
    assert [db.session.get_one(Student, each.id).enrolments[0].standing.value for each in (twin, other)] == [
        "completed", "left_early",
    ]  # fmt: skip


@pytest.mark.parametrize("desk", ["school_approval", "bureau_approval"])
def test_refused_or_sent_back_at_any_desk_nobody_graduates(matter: Matter, desk: str) -> None:
    def at_desk() -> None:
        assert submit(matter).status == 201
        while matter.waiting()["key"] != desk:
            matter.decide()

    at_desk()
    assert matter.decide("refuse").json["outcome"] == "refused"
    at_desk()
    assert matter.decide("send_back").json["status"] == "repairing"
    assert standings() == {"陈思远": "active"}
    assert matter.decide(form={"completed": ["陈思远"]}).status == 200

    matter.finish()

    assert standings() == {"陈思远": "completed"}
    assert db.session.scalars(sa.select(Certificate.kind)).one().value == "completion"


@pytest.mark.parametrize("profile", ["zj-2010", "zj-now"])
@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2026-11-26", {"E-SEASON"}),
        ("2027-05-31", {"E-SEASON"}),
        ("2027-06-01", set()),
        ("2027-07-15", set()),
        ("2027-07-16", {"E-SEASON"}),
    ],
)
def test_a_last_grade_graduates_in_early_summer(
    app: Flask, matter: Matter, profile: str, day: str, codes: set[str]
) -> None:
    app.config["PROFILE"] = profile
    try:
        clock.set_to(dt.datetime.fromisoformat(f"{day}T02:00:00+00:00"))
        assert submit(matter, graduates_on=day).codes == codes
    finally:
        app.config["PROFILE"] = "zj-2010"


def test_what_cannot_graduate(matter: Matter) -> None:
    assert submit(matter, grade="23").codes == {"E-GRAD-01"}
    assert submit(matter, grade="15").codes == {"E-INPUT"}
    assert submit(matter, graduates_on="2026-06-30").codes == {"E-INPUT"}
    assert submit(matter, graduates_on="2027-07-01").codes == {"E-INPUT"}, "nobody graduates ahead"
    submit(matter)
    assert submit(matter).codes == {"E-CASE-02"}


def test_only_the_school_asks_and_only_its_superior_approves(client: Client, matter: Matter) -> None:
    application = {"grade": "16", "graduates_on": "2027-06-30"}
    elsewhere = client.api(factories.a_user(factories.a_school("330106"), "operator"))
    with nothing_changes(attempts=2):
        answers = [
            each.post("/cases", {"process": "graduation", "application": application})
            for each in (matter.program("bureau"), elsewhere)
        ]
    assert [answer.status for answer in answers] == [403, 422], "another school has nobody to graduate here"
    submit(matter)
    matter.decide()
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    with nothing_changes():
        task = matter.waiting()["id"]
        assert neighbour.post(f"/tasks/{task}/decision", {"outcome": "agree"}).status == 404


def test_the_page_takes_names_a_line_each(client: Client, matter: Matter) -> None:
    child(matter, "王小明")
    client.sign_in(matter.people["school"].operator)
    assert "预演：2 名学生变动" in client.get("/apply/graduation").text

    refused = client.post("/apply/graduation", grade="16", graduates_on="2027-06-30", completed="王小明\n没有这人")
    assert (refused.status, "“没有这人”：名册上没有这名在读学生。" in refused.text) == (422, True)
    sent = client.post("/apply/graduation", grade="16", graduates_on="2027-06-30", completed="王小明\n\n")
    assert sent.status == 302, sent.text

    assert "结业" in client.get(sent.location).text
