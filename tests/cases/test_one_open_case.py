"""One child, one open case: what is refused one after the other is refused at once, and the database holds it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases.models import Case, CaseOutcome, CaseStatus
from app.database import db
from app.encryption import keyed_hash
from app.students.models import NumberReservation, Student
from tests.cases.test_races import at_once, count
from tests.processes.registration.test_registration import a_graduate, a_row, an_entry, named
from tests.support import factories, invariants
from tests.support.arrival_case import an_arrival
from tests.support.client import Answer, Client
from tests.support.transfer_case import Story, staff

SIGNED = {
    "guardian": {"name": "陈建国", "relation": "1", "phone": "13800000000"},
    "signed_on": "2026-11-20",
    "proof": "户口簿",
}


def recall(entry: Any) -> Answer:
    return entry.program("school").post(f"/cases/{entry.number}/recall", {"reason": "名单有误"})


def test_a_list_recalled_elsewhere_frees_nobody_elses_child(client: Client, app: Flask) -> None:
    """A registers X and B may not; A registers Y, recalls it, and B still may not register X."""
    one, other = an_entry(client), an_entry(client, superior="330108")
    wanted = a_row()
    assert one.submit([wanted]).status == 201
    assert other.submit([wanted]).codes == {"E-DUP-03"}
    assert one.submit([a_row()]).status == 201
    assert recall(one).status == 200

    again = other.submit([wanted])

    assert (again.status, again.codes) == (422, {"E-DUP-03"})
    assert count(Case, Case.status != CaseStatus.CLOSED) == 1
    assert invariants.broken() == []


def test_a_child_is_free_again_when_its_own_case_has_closed(client: Client, app: Flask) -> None:
    one, other = an_entry(client), an_entry(client, superior="330108")
    wanted = a_row()
    one.submit([wanted, a_row()])
    recall(one)

    assert other.submit([wanted]).status == 201
    assert one.submit([wanted]).codes == {"E-DUP-03"}
    assert invariants.broken() == []


def test_four_schools_create_the_same_arrival_at_once(client: Client, app: Flask) -> None:
    """With other cases about that have closed: one is opened, three read why not, and the one goes to its end."""
    schools = [an_arrival(client, superior) for superior in ("330106", "330108", "330109", "330212")]
    for each in schools:  # a case that has closed, with the number it held
        assert each.submit().status == 201
        each.decide("refuse")
    number = factories.a_number(place="341225")
    bodies = [each.application(main_number=number) for each in schools]
    programs = [client.api(each.people["school"].operator) for each in schools]

    def submit(place: int) -> Answer:
        return programs[place].post("/cases", {"process": "arrival", "application": bodies[place]})

    answers = at_once(*(lambda place=place: submit(place) for place in range(4)))

    assert sorted(answer.status for answer in answers) == [201, 422, 422, 422]
    assert [answer.codes for answer in answers if answer.status == 422] == [{"E-DUP-03"}] * 3
    assert invariants.broken() == []
    winner = next(each for each, answer in zip(schools, answers, strict=True) if answer.status == 201)
    winner.number = next(answer.json["number"] for answer in answers if answer.status == 201)
    winner.agree_until()
    assert winner.case()["outcome"] == "agreed"
    assert count(Student) == 1
    assert invariants.broken() == []


def test_four_schools_want_a_child_whom_the_province_knows(client: Client, app: Flask) -> None:
    """Their arrivals become one transfer."""
    schools = [an_arrival(client, superior) for superior in ("330106", "330108", "330109", "330110")]
    known = factories.a_student(factories.a_school("330212"), name="周沐阳")
    bodies = [each.application(main_number=known.main_number) for each in schools]
    programs = [client.api(each.people["school"].operator) for each in schools]

    def submit(place: int) -> Answer:
        return programs[place].post("/cases", {"process": "arrival", "application": bodies[place]})

    answers = at_once(*(lambda place=place: submit(place) for place in range(4)))

    assert sorted(answer.status for answer in answers) == [201, 422, 422, 422]
    assert all("E-CASE-01" in answer.codes for answer in answers if answer.status == 422)
    assert count(Case, Case.process_key == "transfer") == 1
    assert invariants.broken() == []


def a_graduate_wanted_twice(client: Client) -> tuple[Any, Any, dict[str, Any], dict[str, Any]]:
    """A school that lists a graduate, and one that wants the same child by another process (P02b)."""
    lists = an_entry(client, stages="junior")
    home = an_entry(client, superior="330212", stages="junior")
    child = a_graduate(factories.a_school("330106"))
    application = {
        "main_number": child.main_number,
        "name": child.name,
        "stage": "junior",
        "entry_year": 2026,
        "household_division": "330212",
        **SIGNED,
        "signed_on": clock.today().isoformat(),
    }
    return lists, home, named(child), {"process": "home_return", "application": application}


def test_a_listed_graduate_is_not_taken_by_another_process(client: Client, app: Flask) -> None:
    lists, home, row, body = a_graduate_wanted_twice(client)
    assert lists.submit([row], "registration_stage", stage="junior").status == 201

    answer = home.program("school").post("/cases", body)

    assert (answer.status, answer.codes) == (422, {"E-DUP-03"}), answer.text
    assert recall(lists).status == 200
    assert home.program("school").post("/cases", body).status == 201
    assert lists.submit([row], "registration_stage", stage="junior").codes == {"E-CASE-01"}
    assert invariants.broken() == []


def test_a_graduate_listed_and_taken_home_at_once_is_in_one_case(client: Client, app: Flask) -> None:
    lists, home, row, body = a_graduate_wanted_twice(client)
    program = home.program("school")

    answers = at_once(
        lambda: lists.submit([row], "registration_stage", stage="junior"), lambda: program.post("/cases", body)
    )

    assert sorted(answer.status for answer in answers) == [201, 422]
    [loser] = [answer for answer in answers if answer.status == 422]
    assert loser.codes <= {"E-DUP-03", "E-CASE-01"}
    assert invariants.broken() == []


def test_a_number_that_a_correction_brings_is_nobody_elses_meanwhile(client: Client, app: Flask) -> None:
    school = factories.a_school("330106")
    child, people = factories.a_student(school), staff(school)
    arrival = an_arrival(client, "330108")
    number = factories.a_number(child.born_on)
    while (int(number[16]) % 2 == 1) != (child.sex.value == "1"):
        number = factories.a_number(child.born_on)
    application = {"student": child.id, "main_number": number, "reason": "录入有误", **SIGNED}
    opened = client.api(people.operator).apply("key_correction", application)
    assert opened.status == 201, opened.text

    refused = arrival.submit(main_number=number)

    assert (refused.status, refused.codes) == (422, {"E-CASE-01"})
    assert invariants.broken() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE number_reservation SET case_id = {other}",
        "UPDATE number_reservation SET number_hash = 'x'",
        "DELETE FROM number_reservation",
    ],
)
def test_the_database_keeps_a_child_with_its_open_case(story: Story, statement: str) -> None:
    assert story.submit().status == 201
    other = factories.a_takeover()
    case = db.session.scalars(sa.select(Case).where(Case.number == story.number)).one()
    held = sa.select(NumberReservation.case_id).where(NumberReservation.number_hash == story.child.main_number_hash)
    assert db.session.scalar(held) == case.id
    db.session.commit()

    with pytest.raises(sa.exc.DBAPIError, match="held by its case"):
        db.session.execute(sa.text(statement.format(other=other.id)))

    db.session.rollback()
    assert db.session.scalar(held) == case.id


def test_the_database_lets_go_of_a_child_whose_case_has_closed(story: Story) -> None:
    assert story.submit().status == 201
    values = {"status": CaseStatus.CLOSED, "outcome": CaseOutcome.REFUSED, "closed_at": clock.now()}
    db.session.execute(sa.update(Case).where(Case.number == story.number).values(**values))

    held = NumberReservation.number_hash == keyed_hash(story.child.main_number)

    released = db.session.scalars(sa.delete(NumberReservation).where(held).returning(NumberReservation.case_id)).all()

    assert len(released) == 1
