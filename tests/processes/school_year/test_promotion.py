"""升级: a whole school in one transaction; who is left out is listed by name; the rehearsal tells the truth."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.encryption import keyed_hash
from app.schools.models import Quota, School, Stage, entry_year_of, stage_of
from app.students.models import Change, Enrolment, Sex, Standing, Student
from app.students.models.cohorts import LeftOut
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter

NOBODY: dict[str, Any] = {}


def at(text: str) -> None:
    clock.set_to(dt.datetime.fromisoformat(text).replace(tzinfo=clock.ZONE))


@pytest.fixture
def matter(app: Flask, client: Client) -> Matter:
    """The last day of term and a third-grader; summer follows."""
    at("2027-07-01T10:00:00")
    matter = a_matter(client, grade="13")
    at("2027-07-20T10:00:00")
    return matter


def child(matter: Matter, grade: str, name: str, standing: Standing = Standing.ACTIVE) -> Student:
    """One more child of the school, in that grade of the year that ends."""
    at("2027-07-20T10:00:00")
    return factories.a_student(matter.school, grade=grade, name=name, standing=standing)


def promote(matter: Matter) -> dict[str, Any]:
    answer = matter.submit("promotion", NOBODY)
    assert answer.status == 201, answer.text
    return matter.finish()


def grades() -> dict[str, str]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Student.name, Enrolment.grade).join(Enrolment).order_by(Student.name))
    return dict(rows.all())


def rehearsed(matter: Matter, path: str = "/processes/promotion/rehearsal") -> dict[str, Any]:
    return matter.program("school").get(path).json


def reasons(rehearsal: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["because"] for each in rehearsal["left_out"]}


def test_a_school_goes_up_one_grade_with_a_change_entry_for_each_child(matter: Matter) -> None:
    child(matter, "11", "李一诺")
    child(matter, "15", "王小明")

    case = promote(matter)

    assert (case["outcome"], [each["task"] for each in case["decisions"]]) == (
        "agreed", ["school_approval", "bureau_approval"],
    )  # fmt: skip
    assert grades() == {"李一诺": "12", "王小明": "16", "陈思远": "14"}
    entries = db.session.scalars(sa.select(Change)).all()
    assert {(each.code, each.before["grade"], each.after["grade"]) for each in entries} == {
        ("Z6", "11", "12"), ("Z6", "15", "16"), ("Z6", "13", "14"),
    }  # fmt: skip
    assert {each.case_id for each in entries} == {matter.enrolment.case_id}
    assert factories.the_quota(matter.school, "13").used == 1, "a cohort keeps its seats"


def test_whoever_decides_sees_the_children_by_name(matter: Matter) -> None:
    child(matter, "11", "李一诺")
    child(matter, "12", "休学生", Standing.SUSPENDED)
    child(matter, "16", "毕业生")

    def named() -> dict[str, list[list[str]]]:
        reader = Client(matter.client.app).sign_in(matter.people["bureau"].approver)
        reader.get(f"/cases/{matter.number}")
        classes = reader.page.xpath("//section[@aria-labelledby='moved']/details")
        return {
            each.xpath("string(summary)"): [
                [row[0].text_content(), row[2].text_content()] for row in each.xpath(".//tbody/tr")
            ]
            for each in classes
        }

    expected = {"小学一年级：1 名": [["李一诺", "小学二年级"]], "小学三年级：1 名": [["陈思远", "小学四年级"]]}
    assert matter.submit("promotion", NOBODY).status == 201
    matter.decide()
    assert named() == expected
    assert matter.finish()["outcome"] == "agreed"
    assert named() == expected, "of what was done as of what would be done"


def test_scenario_21_promotion_skips_suspended_and_open_cases_and_lists_them(matter: Matter) -> None:
    child(matter, "12", "休学生", Standing.SUSPENDED)
    child(matter, "12", "辍学生", Standing.DROPPED_OUT)
    child(matter, "16", "毕业生")
    busy, repeating = child(matter, "14", "在办生"), child(matter, "15", "留级生")
    own = matter.child
    matter.child = repeating
    matter.walk("repeat")
    matter.child = busy
    matter.submit("abroad")
    matter.child = own
    expected = {
        "休学生": "suspended", "辍学生": "dropped_out", "毕业生": "final_grade",
        "在办生": "open_case", "留级生": "repeat",
    }  # fmt: skip
    before = rehearsed(matter)
    assert reasons(before) == expected

    promote(matter)

    after = rehearsed(matter, f"/cases/{matter.number}/rehearsal")
    assert (after["done"], after["moved"], after["left_out"]) == (True, before["moved"], before["left_out"])
    assert grades() == {
        "休学生": "12", "辍学生": "12", "毕业生": "16", "在办生": "14", "留级生": "15", "陈思远": "14",
    }  # fmt: skip
    rows = db.session.execute(sa.select(Student.name, LeftOut.because).join(Student)).all()
    assert {name: because.value for name, because in rows} == expected


def test_new_entrants_and_children_of_other_schools_stay(matter: Matter) -> None:
    factories.a_student(factories.a_school("330106"), grade="13", name="别校生")
    db.session.add(Quota(school_id=matter.school.id, stage=Stage.PRIMARY, entry_year=2027, total=9))
    at("2027-08-10T10:00:00")  # the new school year: a first-grader of it
    factories.a_student(matter.school, grade="11", name="新生")

    promote(matter)

    assert grades() == {"别校生": "13", "新生": "11", "陈思远": "14"}
    assert reasons(rehearsed(matter, f"/cases/{matter.number}/rehearsal")) == {}


def test_class_names_roll_forward_with_the_cohort(matter: Matter) -> None:
    matter.walk("class_change", school_class=2)
    assert matter.enrolment.class_name == "小学三年级（2）班"

    promote(matter)

    assert matter.enrolment.class_name == "小学四年级（2）班"


@pytest.mark.parametrize("desk", ["school_approval", "bureau_approval"])
def test_refused_or_sent_back_at_any_desk_nobody_moves(matter: Matter, desk: str) -> None:
    def at_desk() -> None:
        assert matter.submit("promotion", NOBODY).status == 201
        while matter.waiting()["key"] != desk:
            matter.decide()

    at_desk()
    assert matter.decide("refuse").json["outcome"] == "refused"
    at_desk()
    assert matter.decide("send_back").json["status"] == "repairing"
    assert grades() == {"陈思远": "13"}

    matter.finish()

    assert grades() == {"陈思远": "14"}


def test_who_was_left_out_goes_up_when_the_other_case_is_closed(matter: Matter) -> None:
    busy = child(matter, "14", "在办生")
    own, matter.child = matter.child, busy
    matter.submit("abroad")
    number = matter.number
    matter.child = own
    promote(matter)
    matter.number = number
    matter.decide("refuse")
    assert rehearsed(matter)["moved"] == [{"grade": "14", "to": "15", "children": 1}]
    at("2027-09-20T10:00:00")

    promote(matter)

    assert grades() == {"在办生": "15", "陈思远": "14"}
    assert matter.submit("promotion", NOBODY).codes == {"E-PROM-01"}


@pytest.mark.parametrize("profile", ["zj-2010", "zj-now"])
@pytest.mark.parametrize(
    ("day", "codes"),
    [
        ("2027-06-20", {"E-SEASON"}),
        ("2027-07-15", {"E-SEASON"}),
        ("2027-07-16", set()),
        ("2027-08-31", set()),
        ("2027-09-01", {"E-SEASON"}),
        ("2027-11-26", {"E-SEASON"}),
    ],
)
def test_a_school_promotes_in_summer(app: Flask, matter: Matter, profile: str, day: str, codes: set[str]) -> None:
    app.config["PROFILE"] = profile
    try:
        at(f"{day}T10:00:00")
        assert matter.submit("promotion", NOBODY).codes == codes
    finally:
        app.config["PROFILE"] = "zj-2010"


def test_one_promotion_of_a_school_is_open_at_a_time(matter: Matter) -> None:
    matter.submit("promotion", NOBODY)

    assert matter.submit("promotion", NOBODY).codes == {"E-CASE-02"}


def test_only_the_school_asks_and_only_its_superior_approves(client: Client, matter: Matter) -> None:
    bureau = matter.program("bureau")
    with nothing_changes():
        assert bureau.post("/cases", {"process": "promotion", "application": {}}).status == 403
    assert bureau.get("/processes/promotion/rehearsal").status == 403
    matter.submit("promotion", NOBODY)
    matter.decide()
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    province = client.api(factories.a_user(factories.a_bureau("330000"), "approver"))

    task = matter.waiting()["id"]
    with nothing_changes():
        assert neighbour.post(f"/tasks/{task}/decision", {"outcome": "agree"}).status == 404
    assert neighbour.get(f"/cases/{matter.number}/rehearsal").status == 404
    assert province.get(f"/cases/{matter.number}/rehearsal").status == 403
    assert matter.program("bureau", "approver").get(f"/cases/{matter.number}/rehearsal").status == 200


def test_the_page_rehearses_before_the_application(client: Client, matter: Matter) -> None:
    child(matter, "12", "休学生", Standing.SUSPENDED)

    page = client.sign_in(matter.people["school"].operator).get("/apply/promotion").text

    assert "预演：1 名学生变动，1 名学生不随同办理" in page
    assert "休学中：1 名" in page
    client.post("/apply/promotion", remark="")
    number = db.session.scalar(sa.text("SELECT number FROM cases ORDER BY id DESC LIMIT 1"))
    assert "预演：1 名学生变动" in client.get(f"/cases/{number}").text


# ── three thousand ───────────────────────────────────────────────────────────────────────────────────────────────────


def three_thousand(school: School) -> None:
    """500 children in each of six grades, the last one graduated, written in bulk."""
    case_id, year = factories.a_takeover().id, clock.school_year(clock.today())
    students, enrolments = [], []
    first = (db.session.scalar(sa.select(sa.func.max(Student.id))) or 0) + 1
    for place in range(3000):
        grade = str(11 + place // 500)
        standing = Standing.SUSPENDED if place % 100 == 7 else Standing.GRADUATED if grade == "16" else Standing.ACTIVE
        students.append(
            {
                "id": first + place, "name": f"学生{place}", "sex": Sex.MALE, "born_on": dt.date(2018, 1, 1),
                "ethnic_group": "01", "document_type": "1", "main_number": "330106201801010010",
                "main_number_hash": keyed_hash(str(place)), "main_number_masked": "330106********0010",
                "household_division": "", "contested": False, "particulars": {}, "is_demo": False,
            }
        )  # fmt: skip
        enrolments.append(
            {
                "student_id": first + place, "epoch": 1, "school_id": school.id, "owner_division": "330106",
                "stage": stage_of(grade), "entry_year": entry_year_of(grade, year), "grade": grade,
                "standing": standing, "ends_on": dt.date(2027, 6, 30) if standing is Standing.GRADUATED else None,
                "starts_on": dt.date(2021, 9, 1), "case_id": case_id,
            }
        )  # fmt: skip
    db.session.execute(sa.insert(Student), students)
    db.session.execute(sa.insert(Enrolment), enrolments)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SELECT setval('student_id_seq', (SELECT max(id) FROM student))"))
    db.session.commit()


def test_three_thousand_children_hold_the_writer_for_less_than_three_seconds(matter: Matter) -> None:
    three_thousand(matter.school)
    matter.submit("promotion", NOBODY)
    matter.decide()
    held: list[float] = []

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def begun(connection: Any, cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("UPDATE cases") and not held:  # the first write: the claim on the case
            held.append(time.perf_counter())

    @sa.event.listens_for(db.engine, "commit")
    def ended(_connection: Any) -> None:
        if len(held) == 1:
            held.append(time.perf_counter())

    try:
        assert matter.decide().status == 200
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", begun)
        sa.event.remove(db.engine, "commit", ended)

    assert held[1] - held[0] <= 3.0, f"{held[1] - held[0]:.2f} s"
    after = rehearsed(matter, f"/cases/{matter.number}/rehearsal")
    assert sum(each["children"] for each in after["moved"]) == 2476  # of 2,500 but 25 suspended, and the third-grader
    assert len(after["left_out"]) == 30
    counted = db.session.scalar(sa.select(sa.func.count()).select_from(Change).where(Change.code == "Z6"))
    assert counted == 2476
