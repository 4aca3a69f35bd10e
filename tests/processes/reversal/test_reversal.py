"""反向更正: what was recorded in error is taken back by the opposite entry, and nothing is deleted."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.database import db
from app.students.models import Archive, Change, Enrolment, Standing, Student, StudentNumber, Suspension
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import staff

DESKS = ["school_approval", "bureau_approval", "superior_approval"]
#: what was done in error -> the standing before it
ERRORS = {
    "suspension": "active",
    "suspension_renewal": "suspended",
    "resumption": "suspended",
    "withdrawal": "active",
    "skip": "active",
    "repeat": "active",
    "death": "active",
    "abroad": "active",
    "drop_out": "active",
    "return_to_school": "dropped_out",
    "key_correction": "active",
    "correction": "active",
    "class_change": "active",
}


def a_child(client: Client, process: str = "suspension", **more: Any) -> Matter:
    """A school's matter with the people of the next tier at hand."""
    matter = a_matter(client, standing=Standing(ERRORS[process]), **more)
    above = matter.school.office.superior.superior
    matter.people["next"] = staff(above)
    return matter


def record(matter: Matter) -> dict[str, Any]:
    """What an error altered, as the database holds it now."""
    db.session.rollback()
    enrolment = matter.enrolment
    child = enrolment.student
    columns = ("epoch", "school_id", "standing", "grade", "entry_year", "school_class_id", "ends_on")
    quotas = {grade: factories.the_quota(matter.school, grade).used for grade in ("12", "13", "14")}
    person = (child.name, child.sex, child.born_on, child.main_number_hash, dict(child.particulars or {}))
    archive = db.session.scalars(sa.select(Archive).where(Archive.student_id == child.id)).one()
    return {
        **{name: getattr(enrolment, name) for name in columns}, "quotas": quotas, "person": person,
        "custodian": archive.custodian_id,
        "suspensions": [each.ended_on is None for each in db.session.scalars(sa.select(Suspension).order_by("id"))],
    }  # fmt: skip


def last_change(matter: Matter) -> Change:
    db.session.rollback()
    query = sa.select(Change).where(Change.student_id == matter.child.id).order_by(Change.id.desc()).limit(1)
    return db.session.scalars(query).one()


def application(matter: Matter, change: Change | None = None, **more: Any) -> dict[str, Any]:
    return {
        "student": matter.child.id,
        "change": (change or last_change(matter)).id,
        "explanation": "录入时选错学生",
        "basis": "校务会议纪要",
        **more,
    }


def reverse(matter: Matter, change: Change | None = None, **more: Any) -> Any:
    return matter.submit("reversal", application(matter, change, **more))


def decide(matter: Matter, outcome: str = "agree") -> Any:
    """Let whoever has the task decide, the next tier included."""
    task = matter.waiting()
    offices = {matter.school.office.code: "school", matter.school.office.superior.code: "bureau"}
    body = {"outcome": outcome}
    if outcome in ("refuse", "send_back"):
        body |= {"reason_code": "incomplete_papers", "opinion": "缺依据"}
    program = matter.program(offices.get(task["office"]["code"], "next"), task["duty"])
    return program.post(f"/tasks/{task['id']}/decision", body)


def walk(matter: Matter) -> dict[str, Any]:
    while matter.case()["status"] != "closed":
        answer = decide(matter)
        assert answer.status == 200, answer.text
    return matter.case()


@pytest.mark.parametrize("process", ERRORS)
def test_taken_back_the_record_is_as_it_was(client: Client, process: str) -> None:
    matter = a_child(client, process)
    number = matter.child.main_number
    before = record(matter)
    matter.walk(process)
    error = last_change(matter)
    more = {"main_number": number} if "main_number" in error.before else {}
    assert reverse(matter, error, **more).status == 201

    case = walk(matter)

    desks = DESKS[:2] if process in ("correction", "class_change") else DESKS
    assert ([each["task"] for each in case["decisions"]], case["outcome"]) == (desks, "agreed")
    after = record(matter)
    opened = {"suspension": [False], "suspension_renewal": [False]}.get(process, before["suspensions"])
    assert after == {**before, "suspensions": opened}
    entry = last_change(matter)
    assert (entry.code, entry.before, entry.after) == ("ZL", error.after, error.before)
    assert (entry.reverses.id, entry.reverses.reversed_by.id) == (error.id, entry.id)
    assert list(audit.verify()) == []


def test_a_withdrawal_of_a_suspended_child_lets_the_suspension_run_again(matter: Matter) -> None:
    matter.people["next"] = staff(matter.school.office.superior.superior)
    matter.walk("suspension")
    matter.walk("withdrawal")
    assert reverse(matter).status == 201

    walk(matter)

    assert matter.enrolment.standing.value == "suspended"
    assert db.session.scalars(sa.select(Suspension)).one().ended_on is None


def test_a_former_number_is_known_only_to_who_has_the_paper(client: Client) -> None:
    matter = a_child(client)
    old, new = matter.child.main_number, factories.a_number()
    more = {"main_number": new, "born_on": f"{new[6:10]}-{new[10:12]}-{new[12:14]}"}
    matter.walk("key_correction", **more, sex="1" if int(new[16]) % 2 else "2")
    assert reverse(matter).codes == {"E-REV-04"}
    assert reverse(matter, main_number=factories.a_number()).codes == {"E-REV-04"}
    assert reverse(matter, main_number=old).status == 201
    assert old not in str(matter.case()["application"])

    walk(matter)

    child = matter.enrolment.student
    assert (child.main_number, child.main_number_masked) == (old, f"{old[:6]}********{old[-4:]}")
    former = db.session.scalars(sa.select(StudentNumber).where(StudentNumber.kind == "former_main")).all()
    assert len(former) == 2
    matter.walk("key_correction", **more, sex="1" if int(new[16]) % 2 else "2")


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("outcome", ["refuse", "send_back"])
def test_each_desk_may_refuse_or_send_back(client: Client, desk: str, outcome: str) -> None:
    matter = a_child(client)
    matter.walk("suspension")
    assert reverse(matter).status == 201
    while matter.waiting()["key"] != desk:
        assert decide(matter).status == 200

    answer = decide(matter, outcome)

    assert answer.status == 200
    assert matter.enrolment.standing.value == "suspended"
    if outcome == "refuse":
        assert answer.json["outcome"] == "refused"
        assert reverse(matter).status == 201, "the child is free for another application"
        return
    assert (answer.json["status"], matter.waiting()["key"]) == ("repairing", "repair")
    assert walk(matter)["outcome"] == "agreed"
    assert matter.enrolment.standing.value == "active"


def test_what_stands_on_top_goes_first_and_is_listed(client: Client) -> None:
    matter = a_child(client)
    matter.walk("suspension")
    suspension = last_change(matter)
    matter.walk("resumption")
    resumption = last_change(matter)

    refused = reverse(matter, suspension)

    assert refused.codes == {"E-REV-03"}
    assert "2026-11-23 复学" in refused.json["objections"][0]["detail"]
    assert reverse(matter, resumption).status == 201
    walk(matter)
    assert reverse(matter, suspension).status == 201
    walk(matter)
    assert matter.enrolment.standing.value == "active"


def test_programs_read_what_took_back_what(client: Client) -> None:
    matter = a_child(client)
    matter.walk("suspension")
    reverse(matter)
    walk(matter)

    items = matter.program("school").get(f"/students/{matter.child.id}/changes").json["items"]

    assert [(each["code"], each["name"]) for each in items] == [("11", "休学"), ("ZL", "反向更正")]
    assert [(each["reverses"], each["reversed_by"]) for each in items] == [
        (None, items[1]["id"]),
        (items[0]["id"], None),
    ]
    neighbour = client.api(factories.a_user(factories.a_bureau("330108"), "approver"))
    assert neighbour.get(f"/students/{matter.child.id}/changes").status == 404


def test_an_entry_is_taken_back_once_and_a_transfer_never(client: Client) -> None:
    matter = a_child(client)
    matter.walk("suspension")
    error = last_change(matter)
    reverse(matter)
    walk(matter)

    assert reverse(matter, error).codes == {"E-REV-02"}
    assert reverse(matter).codes == {"E-REV-01"}, "the correction itself is no error"


def test_decided_after_another_change_it_is_refused(client: Client) -> None:
    matter = a_child(client)
    matter.walk("withdrawal")
    reverse(matter)
    while matter.waiting()["key"] != DESKS[-1]:
        decide(matter)
    error = db.session.scalars(sa.select(Change).where(Change.code == "31")).one()
    db.session.add(
        Change(
            case_id=error.case_id, student_id=error.student_id, epoch=2, code="17", school_id=error.school_id,
            owner_division=error.owner_division, effective_on=error.effective_on, recorded_at=error.recorded_at,
            before={}, after={"standing": "active"},
        )
    )  # fmt: skip
    db.session.commit()

    with nothing_changes():
        answer = decide(matter)

    assert (answer.status, answer.code) == (422, "E-REV-03")


def test_without_a_seat_a_child_does_not_come_back(client: Client) -> None:
    matter = a_child(client)
    matter.walk("withdrawal")
    factories.the_quota(matter.school, "13").total = 0
    db.session.commit()

    assert reverse(matter).codes == {"E-QUOTA-01"}


def test_the_seat_may_go_while_the_desks_decide(client: Client) -> None:
    matter = a_child(client)
    matter.walk("death")
    assert reverse(matter).status == 201
    factories.the_quota(matter.school, "13").total = 0
    db.session.commit()
    while matter.waiting()["key"] != DESKS[-1]:
        decide(matter)

    with nothing_changes():
        answer = decide(matter)

    assert (answer.status, answer.code, matter.enrolment.standing.value) == (422, "E-QUOTA-01", "deceased")


def test_only_the_school_that_erred_asks(client: Client) -> None:
    matter = a_child(client)
    matter.walk("suspension")
    elsewhere = client.api(factories.a_user(factories.a_school("330106"), "operator"))

    with nothing_changes():
        answer = elsewhere.post("/cases", {"process": "reversal", "application": application(matter)})

    assert (answer.status, answer.code) == (404, "E-MISSING")
    other = a_child(client)
    other.walk("suspension")
    assert reverse(matter, last_change(other)).status == 404


def test_a_school_of_the_province_has_no_tier_above(client: Client) -> None:
    matter = a_matter(client, superior="330000")
    matter.walk("suspension")
    assert reverse(matter).status == 201

    assert [each["task"] for each in walk(matter)["decisions"]] == DESKS[:2]


def test_the_page_offers_what_may_be_taken_back(client: Client) -> None:
    matter = a_child(client)
    matter.walk("suspension")
    error = last_change(matter)
    clerk = Client(client.app).sign_in(matter.people["school"].operator)
    page = clerk.get(f"/apply/reversal?student={matter.child.id}")
    assert "2026-11-23 休学" in page.text
    key = clerk.page.xpath("string(//input[@name='key']/@value)")
    typed = {name: value for name, value in application(matter).items() if name not in ("student",)}

    sent = clerk.post("/apply/reversal", key=key, student=matter.child.id, **typed)

    assert sent.status == 302, sent.text
    case = clerk.get(sent.location or "")
    assert "2026-11-23 休学" in case.text
    matter.number = (sent.location or "").rsplit("/", 1)[1]
    walk(matter)
    history = clerk.get(f"/students/{matter.child.id}").text
    assert ("已于 2026-11-23 更正" in history, "更正 2026-11-23 休学" in history) == (True, True)
    assert error.code == "11"


def test_two_entries_cannot_take_back_the_same_one(app: Flask, client: Client) -> None:
    matter = a_child(client)
    matter.walk("suspension")
    error = last_change(matter)
    row = {
        "case_id": error.case_id, "student_id": error.student_id, "epoch": 1, "code": "ZL",
        "school_id": error.school_id, "owner_division": "330106", "effective_on": error.effective_on,
        "recorded_at": error.recorded_at, "before": {}, "after": {}, "reverses_id": error.id,
    }  # fmt: skip
    db.session.execute(sa.insert(Change).values(**row))

    with pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.insert(Change).values(**row))

    db.session.rollback()
    assert db.session.scalars(sa.select(Student)).one().open_enrolment is not None
    assert db.session.scalars(sa.select(Enrolment)).one().standing.value == "suspended"
