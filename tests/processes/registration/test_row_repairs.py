"""补正名单: of a list that was sent back its applicant corrects what was said of each child, by page and by program."""

from __future__ import annotations

import orjson
import pytest

from app.database import db
from app.students.models import Student, masked
from tests.cases.test_races import at_once
from tests.processes.registration.test_registration import Entry, a_row, entry
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.walking import fields_of

__all__ = ["entry"]  # a primary school with ten seats
FATHER = "33010619850305661X"


def sent_back(entry: Entry) -> list[str]:
    """A list of two children that the bureau has sent back; where each of its rows is corrected."""
    rows = [a_row(address="文三路 1 号", guardian_number=FATHER), a_row(name="王小雨")]
    assert entry.submit(rows).status == 201
    assert entry.decide().status == 200
    assert entry.decide("send_back").json["status"] == "repairing"
    return [f"/cases/{entry.number}/rows/{position}" for position in (1, 2)]


def clerk(entry: Entry) -> Client:
    return Client(entry.client.app).sign_in(entry.people["school"].operator)


def said(entry: Entry, position: int) -> dict[str, object]:
    found: dict[str, object] = orjson.loads(entry.rows()[position - 1].content)
    return found


def test_a_child_is_corrected_on_its_page_and_the_desks_see_what_was(entry: Entry) -> None:
    first, _second = sent_back(entry)
    school = clerk(entry)
    school.get(f"/cases/{entry.number}/rows")
    assert school.page.xpath("//table//a[contains(., '更正')]/@href") == [first, _second]
    school.get(first)
    [form] = school.page.xpath("//main//form[@method='post']")
    typed = dict(fields_of(form))
    assert (typed["address"], typed["guardian_number"]) == ("文三路 1 号", ""), "a number is not shown again"
    assert typed["household_division"] == "浙江省杭州市西湖区", "a place stands there by its name"
    assert not {"name", "sex", "born_on", "document_type", "main_number"} & set(typed)

    wrong = school.post(first, **{**typed, "address": "", "household_division": "999999"})
    assert wrong.status == 422
    assert {"请填写现住址。"} <= {each.text_content() for each in school.page.xpath("//div[@class='errors']//li/a")}
    assert said(entry, 1)["address"] == "文三路 1 号"
    saved = school.post(first, **{**typed, "address": "文三路 2 号", "commute_distance": "1.5", "class_number": "2"})
    assert (saved.status, saved.location) == (302, f"/cases/{entry.number}/rows")

    assert said(entry, 1) | {"address": "", "name": ""} == {
        **said(entry, 1), "address": "", "name": "", "commute_distance": "1.5", "class_number": 2,
    }  # fmt: skip
    assert (said(entry, 1)["address"], said(entry, 1)["guardian_number"]) == ("文三路 2 号", FATHER)
    assert entry.decide().status == 200
    desk = Client(entry.client.app).sign_in(entry.people["school"].approver)
    page = desk.get(f"/cases/{entry.number}/rows").text
    assert "补正时更改：" in page
    for each in ("现住址", "上下学距离", "班号"):
        assert each in page
    assert "更正<" not in page
    assert entry.agree()["outcome"] == "agreed"
    child = db.session.get_one(Student, entry.rows()[0].student_id)
    assert child.particulars["address"] == "文三路 2 号"
    assert child.open_enrolment is not None
    assert child.open_enrolment.school_class.number == 2


def test_a_program_corrects_a_row_and_who_the_child_is_stays(entry: Entry) -> None:
    sent_back(entry)
    program, before = entry.program("school"), said(entry, 2)
    address = f"/cases/{entry.number}/rows/2"
    fields = {name: value for name, value in before.items() if name not in IDENTITY}

    for name in IDENTITY:
        with nothing_changes(attempts=0):
            refused = program.post(address, {"row": {**fields, name: before.get(name, "1")}})
        assert refused.codes == {"E-INPUT"}, name
    with nothing_changes(attempts=0):
        unnamed = program.post(address, {"row": {**fields, "health": "6"}})
    assert unnamed.status == 422, "what is asked at the opening is asked again: a disability has its kind"
    done = program.post(address, {"row": {**fields, "address": "文二路 2 号", "guardian_number": FATHER}})

    assert (done.status, done.json["detail"]) == (200, "补正时更改：现住址、家庭成员一身份证号。")
    assert said(entry, 2) == {**before, "address": "文二路 2 号", "guardian_number": FATHER}
    again = program.post(address, {"row": {**fields, "address": "文二路 2 号"}})
    assert again.json["detail"] == done.json["detail"], "a number that is not written stays"
    assert masked(FATHER) in clerk(entry).get(f"/cases/{entry.number}/rows").text


IDENTITY = ("name", "sex", "born_on", "document_type", "main_number", "document_number")


def test_nobody_else_corrects_it_and_nobody_at_another_time(entry: Entry) -> None:
    row = a_row(name="王小雨")
    entry.submit([row])
    body = {"row": {name: value for name, value in row.items() if name not in IDENTITY}}
    address = f"/cases/{entry.number}/rows/1"
    elsewhere = entry.client.api(factories.a_user(factories.a_school("330106"), "operator"))
    with nothing_changes():
        assert entry.program("school").post(address, body).status == 403, "it is with the school's approver"
    entry.decide("send_back")

    for program, status in (
        (elsewhere, 404), (entry.program("bureau"), 403), (entry.program("school", "approver"), 403),
    ):  # fmt: skip
        with nothing_changes():
            assert program.post(address, body).status == status
    assert entry.program("school").post(address.replace("/1", "/2"), body).status == 404
    assert entry.program("school").post(address, body).status == 200


@pytest.mark.usefixtures("app")
def test_correcting_and_sending_again_at_once_loses_nothing(entry: Entry) -> None:
    """Whoever is second is told so: what was corrected is in the list that goes on, or was refused."""
    first, _second = sent_back(entry)
    fields = {name: value for name, value in said(entry, 1).items() if name not in IDENTITY}
    [task] = entry.case()["waiting"]
    program = entry.program("school")

    answers = at_once(
        lambda: program.post(first, {"row": {**fields, "address": "文三路 9 号"}}),
        lambda: program.post(f"/tasks/{task['id']}/decision", {"outcome": "agree"}),
    )

    assert {answer.status for answer in answers} <= {200, 403, 409}
    assert (said(entry, 1)["address"] == "文三路 9 号") is (answers[0].status == 200)
