"""问题学籍: marked, nothing else is begun; settled with every side's consent: proved, merged, or corrected."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.database import db
from app.students.models import Archive, ArchiveEntry, Change, Enrolment, Student
from app.students.models.contests import Contest
from tests.cases.test_races import count
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.contested_case import Doubt, a_doubt
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story


@pytest.fixture
def doubt(app: Flask, client: Client) -> Doubt:
    marked = a_doubt(client)
    assert marked.mark().status == 201
    return marked


def contested() -> list[bool]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Student.contested).order_by(Student.id)))


# ── marking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_both_records_are_marked_and_nothing_else_is_begun(doubt: Doubt) -> None:
    assert contested() == [True, True]
    assert doubt.matter.submit("suspension").codes == {"E-PROB-01"}
    receiving = factories.a_school("330212")
    operator = doubt.matter.client.api(factories.a_user(receiving, "operator"))
    application = factories.an_application(doubt.other, receiving)
    assert operator.post("/cases", {"process": "transfer", "application": application}).codes == {"E-PROB-01"}
    assert doubt.mark().codes == {"E-PROB-01"}
    shown = doubt.matter.program("school").get(f"/students/{doubt.matter.child.id}").json
    assert (shown["contested"], shown["merged_into"]) == (True, None)


def test_a_transfer_under_way_is_not_pulled_while_the_record_is_contested(submitted: Story) -> None:
    submitted.agree_until("pull")
    keeper = submitted.program("releasing_school", "operator")
    marked = keeper.post(
        f"/students/{submitted.child.id}/contest", {"kind": "wrong_number", "explanation": "证件号与姓名不匹配"}
    )
    assert marked.status == 201

    with nothing_changes():
        answer = submitted.decide()

    assert (answer.status, answer.code) == (422, "E-PROB-01")


def test_only_who_keeps_the_child_marks_it(client: Client) -> None:
    doubt = a_doubt(client)
    address = f"/students/{doubt.matter.child.id}/contest"
    body = {"kind": "wrong_number", "explanation": "证件号错误"}
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "operator"))
    approver = doubt.matter.program("school", "approver")

    with nothing_changes(attempts=2):
        answers = [neighbour.post(address, body), approver.post(address, body)]

    assert [answer.status for answer in answers] == [404, 403]
    assert doubt.matter.program("bureau").post(address, body).status == 201


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"other": None}, {"E-INPUT"}),
        ({"kind": "other"}, {"E-INPUT"}),
        ({"explanation": ""}, {"E-INPUT"}),
        ({"other": {"main_number": "330102200401010017", "name": "无名"}}, {"E-CHILD"}),
    ],
)
def test_what_is_said_of_it_is_checked(client: Client, more: dict[str, Any], codes: set[str]) -> None:
    assert a_doubt(client).mark(**more).codes == codes


def test_by_hand_on_the_record(client: Client) -> None:
    doubt = a_doubt(client)
    clerk = Client(client.app).sign_in(doubt.matter.people["school"].operator)
    address = f"/students/{doubt.matter.child.id}"
    clerk.get(address)

    sent = clerk.post(
        f"{address}/contest",
        kind="same_person",
        explanation="两校均有学籍",
        other_number=doubt.other.main_number,
        other_name=doubt.other.name,
    )

    assert sent.status == 302, sent.text
    page = clerk.get(address).text
    assert (
        "疑似重复学籍：两校均有学籍" in page,
        f"/apply/contested_record?student={doubt.matter.child.id}" in page,
    ) == (
        True,
        True,
    )
    assert doubt.other.main_number_masked in clerk.get("/contests").text
    neighbour = Client(client.app).sign_in(factories.a_user(factories.a_bureau("330108"), "operator"))
    assert "没有问题学籍" in neighbour.get("/contests").text


# ── settling ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_in_one_school_the_school_and_its_superior_settle_it(client: Client) -> None:
    doubt = a_doubt(client, same_school=True)
    doubt.mark()
    assert doubt.submit("evidence").status == 201

    assert doubt.agree_until() == ["school_approval", "bureau_approval"]

    assert (doubt.matter.case()["outcome"], contested()) == ("agreed", [False, False])
    assert db.session.scalars(sa.select(Change.code)).all() == ["ZG", "ZG"]
    entries = db.session.scalars(sa.select(ArchiveEntry).where(ArchiveEntry.section == "proof")).all()
    assert [each.title for each in entries] == ["问题学籍处理：佐证保留"] * 2
    contest = db.session.scalars(sa.select(Contest)).one()
    assert (contest.remedy, contest.case_id is None) == ("evidence", False)
    assert doubt.matter.submit("suspension").status == 201, "the child is free"
    assert list(audit.verify()) == []


@pytest.mark.parametrize(
    ("other", "desks"),
    [
        ("330106", {"bureau_consent", "other_school_consent", "other_bureau_consent"}),
        ("330108", {"bureau_consent", "other_school_consent", "other_bureau_consent", "arbitration"}),
        ("330212", {"bureau_consent", "other_school_consent", "other_bureau_consent", "arbitration"}),
    ],
)
def test_two_schools_and_their_superiors_consent_side_by_side(client: Client, other: str, desks: set[str]) -> None:
    doubt = a_doubt(client, other)
    doubt.mark()
    doubt.submit("evidence")
    assert doubt.decide("school_approval").status == 200
    assert set(doubt.tasks()) == {"bureau_consent", "other_school_consent"}

    walked = doubt.agree_until()

    assert (set(walked), doubt.matter.case()["outcome"]) == (desks, "agreed")
    route = {step["key"]: step["office"]["code"] for step in doubt.matter.case()["route"] if step["state"] == "done"}
    if "arbitration" in desks:
        assert route["arbitration"] == ("330100" if other == "330108" else "330000")
    assert contested() == [False, False]


@pytest.mark.parametrize("key", ["school_approval", "bureau_consent", "other_school_consent", "other_bureau_consent"])
def test_one_refusal_ends_it_and_the_records_stay_contested(client: Client, key: str) -> None:
    doubt = a_doubt(client, "330212")
    doubt.mark()
    doubt.submit("evidence")
    doubt.agree_until(key)

    answer = doubt.decide(key, "refuse")

    assert (answer.json["outcome"], answer.json["waiting"]) == ("refused", [])
    assert contested() == [True, True]
    assert doubt.submit("evidence").status == 201


@pytest.mark.parametrize("key", ["school_approval", "bureau_approval"])
def test_sent_back_it_is_repaired_and_goes_on(client: Client, key: str) -> None:
    doubt = a_doubt(client, same_school=True)
    doubt.mark()
    doubt.submit("evidence")
    doubt.agree_until(key)
    assert doubt.decide(key, "send_back").json["status"] == "repairing"

    doubt.agree_until()

    assert doubt.matter.case()["outcome"] == "agreed"


@pytest.mark.parametrize("keeps", ["this", "other"])
@pytest.mark.parametrize("number_of", ["this", "other"])
def test_merged_one_record_is_kept_and_the_other_points_at_it(client: Client, keeps: str, number_of: str) -> None:
    doubt = a_doubt(client, "330212")
    numbers = {"this": doubt.matter.child.main_number, "other": doubt.other.main_number}
    kept, lost = (doubt.matter.child.id, doubt.other.id)[:: 1 if keeps == "this" else -1]
    school = doubt.other.enrolments[0].school if keeps == "this" else doubt.matter.school
    doubt.mark()
    assert doubt.submit("merge", keeps=keeps, number_of=number_of).status == 201

    doubt.agree_until()

    db.session.rollback()
    db.session.expire_all()
    winner, loser = db.session.get_one(Student, kept), db.session.get_one(Student, lost)
    assert (winner.main_number, loser.merged_into_id, contested()) == (numbers[number_of], kept, [False, False])
    assert (loser.open_enrolment, loser.enrolments[-1].standing.value) == (None, "closed")
    assert winner.open_enrolment is not None
    assert factories.the_quota(school, "13").used == 0
    assert count(Archive) == 2
    moved = db.session.scalars(sa.select(ArchiveEntry.archive_id).distinct()).all()
    assert winner.archive is not None
    assert moved == [winner.archive.id]
    bureau = doubt.people["330106" if keeps == "other" else "330212"]
    program = client.api(bureau.operator)
    assert program.get(f"/students/{lost}").json["merged_into"] == kept, "the tombstone is visible"
    searched = client.api(doubt.people[doubt.matter.school.office.code].operator).post(
        "/students/search", {"main_number": numbers["this"], "name": "陈思远"}
    )
    assert searched.json["items"][0].get("id", kept) == kept, "either number leads to the kept record"
    page = Client(client.app).sign_in(bureau.operator)
    assert "已并入" in page.get(f"/students/{lost}").text
    assert list(audit.verify()) == []


def test_two_children_one_number_wrong_is_corrected(client: Client) -> None:
    doubt = a_doubt(client, same_school=True)
    doubt.mark()
    right = factories.a_number()
    more = {
        "main_number": right,
        "born_on": f"{right[6:10]}-{right[10:12]}-{right[12:14]}",
        "sex": "1" if int(right[16]) % 2 else "2",
    }
    assert doubt.submit("separate").codes == {"E-SAME"}
    assert doubt.submit("separate", **{**more, "born_on": "2010-01-01"}).codes == {"E-ID-05"}
    assert doubt.submit("evidence", **more).codes == {"E-INPUT"}
    assert doubt.submit("separate", **more).status == 201
    assert right not in str(doubt.matter.case()["application"])

    doubt.agree_until()

    db.session.rollback()
    db.session.expire_all()
    assert db.session.get_one(Student, doubt.matter.child.id).main_number == right
    assert contested() == [False, False]
    assert db.session.scalars(sa.select(Change.code).order_by(Change.id)).all() == ["ZE", "ZG", "ZG"]


def test_what_cannot_be_merged_is_said(client: Client) -> None:
    doubt = a_doubt(client, "330212", graduated=True)
    doubt.mark()

    assert doubt.submit("merge").codes == {"E-INPUT"}
    assert doubt.submit("merge", keeps="other", number_of="other").codes == {"E-PROB-04"}
    alone = a_doubt(client)
    alone.mark(kind="wrong_number", other=None)
    assert alone.submit("merge", keeps="this", number_of="this").codes == {"E-PROB-04"}


def test_nobody_settles_what_is_not_in_doubt_or_is_anothers_to_propose(doubt: Doubt) -> None:
    assert a_doubt(doubt.matter.client).submit("evidence").codes == {"E-PROB-02"}
    there = Matter(doubt.matter.client, doubt.other.enrolments[0].school, doubt.other, {})
    there.people = {"school": doubt.people[there.school.office.code]}
    proof = {"remedy": "evidence", "explanation": "属实", "proof": "户口簿"}

    assert there.submit("contested_record", {"student": doubt.other.id, **proof}).codes == {"E-PROB-03"}


def test_a_case_about_either_child_comes_first(client: Client) -> None:
    doubt = a_doubt(client, "330212")
    there = Matter(client, doubt.other.enrolments[0].school, doubt.other, {})
    there.people = {"school": doubt.people[there.school.office.code]}
    assert there.submit("skip").status == 201
    assert doubt.mark().status == 201

    assert doubt.submit("evidence").codes == {"E-CASE-01"}


def test_the_database_lets_no_other_case_touch_the_second_record(doubt: Doubt) -> None:
    """The guard that lets a settlement close the other record opens for nothing else."""
    doubt.submit("evidence")
    stranger = factories.a_student(factories.a_school("330106"), name="无关生")
    case = sa.text("(SELECT id FROM cases WHERE process_key = 'contested_record')")
    for child, allowed in ((doubt.other.id, True), (stranger.id, False)):
        statement = sa.update(Enrolment).where(Enrolment.student_id == child)
        statement = statement.values(standing="closed", ends_on=sa.func.current_date(), case_id=case)
        try:
            db.session.execute(statement)
            done = True
        except sa.exc.IntegrityError:
            done = False
        db.session.rollback()
        assert done is allowed
