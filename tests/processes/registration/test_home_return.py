"""回原籍升学: a graduate of elsewhere enters where the household is, with the source bureau's directive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from app.schools.models import Quota
from app.students.models import Student
from tests.processes.registration.test_registration import GUARDIAN, Entry, a_graduate, an_entry, named
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.transfer_case import Office, staff


@pytest.fixture
def junior(app: Flask, client: Client) -> Entry:
    return an_entry(client, stages="junior")


@dataclass
class Return:
    """A graduate of 宁波鄞州 whose household is in 杭州西湖, and everybody who decides."""

    entry: Entry
    child: Student
    source: Office
    number: str = ""

    def submit(self, **more: Any) -> Answer:
        asked = {
            **named(self.child),
            "stage": "junior",
            "entry_year": 2026,
            "household_division": "330106",
            "proof": "户口簿",
            "guardian": GUARDIAN,
            "signed_on": "2026-09-01",
            **more,
        }
        answer = self.entry.program("school").apply("home_return", asked)
        if answer.status == 201:
            self.number = answer.json["number"]
        return answer

    def case(self) -> dict[str, Any]:
        return self.entry.program("school").get(f"/cases/{self.number}").json

    def decide(self, outcome: str = "agree", **more: Any) -> Answer:
        [task] = self.case()["waiting"]
        bureau = {"receiving_bureau": self.entry.people["bureau"], "source_bureau": self.source}
        office = bureau.get(task["key"], self.entry.people["school"])
        body: dict[str, Any] = {"outcome": outcome, **more}
        if outcome in ("refuse", "send_back"):
            body = {"reason_code": "household_unproven", "opinion": "户口簿不符", **body}
        if task["key"] == "pull":
            body.setdefault("form", {"directive": self.case()["directive"]["number"]})
        user = getattr(office, task["duty"])
        return self.entry.client.api(user).post(f"/tasks/{task['id']}/decision", body)

    def agree_until(self, key: str) -> None:
        while self.case()["waiting"][0]["key"] != key:
            answer = self.decide()
            assert answer.status == 200, answer.text


@pytest.fixture
def going_home(junior: Entry) -> Return:
    source = factories.a_school("330212")
    return Return(junior, a_graduate(source), staff(source.office.superior))


def test_a_graduate_goes_back_home_with_the_directive_of_the_source(going_home: Return):
    answer = going_home.submit()
    assert answer.status == 201, answer.text
    going_home.agree_until("pull")
    assert going_home.case()["directive"]["number"].startswith("W2026-330212-")
    assert going_home.case()["directive"]["kind"] == "allow_outside"

    answer = going_home.decide()

    assert answer.status == 200, answer.text
    assert answer.json["outcome"] == "agreed"
    db.session.expire_all()
    child = db.session.get_one(Student, going_home.child.id)
    assert (child.open_enrolment.school_id, child.open_enrolment.grade) == (going_home.entry.school.id, "21")
    assert child.archive.custodian_id == going_home.entry.school.id
    assert going_home.case()["directive"]["status"] == "consumed"


@pytest.mark.parametrize("key", ["receiving_school", "receiving_bureau", "source_bureau"])
def test_each_office_may_refuse_the_way_home(going_home: Return, key: str):
    going_home.submit()
    going_home.agree_until(key)

    going_home.decide("refuse")

    assert going_home.case()["outcome"] == "refused"


@pytest.mark.parametrize("key", ["receiving_school", "receiving_bureau", "source_bureau"])
def test_each_office_may_send_the_way_home_back(going_home: Return, key: str):
    going_home.submit()
    going_home.agree_until(key)
    going_home.decide("send_back")
    assert going_home.case()["status"] == "repairing"
    papers = {"household_division": "330106", "proof": "户口簿复印件", "guardian": GUARDIAN, "signed_on": "2026-09-02"}

    answer = going_home.decide(form=papers)
    going_home.agree_until("pull")
    going_home.decide()

    assert answer.status == 200, answer.text
    assert going_home.case()["outcome"] == "agreed"


def test_without_a_seat_the_child_waits_or_gives_up(going_home: Return):
    going_home.submit()
    going_home.agree_until("pull")
    db.session.execute(sa.update(Quota).where(Quota.school_id == going_home.entry.school.id).values(total=0))
    db.session.commit()

    first = going_home.decide()
    again = going_home.decide()
    given_up = going_home.decide("refuse")

    assert [task["code"] for task in first.json["waiting"]] == ["E-QUOTA-01"]
    assert again.json["waiting"][0]["key"] == "await_seat"
    assert given_up.json["outcome"] == "refused"
    assert going_home.case()["directive"]["status"] == "revoked"
    assert db.session.get_one(Student, going_home.child.id).open_enrolment is None


@pytest.mark.parametrize("key", ["pull", "await_seat"])
def test_a_revoked_directive_brings_the_case_back_to_the_source(going_home: Return, key: str):
    going_home.submit()
    going_home.agree_until("pull")
    if key == "await_seat":
        db.session.execute(sa.update(Quota).where(Quota.school_id == going_home.entry.school.id).values(total=0))
        db.session.commit()
        going_home.decide()
    number = going_home.case()["directive"]["number"]

    answer = going_home.entry.client.api(going_home.source.approver).post(
        f"/directives/{number}/revoke", {"reason": "户籍有误"}
    )

    assert answer.status == 200, answer.text
    assert going_home.case()["waiting"][0]["key"] == "source_bureau"


def test_whose_household_is_elsewhere_does_not_go_home(going_home: Return):
    answer = going_home.submit(household_division="330212")

    assert [(each["code"], each["field"]) for each in answer.json["objections"]] == [("E-HOME", "household_division")]


def test_a_local_graduate_is_registered_with_the_others(going_home: Return):
    going_home.child = a_graduate(factories.a_school("330106"))

    answer = going_home.submit()

    assert [each["code"] for each in answer.json["objections"]] == ["E-HOME"]
