"""注册建档: lists of children, one decision, each child by itself; both databases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit import AuditEvent
from app.cases import commands, operations
from app.cases.models import Batch, BatchRow, Case
from app.database import db, transaction
from app.schools.models import Quota, School
from app.students.models import Archive, Change, Enrolment, Student, StudentNumber
from tests.support import factories
from tests.support.client import Answer, Client, Program
from tests.support.kept import kept
from tests.support.transfer_case import Office, staff

SEPTEMBER = dt.datetime(2026, 9, 7, 2, 0, tzinfo=dt.UTC)  # a Monday, while the cohort of 2026 is open
GUARDIAN = {"name": "陈建国", "relation": "1", "phone": "13800000000"}


def a_row(**more: Any) -> dict[str, Any]:
    """A six-year-old whom nobody knows."""
    born = more.pop("born", dt.date(2020, 3, 5))
    number = more.pop("main_number", None) or factories.a_number(born)
    row = {
        "name": "陈思源",
        "sex": "1" if int(number[16]) % 2 else "2",
        "born_on": born.isoformat(),
        "document_type": "1",
        "main_number": number,
        "ethnic_group": "01",
        "household_division": "330106",
        "address": "文三路 1 号",
        "entry_way": "11",
        "boarding": "1",
        "guardian": GUARDIAN,
    }
    return {**row, **more}


@dataclass
class Entry:
    """A school that takes in children, its bureau, their people."""

    client: Client
    school: School
    people: dict[str, Office]
    number: str = ""

    def program(self, who: str, duty: str = "operator") -> Program:
        return self.client.api(getattr(self.people[who], duty))

    def submit(self, rows: list[dict[str, Any]], process: str = "registration_primary", **asked: Any) -> Answer:
        application = {"entry_year": 2026, **asked}
        answer = self.program("school").post("/cases", {"process": process, "application": application, "rows": rows})
        if answer.status == 201:
            self.number = answer.json["number"]
        return answer

    def case(self) -> dict[str, Any]:
        return self.program("school").get(f"/cases/{self.number}").json

    def decide(self, outcome: str = "agree", **more: Any) -> Answer:
        [task] = self.case()["waiting"]
        who = "bureau" if task["key"] == "bureau_approval" else "school"
        body: dict[str, Any] = {"outcome": outcome, **more}
        if outcome in ("refuse", "send_back"):
            body = {"reason_code": "incomplete_papers", "opinion": "缺户口簿", **body}
        return self.program(who, task["duty"]).post(f"/tasks/{task['id']}/decision", body)

    def agree(self) -> dict[str, Any]:
        """Everybody agrees and the list is worked off."""
        while self.case()["waiting"]:
            answer = self.decide()
            assert answer.status == 200, answer.text
        commands.tick()
        return self.case()

    def rows(self) -> list[BatchRow]:
        db.session.expire_all()
        return list(db.session.scalars(sa.select(BatchRow).order_by(BatchRow.case_id, BatchRow.position)))


@kept
def an_entry(client: Client, *, superior: str = "330106", people: Office | None = None, **school: Any) -> Entry:
    clock.set_to(SEPTEMBER)
    place = factories.a_school(superior, **school)
    return Entry(client, place, {"school": staff(place), "bureau": people or staff(place.office.superior)})


@pytest.fixture
def entry(app: Flask, client: Client) -> Entry:
    """A primary school with ten seats in each cohort."""
    return an_entry(client)


def seats_used(entry: Entry) -> int:
    cohort = (Quota.school_id == entry.school.id, Quota.entry_year == 2026)
    return db.session.scalars(sa.select(Quota.used).where(*cohort)).one()


def a_graduate(school: School, *, grade: str = "16") -> Student:
    """A child who has finished that stage at that school."""
    return factories.a_student(school, grade=grade, graduated=True)


def test_a_list_of_children_becomes_records_with_every_number(entry: Entry):
    answer = entry.submit([a_row(), a_row(name="王·阿依努尔", class_number=2)])
    assert answer.status == 201, answer.text

    case = entry.agree()

    assert (case["status"], case["outcome"]) == ("closed", "agreed")
    assert [row.status for row in entry.rows()] == ["accepted", "accepted"]
    child = db.session.get_one(Student, entry.rows()[1].student_id)
    enrolment = child.open_enrolment
    assert enrolment is not None
    assert (enrolment.grade, enrolment.entry_year, enrolment.epoch) == ("11", 2026, 1)
    assert enrolment.school_class.number == 2
    assert enrolment.starts_on == dt.date(2026, 9, 7)
    assert child.name == "王·阿依努尔"
    assert child.archive.custodian_id == entry.school.id
    numbers = {each.kind.value: each.in_full for each in child.numbers}
    assert numbers["stage"].endswith("0002")
    assert len(numbers["stage"]) == 13
    assert numbers["stage"].startswith("126")
    assert numbers["national"].startswith("L330106" + "20200305")
    assert len(numbers["national"]) == 19
    assert len(numbers["card"]) == 17
    assert [change.code for change in db.session.scalars(sa.select(Change).where(Change.student_id == child.id))] == [
        "Z1"
    ]
    assert seats_used(entry) == 2


def test_until_the_bureau_has_agreed_nobody_exists(entry: Entry):
    entry.submit([a_row()])
    entry.decide()
    commands.tick()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Student)) == 0
    assert entry.case()["waiting"][0]["key"] == "bureau_approval"


def test_the_bureau_strikes_one_child_off_and_the_others_go_on(entry: Entry):
    entry.submit([a_row(), a_row(), a_row()])
    entry.decide()

    answer = entry.decide(form={"struck_off": "2"})
    commands.tick()

    assert answer.status == 200, answer.text
    assert [(row.status.value, row.code) for row in entry.rows()] == [
        ("accepted", ""),
        ("refused", "E-ROW"),
        ("accepted", ""),
    ]
    stages = db.session.scalars(sa.select(StudentNumber.value).where(StudentNumber.kind == "stage")).all()
    assert sorted(value[-4:] for value in stages) == ["0001", "0002"]  # no gap


def test_a_refused_list_leaves_nothing_and_frees_the_numbers(entry: Entry):
    row = a_row()
    entry.submit([row])
    entry.decide()

    entry.decide("refuse")
    again = entry.submit([row])

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Student)) == 0
    assert again.status == 201, again.text


def test_a_list_goes_back_for_repair_and_comes_again(entry: Entry):
    entry.submit([a_row(), a_row()])
    entry.decide("send_back")
    assert entry.case()["status"] == "repairing"
    answer = entry.decide(form={"struck_off": "1", "note": "一人随迁"})
    assert answer.status == 200, answer.text
    entry.decide("agree")
    entry.decide("send_back")
    entry.decide(form={"struck_off": "1"})

    case = entry.agree()

    assert case["outcome"] == "agreed"
    assert [row.status.value for row in entry.rows()] == ["refused", "accepted"]


def test_when_the_school_refuses_the_case_is_over(entry: Entry):
    entry.submit([a_row()])

    entry.decide("refuse")

    assert entry.case()["outcome"] == "refused"


def test_nobody_registered_ends_as_refused(entry: Entry):
    entry.submit([a_row()])
    entry.decide()

    entry.decide(form={"struck_off": "1"})
    commands.tick()

    assert (entry.case()["status"], entry.case()["outcome"]) == ("closed", "refused")


def test_a_released_list_cannot_be_recalled(entry: Entry):
    entry.submit([a_row()])
    entry.decide()
    before = entry.program("school").post(f"/cases/{entry.number}/recall", {"reason": "误报"})
    assert before.status == 200, before.text
    entry.submit([a_row()])
    entry.decide()
    [task] = entry.case()["waiting"]
    with_rows_waiting(entry, task)

    answer = entry.program("school").post(f"/cases/{entry.number}/recall", {"reason": "误报"})

    assert answer.status == 422
    assert answer.code == "E-RECALL"


def with_rows_waiting(entry: Entry, task: dict[str, Any]) -> None:
    """The bureau has decided, and no worker has been there yet."""
    bureau = entry.people["bureau"].approver.posts[0].actor()
    with transaction():
        operations.decide(task["id"], operations.Answer("agree"), actor=bureau)


def test_every_fault_of_every_row_is_told_at_once(entry: Entry):
    child = factories.a_student(entry.school, grade="11")
    too_young = dt.date(2020, 9, 1)
    known = dt.datetime.strptime(child.main_number[6:14], "%Y%m%d").date()
    other_sex = a_row()
    other_sex["sex"] = {"1": "2", "2": "1"}[other_sex["sex"]]
    no_document = a_row(document_type="A", nationality="CAN")
    no_document.pop("main_number")
    twice = a_row()
    rows = [
        a_row(main_number=child.main_number, born=known),
        a_row(born=too_young),
        other_sex,
        a_row(born_on="2020-03-06"),
        no_document,
        twice,
        dict(twice),
    ]

    answer = entry.submit(rows)

    assert answer.status == 422
    said = {(each["field"], each["code"]) for each in answer.json["objections"]}
    assert said == {
        ("rows.0.main_number", "E-DUP-01"),
        ("rows.1.born_on", "E-INPUT"),
        ("rows.2.sex", "E-ID-04"),
        ("rows.3.born_on", "E-ID-05"),
        ("rows.4.document_number", "E-INPUT"),
        ("rows.6.main_number", "E-DUP-03"),
    }
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Batch)) == 0


@pytest.mark.parametrize("rows", [[], None, [{"name": "陈"}], "a list"])
def test_a_list_that_is_none_is_refused(entry: Entry, rows: Any):
    body = {"process": "registration_primary", "application": {"entry_year": 2026}, "rows": rows}
    if rows is None:
        body.pop("rows")

    answer = entry.program("school").post("/cases", body)

    assert answer.status == 422
    assert answer.json["objections"][0]["field"].startswith("rows")


def test_a_process_without_a_list_refuses_one(entry: Entry):
    body = {"process": "quota_change", "application": {}, "rows": [{}]}

    answer = entry.program("school").post("/cases", body)

    assert "rows" in [each["field"] for each in answer.json["objections"]]


def test_a_child_without_documents_gets_a_stand_in_number(entry: Entry):
    row = a_row(document_type="Z", **(parents := factories.two_parents()))
    row.pop("main_number")
    assert entry.submit([row]).status == 201

    entry.agree()

    child = db.session.get_one(Student, entry.rows()[0].student_id)
    assert child.main_number.startswith("J33010620200305")
    assert len(child.main_number) == 19
    assert not any(str(number) in str(child.particulars) for number in parents.values()), "kept sealed"


def test_a_namesake_born_the_same_day_is_a_warning_to_the_bureau(entry: Entry):
    twin = factories.a_student(entry.school, grade="11", number=factories.a_number(dt.date(2019, 5, 5)))
    row = a_row(born=twin.born_on, name=twin.name)
    row["sex"] = twin.sex.value
    while ("1" if int(row["main_number"][16]) % 2 else "2") != row["sex"]:
        row["main_number"] = factories.a_number(twin.born_on)
    answer = entry.submit([row])

    assert answer.status == 201, answer.text
    entry.decide()
    [listed] = entry.program("bureau", "approver").get(f"/cases/{entry.number}/rows").json["items"]
    assert (listed["status"], listed["code"]) == ("waiting", "E-DUP-02")


def test_a_school_registers_only_for_itself_and_the_neighbour_sees_nothing(entry: Entry):
    entry.submit([a_row()])
    neighbour = entry.client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    stranger = entry.client.api(factories.a_user(factories.a_school("330106"), "operator"))

    for who in (neighbour, stranger):
        assert who.get(f"/cases/{entry.number}").status == 404
        assert who.get(f"/cases/{entry.number}/rows").status == 404


def test_the_operator_who_handed_the_list_in_does_not_decide_it(entry: Entry):
    entry.submit([a_row()])
    [task] = entry.case()["waiting"]

    answer = entry.program("school", "operator").post(f"/tasks/{task['id']}/decision", {"outcome": "agree"})

    assert answer.status == 403


# ── junior and senior ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def junior(app: Flask, client: Client) -> Entry:
    return an_entry(client, stages="junior")


def named(child: Student) -> dict[str, str]:
    return {"main_number": child.main_number, "name": child.name}


def test_a_graduate_enters_the_next_stage_with_the_archive(junior: Entry):
    primary = factories.a_school("330106")
    child = a_graduate(primary)
    row = {"main_number": child.main_number, "name": child.name, "class_number": 3}
    answer = junior.submit([row], "registration_stage", stage="junior")
    assert answer.status == 201, answer.text

    case = junior.agree()

    assert case["outcome"] == "agreed"
    db.session.expire_all()
    child = db.session.get_one(Student, child.id)
    enrolment = child.open_enrolment
    assert (enrolment.epoch, enrolment.grade, enrolment.school_id) == (2, "21", junior.school.id)
    assert child.archive.custodian_id == junior.school.id
    assert child.archive.version == 2
    stage = [each.value for each in child.numbers if each.kind == "stage"][-1]
    assert len(stage) == 11
    assert stage.startswith("226")


def test_a_child_still_in_school_is_not_registered_again(junior: Entry):
    child = factories.a_student(factories.a_school("330106"), grade="16")

    answer = junior.submit([named(child)], "registration_stage", stage="junior")

    assert [each["code"] for each in answer.json["objections"]] == ["E-STANDING"]


def test_scenario_01_a_child_of_another_county_needs_a_directive(junior: Entry):
    child = a_graduate(factories.a_school("330108"))

    answer = junior.submit([named(child)], "registration_stage", stage="junior")

    assert [each["code"] for each in answer.json["objections"]] == ["E-DIR-01"]
    assert db.session.scalars(sa.select(AuditEvent).where(AuditEvent.verb.like("refused/%"))).all()


def test_a_wrong_name_and_an_unknown_number_get_the_same_answer(junior: Entry):
    child = a_graduate(factories.a_school("330106"))
    rows = [
        {"main_number": child.main_number, "name": "别人"},
        {"main_number": factories.a_number(), "name": child.name},
    ]

    answer = junior.submit(rows, "registration_stage", stage="junior")

    assert {each["code"] for each in answer.json["objections"]} == {"E-CHILD"}
    assert len({each["detail"] for each in answer.json["objections"]}) == 1


# ── the lock, late additions ─────────────────────────────────────────────────────────────────────────────────────────


def test_after_the_lock_only_a_late_addition_registers(entry: Entry):
    clock.set_to(dt.datetime(2026, 9, 30, 16, 0, tzinfo=dt.UTC))
    row = a_row()

    refused = entry.submit([row])
    late = entry.submit([row], "late_registration", stage="primary", reason="九月住院")
    case = entry.agree()

    assert [each["code"] for each in refused.json["objections"]] == ["E-LOCK-01"]
    assert late.status == 201, late.text
    assert case["outcome"] == "agreed"
    assert [row.status.value for row in entry.rows()] == ["accepted"]


def test_before_the_lock_nothing_is_late(entry: Entry):
    answer = entry.submit([a_row()], "late_registration", stage="primary", reason="九月住院")

    assert answer.json["objections"][0]["field"] == "entry_year"


def test_before_august_nobody_is_registered(entry: Entry):
    clock.set_to(dt.datetime(2026, 7, 31, 2, 0, tzinfo=dt.UTC))

    answer = entry.submit([a_row()])

    assert "2026-08-01" in answer.json["objections"][0]["detail"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0


def test_a_number_held_by_another_school_is_told_so(entry: Entry):
    row = a_row()
    entry.submit([row])
    other = an_entry(entry.client, people=entry.people["bureau"])

    answer = other.submit([row])

    assert [(each["field"], each["code"]) for each in answer.json["objections"]] == [("rows.0.main_number", "E-DUP-03")]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Archive)) == 0
