"""What has changed the record and only waits to be filed is neither taken back nor ended from outside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.cases import operations
from app.cases.operations import reassignment
from app.database import transaction
from app.identity.operations import nobody
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support.client import Client
from tests.support.single_school_case import a_matter


@pytest.fixture
def present_law(app: Flask) -> Iterator[None]:
    app.config["PROFILE"] = "zj-now"
    yield
    app.config["PROFILE"] = "zj-2010"


def test_what_has_changed_the_record_and_waits_to_be_filed_is_not_taken_back(client: Client, present_law: None) -> None:
    matter = a_matter(client, grade="32")
    matter.submit("withdrawal")
    client.sign_in(matter.people["school"].operator)
    assert "撤回申请" in client.get(f"/cases/{matter.number}").text
    matter.decide()

    with nothing_changes():
        recalled = matter.program("school").post(f"/cases/{matter.number}/recall", {"reason": "不退了"})

    assert (recalled.status, recalled.codes) == (422, {"E-RECALL"})
    assert recalled.json["detail"] == "学籍已按本件变动，不能再撤回。"
    assert "撤回申请" not in client.get(f"/cases/{matter.number}").text
    assert matter.decide().json["outcome"] == "agreed"
    assert matter.enrolment.standing.value == "withdrawn"


def test_a_case_that_has_changed_the_record_is_not_ended_from_outside(client: Client, present_law: None) -> None:
    """Death of the child, the end of its school: what was done is filed all the same."""
    matter = a_matter(client, grade="32")
    matter.submit("withdrawal")
    matter.decide()
    with transaction():
        operations.terminate(matter.number, "学生死亡，学籍已注销", actor=nobody())
        reassignment.end_cases_of(matter.school.office, matter.school.office.superior, "学校终止办学", actor=nobody())

    case = matter.case()

    assert (case["status"], [task["key"] for task in case["waiting"]]) == ("open", ["bureau_filing"])
    assert matter.decide().json["outcome"] == "agreed"
