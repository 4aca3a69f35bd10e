"""省外转入: the province is searched first; a known child is transferred, a namesake compared, a new one recorded."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.cases.models import Case
from app.database import db
from app.students.models import Archive, Change, Directive, Enrolment, Standing, Student, StudentNumber, masked
from tests.cases.test_races import Act, at_once, count
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.arrival_case import Arrival, an_arrival
from tests.support.client import Client
from tests.support.papers import proofs
from tests.support.single_school_case import GUARDIAN, a_matter
from tests.support.transfer_case import Story, staff
from tests.walking import fields_of


@pytest.fixture
def arrival(app: Flask, client: Client) -> Arrival:
    return an_arrival(client)


def test_nobody_knows_the_child_so_a_record_is_opened(arrival: Arrival) -> None:
    main = factories.a_number(place="341225")
    assert arrival.submit(main_number=main).status == 201
    assert main not in str(arrival.case()["application"])

    case = arrival.agree_until()

    assert ([each["task"] for each in case["decisions"]], case["outcome"]) == (
        ["school_approval", "bureau_approval"], "agreed",
    )  # fmt: skip
    db.session.rollback()
    child = db.session.scalars(sa.select(Student)).one()
    assert (child.name, child.main_number, case["student"]["id"]) == ("周沐阳", main, child.id)
    enrolment = child.open_enrolment
    assert enrolment is not None
    assert (enrolment.grade, enrolment.entry_year, enrolment.school_id) == ("13", 2024, arrival.school.id)
    kinds = db.session.scalars(sa.select(StudentNumber.kind).order_by(StudentNumber.id)).all()
    assert sorted(kind.value for kind in kinds) == ["card", "national", "stage"]
    archive = db.session.scalars(sa.select(Archive)).one()
    assert (archive.custodian_id, "安徽省阜南县第一小学" in archive.entries[-1].body) == (arrival.school.id, True)
    assert db.session.scalars(sa.select(Change.code)).all() == ["Z4"]
    assert factories.the_quota(arrival.school, "13").used == 1
    assert [guardian.name for guardian in child.guardians] == ["陈建国"]
    assert list(audit.verify()) == []


def test_scenario_07_a_child_enrolled_elsewhere_is_transferred_with_what_was_typed(arrival: Arrival) -> None:
    releasing = factories.a_school("330212")
    child = factories.a_student(releasing, name="周沐阳")

    answer = arrival.submit(main_number=child.main_number)

    assert (answer.status, answer.json["status"], answer.json["outcome"]) == (201, "closed", "redirected")
    case = db.session.scalars(sa.select(Case).where(Case.process_key == "transfer")).one()
    first = db.session.scalars(sa.select(Case).where(Case.number == arrival.number)).one()
    assert (case.follows_id, case.holds_student, case.opened_by) == (first.id, True, first.opened_by)
    assert first.ended_because == f"省内已有该生学籍记录，转为省内转学（办件 {case.number}）"
    people = {
        "receiving_school": arrival.people["school"], "receiving_bureau": arrival.people["bureau"],
        "releasing_school": staff(releasing), "releasing_bureau": staff(releasing.office.superior),
    }  # fmt: skip
    story = Story(arrival.client, child, arrival.school, releasing, people, case.number)
    shown = story.case()["application"]
    assert (shown["reason"], shown["guardian"], "main_number" in shown) == ("随父母务工", GUARDIAN, False)
    story.agree_until("pull")
    assert story.decide().json["outcome"] == "agreed"
    assert count(Student) == 1
    assert count(Enrolment, Enrolment.school_id == arrival.school.id, Enrolment.ends_on.is_(None)) == 1


def test_what_forbids_the_transfer_is_said_at_once(arrival: Arrival) -> None:
    child = factories.a_student(factories.a_school("330212"), name="周沐阳", standing=Standing.SUSPENDED)

    with nothing_changes():
        answer = arrival.submit(main_number=child.main_number)

    assert answer.codes == {"E-DUP-01", "E-SUS"}
    assert "休学" in next(each["detail"] for each in answer.json["objections"] if each["code"] == "E-DUP-01")


def test_a_known_number_under_another_name_is_nobodys_record(arrival: Arrival) -> None:
    child = factories.a_student(factories.a_school("330212"), name="另一人")

    with nothing_changes():
        answer = arrival.submit(main_number=child.main_number)

    assert answer.codes == {"E-DUP-01"}
    assert "另一人" not in answer.text


@pytest.mark.parametrize("process", ["withdrawal", "abroad"])
def test_a_child_who_had_left_is_released_by_whoever_keeps_the_archive(arrival: Arrival, process: str) -> None:
    matter = a_matter(arrival.client, superior="330212")
    matter.walk(process)
    keeper = "bureau" if process == "abroad" else "school"

    answer = arrival.submit(name=matter.child.name, main_number=matter.child.main_number, grade="14")

    assert (answer.status, answer.json["outcome"]) == (201, "redirected"), answer.text
    number = db.session.scalars(sa.select(Case.number).where(Case.process_key == "transfer")).one()
    people = {
        "receiving_school": arrival.people["school"], "receiving_bureau": arrival.people["bureau"],
        "releasing_school": matter.people[keeper], "releasing_bureau": matter.people["bureau"],
    }  # fmt: skip
    story = Story(arrival.client, matter.child, arrival.school, matter.school, people, number)
    story.agree_until("pull")
    assert db.session.scalars(sa.select(Directive)).one().from_office_id == (
        matter.school.office.superior_id if process == "abroad" else matter.school.id
    )
    assert story.decide().json["outcome"] == "agreed"
    enrolment = matter.enrolment
    assert (enrolment.epoch, enrolment.grade, enrolment.entry_year) == (2, "14", 2023)
    assert (enrolment.standing.value, enrolment.school_id) == ("active", arrival.school.id)
    assert db.session.scalars(sa.select(Archive)).one().custodian_id == arrival.school.id
    assert factories.the_quota(arrival.school, "14").used == 1
    assert db.session.scalars(sa.select(Change.code).order_by(Change.id)).all()[-1] == "22"
    assert list(audit.verify()) == []


def test_whoever_keeps_the_archive_itself_reinstates(client: Client) -> None:
    matter = a_matter(client)
    matter.walk("withdrawal")
    here = Arrival(client, matter.school, matter.people)

    answer = here.submit(name=matter.child.name, main_number=matter.child.main_number)

    assert answer.codes == {"E-DUP-01", "E-ARCH-03"}


def test_the_dead_do_not_arrive(client: Client) -> None:
    matter = a_matter(client)
    matter.walk("death")

    answer = an_arrival(client).submit(name=matter.child.name, main_number=matter.child.main_number)

    assert answer.codes == {"E-DUP-01", "E-STANDING"}


def namesake(arrival: Arrival) -> str:
    """A number of the same day and sex as that of a child who bears the same name elsewhere."""
    born = dt.date(2017, 5, 20)
    first = factories.a_number(born)
    factories.a_student(factories.a_school("330212"), name="周沐阳", number=first)
    second = factories.a_number(born, place="341225")
    while int(second[16]) % 2 != int(first[16]) % 2:
        second = factories.a_number(born, place="341225")
    return second


def test_a_namesake_of_the_same_day_is_compared_by_the_county_first(arrival: Arrival) -> None:
    assert arrival.submit(main_number=namesake(arrival)).status == 201
    (task,) = arrival.case()["waiting"]
    assert (task["key"], task["office"]["code"], task["code"]) == ("county_check", "330106", "E-DUP-02")
    assert "学校，在读" in task["note"]

    case = arrival.agree_until()

    assert [each["task"] for each in case["decisions"]] == ["county_check", "school_approval", "bureau_approval"]
    assert (case["outcome"], count(Student)) == ("agreed", 2)


def test_the_same_child_is_not_recorded_twice(arrival: Arrival) -> None:
    arrival.submit(main_number=namesake(arrival))

    answer = arrival.decide("refuse", reason_code="same_person", opinion="经核查为同一人")

    assert (answer.json["outcome"], count(Student)) == ("refused", 1)


@pytest.mark.parametrize("desk", ["school_approval", "bureau_approval"])
@pytest.mark.parametrize("outcome", ["refuse", "send_back"])
def test_each_desk_may_refuse_or_send_back(arrival: Arrival, desk: str, outcome: str) -> None:
    application = arrival.application()
    arrival.submit(**application)
    arrival.agree_until(desk)

    answer = arrival.decide(outcome)

    assert (answer.status, count(Student)) == (200, 0)
    if outcome == "refuse":
        assert answer.json["outcome"] == "refused"
        assert arrival.submit(**application).status == 201, "the number is free again"
        return
    assert answer.json["status"] == "repairing"
    assert arrival.decide(form={"from_school": "阜南县第二小学"}).status == 200
    assert arrival.agree_until()["outcome"] == "agreed"
    assert "阜南县第二小学" in db.session.scalars(sa.select(Archive)).one().entries[-1].body


def test_all_but_who_the_child_is_can_be_repaired(arrival: Arrival, client: Client) -> None:
    mother, father = factories.a_number(dt.date(1986, 4, 9)), "33010619850305661X"
    arrival.submit(guardian_number=father, household_division="341225")
    arrival.decide("send_back")
    clerk = Client(client.app).sign_in(arrival.people["school"].operator)
    clerk.get(f"/cases/{arrival.number}")
    form = clerk.page.xpath("//form[contains(@action, '/decision')]")[0]
    offered = set(form.xpath(".//*[@name]/@name"))
    assert offered >= {"grade", "household_division", "health", "commute_distance", "guardian_number", "guardian2.name"}
    assert not offered & {"name", "sex", "born_on", "document_type", "main_number", "has_record", "national_number"}

    factories.the_quota(arrival.school, "12").total = 0
    db.session.commit()
    full = arrival.decide(form={"grade": "12"})
    assert full.codes == {"E-QUOTA-01"}
    young = arrival.decide(form={"commute_distance": "far"})
    assert young.codes == {"E-INPUT"}
    repaired = {"grade": "14", "household_division": "330106", "commute_distance": "1.5", "guardian_number": mother}
    typed = {**dict(fields_of(form)), **repaired, "guardian.name": "陈建军", "outcome": "agree"}
    assert clerk.post(form.get("action"), **typed).status == 302

    desk = Client(client.app).sign_in(arrival.people["school"].approver)
    desk.get(f"/cases/{arrival.number}")
    lines = desk.page.xpath("//*[@aria-label='退回补正的情况']/p[strong]")
    changes = [" ".join(each.text_content().split()) for each in lines]
    assert changes[1:] == [
        "户口所在地区划代码：安徽省阜阳市阜南县 → 浙江省杭州市西湖区",
        "转入年级：小学三年级 → 小学四年级",
        "上下学距离：（空） → 1.5 公里",
        "家庭成员一姓名：陈建国 → 陈建军",
        f"家庭成员一身份证号：{masked(father)} → {masked(mother)}",
    ]
    assert arrival.agree_until()["outcome"] == "agreed"
    enrolment = db.session.scalars(sa.select(Enrolment)).one()
    assert (enrolment.grade, enrolment.student.guardians[0].name) == ("14", "陈建军")


def test_the_last_seat_gone_the_school_waits_for_another(arrival: Arrival) -> None:
    arrival.submit()
    arrival.agree_until("bureau_approval")
    factories.the_quota(arrival.school, "13").total = 0
    db.session.commit()

    answer = arrival.decide()

    (task,) = answer.json["waiting"]
    assert (answer.status, task["key"], task["code"], count(Student)) == (200, "await_seat", "E-QUOTA-01", 0)
    assert arrival.decide().json["waiting"][0]["key"] == "await_seat"
    factories.the_quota(arrival.school, "13").total = 1
    db.session.commit()
    assert (arrival.decide().json["outcome"], count(Student)) == ("agreed", 1)


def test_who_waits_for_a_seat_may_give_up(arrival: Arrival) -> None:
    arrival.submit()
    arrival.agree_until("bureau_approval")
    factories.the_quota(arrival.school, "13").total = 0
    db.session.commit()
    arrival.decide()

    assert (arrival.decide("refuse").json["outcome"], count(Student)) == ("refused", 0)


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [
        ({"grade": "21"}, {"E-GRADE"}),
        ({"sex": "other"}, {"E-INPUT"}),
        ({"born_on": "2016-01-01"}, {"E-ID-05"}),
        ({"signed_on": "2026-12-31"}, {"E-INPUT"}),
    ],
)
def test_what_is_typed_is_checked(arrival: Arrival, wrong: dict[str, Any], codes: set[str]) -> None:
    assert arrival.submit(**wrong).codes == codes


def submit(arrival: Arrival, application: dict[str, Any]) -> Act:
    program = arrival.client.api(arrival.people["school"].operator)
    return lambda: program.apply("arrival", application)


def test_scenario_08_two_counties_record_the_same_child_at_once(arrival: Arrival) -> None:
    other = an_arrival(arrival.client, "330212")
    application = arrival.application()

    answers = at_once(submit(arrival, application), submit(other, application))

    assert sorted(answer.status for answer in answers) == [201, 422]
    assert next(answer for answer in answers if answer.status == 422).codes == {"E-DUP-03"}
    winner, loser = (arrival, other) if answers[0].status == 201 else (other, arrival)
    winner.number = next(answer.json["number"] for answer in answers if answer.status == 201)
    assert loser.submit(**application).codes == {"E-DUP-03"}
    assert winner.agree_until()["outcome"] == "agreed"

    late = loser.submit(**application)

    assert (late.status, late.json["outcome"]) == (201, "redirected")
    assert count(Student) == 1
    assert count(Case, Case.process_key == "transfer") == 1


def test_known_while_the_desks_decided_it_goes_on_as_a_transfer(arrival: Arrival) -> None:
    """Somebody entered the child by another door, such as the list of a takeover."""
    application = arrival.application()
    arrival.submit(**application)
    arrival.agree_until("bureau_approval")
    releasing = factories.a_school("330212")
    factories.a_student(releasing, name="周沐阳", number=application["main_number"])

    answer = arrival.decide()

    assert (answer.status, answer.json["outcome"]) == (200, "redirected"), answer.text
    assert count(Case, Case.process_key == "transfer", Case.status == "open") == 1
    assert count(Student) == 1


def test_by_hand_on_the_page(arrival: Arrival) -> None:
    clerk = Client(arrival.client.app).sign_in(arrival.people["school"].operator)
    clerk.get("/apply/arrival")
    key = clerk.page.xpath("string(//input[@name='key']/@value)")
    typed = arrival.application()
    guardian = {f"guardian.{name}": value for name, value in typed.pop("guardian").items()}

    sent = clerk.post("/apply/arrival", key=key, **typed, **guardian, **proofs("arrival", typed))

    assert sent.status == 302, sent.text
    page = clerk.get(sent.location or "").text
    assert ("周沐阳" in page, typed["main_number"] in page) == (True, False)
    assert f"{typed['main_number'][:6]}********{typed['main_number'][-4:]}" in page
