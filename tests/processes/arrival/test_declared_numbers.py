"""A national number that an arrival declares: 待核验 until the other province has answered, then the child's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.commands import tick
from app.cases.models import Case, Decision
from app.database import db
from app.exchange.adapters import REQUEST
from app.students.models import NumberKind, Standing, Student, StudentNumber
from tests.cases.test_races import at_once, count
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.arrival_case import Arrival, an_arrival
from tests.support.client import Client
from tests.support.other_provinces import Elsewhere

BORNE = "L34122520170520123X"  # a temporary number of another province
OTHER = "L341225201705205678"


@pytest.fixture
def arrival(app: Flask, client: Client) -> Arrival:
    return an_arrival(client)


def nationals() -> list[tuple[str, str, bool]]:
    """Number, reason and whether it has a child, of every national number."""
    db.session.rollback()
    db.session.expire_all()
    kept = sa.select(StudentNumber).where(StudentNumber.kind == NumberKind.NATIONAL).order_by(StudentNumber.id)
    return [(each.in_full, each.reason, each.student_id is not None) for each in db.session.scalars(kept)]


def asked_for(arrival: Arrival, **more: str) -> None:
    """Both desks have agreed, the other province has the question."""
    assert arrival.submit(has_record=True, **more).status == 201
    arrival.agree_until("await_other_province")
    tick()


def answered(elsewhere: Elsewhere, **body: str) -> None:
    elsewhere.answer(answer="agreed", **body)
    tick()


def waiting(arrival: Arrival) -> tuple[str, str]:
    (task,) = arrival.case()["waiting"]
    return task["key"], task["note"] or ""


def test_the_declared_number_is_the_childs_once_the_other_province_has_answered(
    arrival: Arrival, elsewhere: Elsewhere
) -> None:
    asked_for(arrival, national_number=BORNE)
    assert elsewhere.took[-1].body["national_number"] == BORNE
    shown = arrival.case()["application"]
    assert (shown["national_number_masked"], shown["national_number_state"]) == ("L341225********123X", "待核验")
    assert nationals() == [(BORNE, "待核验", False)]

    answered(elsewhere, national_number=BORNE)

    assert arrival.case()["outcome"] == "agreed"
    assert nationals() == [(BORNE, "外省已核验", True)], "no second one"
    assert arrival.case()["application"]["national_number_state"] == "外省已核验"


def test_an_answer_without_a_number_confirms_the_declared_one(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival, national_number=BORNE)

    answered(elsewhere)

    assert nationals() == [(BORNE, "外省已核验", True)]


def test_the_page_of_the_case_shows_it_masked_and_where_it_stands(arrival: Arrival, elsewhere: Elsewhere) -> None:
    arrival.submit(has_record=True, national_number=BORNE)
    clerk = Client(arrival.client.app).sign_in(arrival.people["school"].operator)

    page = clerk.get(f"/cases/{arrival.number}").text

    assert ("L341225********123X（待核验）" in page, BORNE in page) == (True, False)


def test_nobody_else_declares_it_while_the_case_is_open_and_anybody_may_afterwards(
    arrival: Arrival, elsewhere: Elsewhere
) -> None:
    other = an_arrival(arrival.client, "330212")
    assert arrival.submit(has_record=True, national_number=BORNE).status == 201

    with nothing_changes():
        answer = other.submit(name="李一诺", has_record=True, national_number=BORNE)
    assert answer.codes == {"E-DUP-03"}
    assert [each["field"] for each in answer.json["objections"]] == ["national_number"]
    assert arrival.decide("refuse").json["outcome"] == "refused"

    assert other.submit(name="李一诺", has_record=True, national_number=BORNE).status == 201
    assert nationals() == [(BORNE, "待核验", False)]
    assert arrival.case()["application"]["national_number_state"] == "未核验"


def test_of_two_that_declare_it_at_once_one_does(arrival: Arrival, elsewhere: Elsewhere) -> None:
    other = an_arrival(arrival.client, "330212")
    first = arrival.application(has_record=True, national_number=BORNE)
    second = other.application(name="李一诺", has_record=True, national_number=BORNE)

    programs = [(each.client.api(each.people["school"].operator)) for each in (arrival, other)]
    answers = at_once(
        *(
            lambda program=program, typed=typed: program.post("/cases", {"process": "arrival", "application": typed})
            for program, typed in zip(programs, (first, second), strict=True)
        )
    )

    assert sorted(each.status for each in answers) == [201, 422]
    assert nationals() == [(BORNE, "待核验", False)]


def test_who_bears_it_in_the_province_is_transferred(arrival: Arrival, elsewhere: Elsewhere) -> None:
    """The identity number has changed since; the national number has not."""
    asked_for(arrival, national_number=BORNE)
    answered(elsewhere)
    other = an_arrival(arrival.client, "330212")

    stranger = other.submit(name="李一诺", has_record=True, national_number=BORNE)
    same = other.submit(has_record=True, national_number=BORNE)

    assert stranger.codes == {"E-DUP-01"}
    assert "周沐阳" not in stranger.text
    assert (same.status, same.json["outcome"]) == (201, "redirected")
    assert count(Student) == 1
    assert nationals() == [(BORNE, "外省已核验", True)]


def test_a_number_of_one_child_and_an_identity_number_of_another(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival, national_number=BORNE)
    answered(elsewhere)
    child = factories.a_student(factories.a_school("330212"), name="李一诺")

    answer = arrival.submit(
        name="李一诺", main_number=child.main_number, has_record=True, national_number=BORNE, grade="13"
    )

    assert "E-DUP-03" in answer.codes


def test_another_number_in_the_answer_is_asked_about_and_put_right(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival, national_number=BORNE)
    answered(elsewhere, national_number=OTHER)

    key, note = waiting(arrival)
    assert key == "refused_elsewhere"
    assert "L341225********123X" in note
    assert "L341225********5678" in note
    assert BORNE not in note
    assert OTHER not in note
    assert (count(Student), nationals()) == (0, [(BORNE, "待核验", False)])

    assert arrival.decide(form={"national_number": OTHER}).status == 200

    assert nationals() == [(OTHER, "待核验", False)]
    kept = db.session.scalars(sa.select(Decision.form).where(Decision.key == "refused_elsewhere")).one()
    assert kept == {
        "national_number": "L341225********5678",
        "before": {"national_number": "L341225********123X"},  # what it was, by its ends too
    }
    tick()
    assert [each.body["national_number"] for each in elsewhere.took if each.kind == REQUEST] == [BORNE, OTHER]
    answered(elsewhere, national_number=OTHER)
    assert (arrival.case()["outcome"], nationals()) == ("agreed", [(OTHER, "外省已核验", True)])


def test_a_number_nobody_knows_is_asked_for_before_anything_is_written(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival, national_number="")
    answered(elsewhere)
    key, note = waiting(arrival)
    assert (key, "没有告知全国学籍号" in note, count(Student), nationals()) == ("refused_elsewhere", True, 0, [])

    arrival.decide(form={"national_number": BORNE})
    tick()
    answered(elsewhere)

    assert nationals() == [(BORNE, "外省已核验", True)]


def test_the_answer_brings_the_number_that_nobody_had_known(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival, national_number="")

    answered(elsewhere, record={"numbers": [{"kind": "national", "value": BORNE}]})  # type: ignore[arg-type]

    assert nationals() == [(BORNE, "外省已核验", True)]


@pytest.mark.parametrize("answer", ["2001", "2003", "refused"])
def test_a_refusal_leaves_it_unverified_and_a_way_on(arrival: Arrival, elsewhere: Elsewhere, answer: str) -> None:
    asked_for(arrival, national_number=BORNE)
    elsewhere.answer(answer=answer)
    tick()
    assert waiting(arrival)[0] == "refused_elsewhere"
    assert nationals() == [(BORNE, "待核验", False)]

    assert arrival.decide("refuse").json["outcome"] == "refused"

    assert count(Student) == 0
    again = an_arrival(arrival.client, "330212")
    assert again.submit(has_record=True, national_number=BORNE).status == 201, "it holds nobody off any more"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"national_number": BORNE}, "has_record"),
        ({"national_number": "G330106201705200017", "has_record": True}, "national_number"),  # its check digit
        ({"national_number": "X341225201705205678", "has_record": True}, "national_number"),
        ({"national_number": "L3412252017", "has_record": True}, "national_number"),
    ],
)
def test_what_is_declared_is_checked(arrival: Arrival, wrong: dict[str, object], field: str) -> None:
    answer = arrival.submit(**wrong)

    assert (answer.status, [each["field"] for each in answer.json["objections"]]) == (422, [field])


def test_the_declared_number_of_one_who_had_left_the_province_before(arrival: Arrival, elsewhere: Elsewhere) -> None:
    """Known by the identity number: the arrival is a transfer, and no second record or number comes of it."""
    child = factories.a_student(factories.a_school("330212"), name="周沐阳", standing=Standing.TRANSFERRED)

    answer = arrival.submit(main_number=child.main_number, has_record=True, national_number=BORNE, grade="14")

    assert (answer.status, answer.json["outcome"]) == (201, "redirected")
    assert (count(Case, Case.process_key == "transfer"), nationals()) == (1, [])
