"""Every change of one child's enrolment: from its application to the record, for every outcome of every task."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.students.models import Archive, Change, Standing, Student, StudentNumber, Suspension
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter

#: process -> (standing before, standing after, change code)
CHANGES = {
    "suspension": ("active", "suspended", "11"),
    "suspension_renewal": ("suspended", "suspended", "ZH"),
    "resumption": ("suspended", "active", "12"),
    "withdrawal": ("active", "withdrawn", "31"),
    "skip": ("active", "active", "04"),
    "repeat": ("active", "active", "02"),
    "death": ("active", "deceased", "51"),
    "abroad": ("active", "abroad", "ZC"),
    "drop_out": ("active", "dropped_out", "ZA"),
    "return_to_school": ("dropped_out", "active", "ZB"),
    "key_correction": ("active", "active", "ZE"),
    "correction": ("active", "active", "ZK"),
    "locked_correction": ("active", "active", "ZF"),
    "class_change": ("active", "active", "29"),
}
ONE_DESK, ACKNOWLEDGED = ("correction", "class_change"), ("drop_out", "return_to_school")


def before(client: Client, process: str, **more: Any) -> Matter:
    return a_matter(client, standing=Standing(CHANGES[process][0]), **more)


def codes(matter: Matter) -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Change.code).where(Change.student_id == matter.child.id).order_by("id")))


@pytest.mark.parametrize("process", CHANGES)
def test_agreed_by_everybody_it_changes_the_record(client: Client, process: str) -> None:
    matter = before(client, process)

    case = matter.walk(process)

    assert (case["outcome"], case["profile"]) == ("agreed", "zj-2010")
    desks = ["school_approval"] if process in ONE_DESK else ["school_approval", "bureau_approval"]
    told = ["guardian_notice", "objection_period"] if process in ("withdrawal", "death") else []
    assert [each["task"] for each in case["decisions"]] == told + desks
    assert matter.enrolment.standing.value == CHANGES[process][1]
    assert codes(matter) == [CHANGES[process][2]]
    assert (matter.enrolment.ends_on is None) == (CHANGES[process][1] in ("active", "suspended", "dropped_out"))


@pytest.mark.parametrize("process", CHANGES)
@pytest.mark.parametrize("desk", ["school_approval", "bureau_approval"])
def test_refused_at_any_desk_it_changes_nothing(client: Client, process: str, desk: str) -> None:
    if desk == "bureau_approval" and process in (*ONE_DESK, *ACKNOWLEDGED):
        return
    matter = before(client, process)
    matter.submit(process)
    while matter.waiting()["key"] != desk:
        matter.decide()

    answer = matter.decide("refuse")

    assert (answer.status, answer.json["outcome"]) == (200, "refused")
    assert (matter.enrolment.standing.value, codes(matter)) == (CHANGES[process][0], [])
    assert matter.submit(process).status == 201, "the child is free for another application"


@pytest.mark.parametrize("process", CHANGES)
@pytest.mark.parametrize("desk", ["school_approval", "bureau_approval"])
def test_sent_back_from_any_desk_it_is_repaired_and_goes_on(client: Client, process: str, desk: str) -> None:
    if desk == "bureau_approval" and process in ONE_DESK:
        return
    matter = before(client, process)
    matter.submit(process)
    while matter.waiting()["key"] != desk:
        matter.decide()
    sent_back = matter.decide("send_back")
    assert (sent_back.status, sent_back.json["status"]) == (200, "repairing"), sent_back.text
    assert matter.waiting()["key"] == "repair"

    matter.finish()

    assert matter.case()["outcome"] == "agreed"
    assert codes(matter) == [CHANGES[process][2]]


@pytest.mark.parametrize("process", CHANGES)
def test_only_the_childs_own_school_may_ask(client: Client, process: str) -> None:
    matter = before(client, process)
    elsewhere = factories.a_user(factories.a_school("330106"), "operator")
    application = matter.application(process)

    with nothing_changes():
        answer = client.api(elsewhere).post("/cases", {"process": process, "application": application})

    assert (answer.status, answer.code) == (404, "E-MISSING")


@pytest.mark.parametrize("process", [name for name in CHANGES if name not in ONE_DESK])
def test_only_the_schools_own_superior_may_approve(client: Client, process: str) -> None:
    matter = before(client, process)
    matter.submit(process)
    matter.decide()
    task = matter.waiting()
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    city = client.api(factories.a_user(factories.a_bureau("330100"), "approver"))
    outcome = "acknowledge" if process in ACKNOWLEDGED else "agree"

    with nothing_changes(attempts=2):
        answers = [each.post(f"/tasks/{task['id']}/decision", {"outcome": outcome}) for each in (neighbour, city)]

    assert [answer.status for answer in answers] == [404, 403]


def test_a_child_has_one_open_case_of_status(matter: Matter) -> None:
    matter.submit("suspension")

    assert matter.submit("abroad").codes == {"E-CASE-01"}


def test_nothing_changes_for_a_contested_record(matter: Matter) -> None:
    db.session.execute(sa.update(Student).values(contested=True))
    db.session.commit()

    assert matter.submit("suspension").codes == {"E-PROB-01"}


# ── suspension ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"rest_months": 2}, "E-RULE-SUS-1"),
        ({"hospital": ""}, "E-RULE-SUS-1"),
        ({"ends_on": "2028-01-01"}, "E-RULE-SUS-2"),
        ({"ends_on": "2026-11-22"}, "E-INPUT"),
        ({"diagnosed_on": "2026-12-01"}, "E-INPUT"),
        ({"starts_on": "2020-01-01", "ends_on": "2020-06-01"}, "E-INPUT"),
    ],
)
def test_a_suspension_needs_its_proof_and_its_limits(matter: Matter, wrong: dict[str, Any], code: str) -> None:
    application = matter.application("suspension", **wrong)
    if application["hospital"] == "":
        del application["hospital"]

    assert matter.submit("suspension", application).codes == {code}


def test_a_suspension_is_certified_renewed_and_ended(matter: Matter) -> None:
    matter.walk("suspension")
    matter.walk("suspension_renewal")
    matter.walk("resumption")

    rows = db.session.scalars(sa.select(Suspension).order_by(Suspension.id)).all()
    code = matter.school.office.code
    assert [row.certificate for row in rows] == [f"X2026-{code}-0001", f"X2026-{code}-0002"]
    assert [(row.starts_on, row.ends_on) for row in rows] == [
        (dt.date(2026, 11, 23), dt.date(2027, 6, 30)),
        (dt.date(2027, 6, 30), dt.date(2027, 9, 30)),
    ]
    assert {row.ended_on for row in rows} == {clock.today()}
    assert codes(matter) == ["11", "ZH", "12"]


def test_two_years_are_the_longest(matter: Matter) -> None:
    matter.walk("suspension")

    assert matter.submit("suspension_renewal", ends_on="2029-01-01").codes == {"E-RULE-SUS-2"}


def test_scenario_15_a_suspended_child_keeps_its_seat_and_cannot_transfer(matter: Matter) -> None:
    matter.walk("suspension")

    assert factories.the_quota(matter.school, "13").used == 1
    receiving = factories.a_school("330106")
    operator = client_of(matter, receiving)
    answer = operator.post(
        "/cases", {"process": "transfer", "application": factories.an_application(matter.child, receiving)}
    )
    assert answer.codes == {"E-SUS"}


def client_of(matter: Matter, school: Any) -> Any:
    return matter.client.api(factories.a_user(school, "operator"))


@pytest.mark.parametrize(("grade", "status"), [("12", 201), ("13", 201), ("14", 422), ("21", 422)])
def test_resumption_into_a_fitting_grade(client: Client, grade: str, status: int) -> None:
    matter = a_matter(client, standing=Standing.SUSPENDED)

    answer = matter.submit("resumption", grade=grade)

    assert answer.status == status
    assert status == 201 or answer.codes == {"E-RULE-GRADE"}


def test_resuming_in_a_lower_grade_moves_the_seat_to_that_cohort(client: Client) -> None:
    matter = a_matter(client, standing=Standing.SUSPENDED)

    matter.walk("resumption", grade="12", school_class=3)

    assert (matter.enrolment.grade, matter.enrolment.entry_year) == ("12", 2025)
    assert matter.enrolment.school_class is not None
    assert matter.enrolment.school_class.number == 3
    assert (factories.the_quota(matter.school, "13").used, factories.the_quota(matter.school, "12").used) == (0, 1)


# ── the others ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_skipping_moves_one_grade_up_and_takes_a_seat_there(matter: Matter) -> None:
    matter.walk("skip")

    assert (matter.enrolment.grade, matter.enrolment.entry_year) == ("14", 2023)
    assert (factories.the_quota(matter.school, "13").used, factories.the_quota(matter.school, "14").used) == (0, 1)


@pytest.mark.parametrize("grade", ["15", "16", "22", "32"])
def test_nobody_skips_into_or_out_of_the_last_grade(client: Client, grade: str) -> None:
    assert a_matter(client, grade=grade).submit("skip").codes == {"E-RULE-SKIP"}


def test_no_skip_without_a_seat_in_the_cohort(client: Client) -> None:
    matter = a_matter(client)
    factories.the_quota(matter.school, "14").total = 0
    db.session.commit()

    assert matter.submit("skip").codes == {"E-QUOTA-01"}


def test_repeating_keeps_the_grade_and_joins_the_next_cohort(matter: Matter) -> None:
    matter.walk("repeat")

    assert (matter.enrolment.grade, matter.enrolment.entry_year) == ("13", 2025)
    assert matter.submit("repeat").codes == {"E-RULE-RPT"}


def test_who_goes_abroad_leaves_the_archive_with_the_bureau_and_may_come_back(matter: Matter) -> None:
    matter.walk("abroad")
    archive = db.session.scalars(sa.select(Archive)).one()
    assert archive.custodian_id == matter.school.office.superior_id
    assert factories.the_quota(matter.school, "13").used == 0

    matter.walk("reinstatement")

    db.session.expire_all()
    assert (matter.enrolment.epoch, matter.enrolment.standing.value) == (2, "active")
    assert db.session.scalars(sa.select(Archive)).one().custodian_id == matter.school.id
    assert factories.the_quota(matter.school, "13").used == 1
    assert codes(matter) == ["ZC", "17"]


def test_a_withdrawn_child_is_reinstated_only_where_the_archive_is(matter: Matter) -> None:
    matter.walk("withdrawal")
    elsewhere = factories.a_school("330106")
    application = matter.application("reinstatement")

    answer = client_of(matter, elsewhere).post("/cases", {"process": "reinstatement", "application": application})

    assert answer.status == 404
    assert matter.walk("reinstatement")["outcome"] == "agreed"


def test_the_dead_stay_dead(matter: Matter) -> None:
    matter.walk("death")

    for process in ("suspension", "abroad", "reinstatement", "withdrawal"):
        assert matter.submit(process).codes == {"E-STANDING"}, process


def test_a_new_main_number_keeps_the_old_one_as_history(matter: Matter) -> None:
    old, new = matter.child.main_number, factories.a_number()
    new_sex = "1" if int(new[16]) % 2 else "2"
    born = f"{new[6:10]}-{new[10:12]}-{new[12:14]}"

    application = matter.application("key_correction", main_number=new, born_on=born, sex=new_sex)
    matter.submit("key_correction", application)
    matter.finish()

    db.session.expire_all()
    child = db.session.get_one(Student, matter.child.id)
    assert (child.main_number, child.name) == (new, "陈思源")
    assert child.main_number_masked == f"{new[:6]}********{new[-4:]}"
    former = db.session.scalars(sa.select(StudentNumber)).one()
    assert (former.kind.value, former.value, former.number) == ("former_main", None, old)
    assert new not in str(matter.case()["application"])
    assert old not in str(db.session.scalars(sa.select(Change.before)).all())


def test_a_number_that_belongs_to_another_child_is_refused(matter: Matter) -> None:
    other = factories.a_student(matter.school, name="李一诺")
    number = other.main_number
    more = {"main_number": number, "born_on": f"{number[6:10]}-{number[10:12]}-{number[12:14]}"}
    more["sex"] = "1" if int(number[16]) % 2 else "2"

    assert matter.submit("key_correction", **more).codes == {"E-DUP-01"}


@pytest.mark.parametrize(("wrong", "code"), [({"sex": "9"}, "E-INPUT"), ({"born_on": "2011-01-01"}, "E-ID-05")])
def test_a_number_agrees_with_sex_and_birth(matter: Matter, wrong: dict[str, str], code: str) -> None:
    assert code in matter.submit("key_correction", **wrong).codes


def test_nothing_to_correct(matter: Matter) -> None:
    assert matter.submit("key_correction", name=matter.child.name).codes == {"E-SAME"}


# ── profiles ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def present_law(app: Flask) -> Any:
    app.config["PROFILE"] = "zj-now"
    yield
    app.config["PROFILE"] = "zj-2010"


@pytest.mark.parametrize("grade", ["13", "22"])
def test_scenario_20_no_withdrawal_from_compulsory_school_today(client: Client, present_law: None, grade: str) -> None:
    matter = a_matter(client, grade=grade)

    with nothing_changes():
        answer = matter.submit("withdrawal")

    assert answer.codes == {"E-RULE-WDR"}


def test_in_2010_withdrawal_in_grade_8_is_approved_by_the_superior(client: Client) -> None:
    matter = a_matter(client, grade="22")

    case = matter.walk("withdrawal")

    assert (case["outcome"], matter.enrolment.standing.value) == ("agreed", "withdrawn")


def test_today_a_senior_withdrawal_is_confirmed_by_the_school_and_filed(client: Client, present_law: None) -> None:
    matter = a_matter(client, grade="32")
    matter.submit("withdrawal")

    matter.decide()

    assert matter.enrolment.standing.value == "withdrawn"
    waiting = matter.waiting()
    assert (waiting["key"], waiting["name"]) == ("bureau_filing", "上级备案")
    assert matter.decide().json["outcome"] == "agreed"


def test_today_only_special_education_repeats_in_compulsory_school(client: Client, present_law: None) -> None:
    matter = a_matter(client, grade="13")

    assert matter.submit("repeat").codes == {"E-RULE-RPT"}
    assert matter.submit("repeat", special_education=True).status == 201
    assert a_matter(client, grade="32").submit("repeat").status == 201
