"""A process by configuration alone: published from a folder it opens, is decided, printed, recalled, audited."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.models import Case, CaseOutcome
from app.database import db
from app.start import publish
from app.students.models import Student
from tests.processes.configured import a_process, application, decide, submit
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter

SUBJECTS = ("student", "office", "person")


# ── from the application to the end ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("subject", SUBJECTS)
def test_by_program_it_is_sent_back_repaired_and_agreed_to(matter: Matter, shelves: Path, subject: str) -> None:
    assert publish(a_process(subject).write(shelves)) == ["commendation"]
    school = matter.program("school")

    assert "commendation" in [each["key"] for each in school.get("/processes").json["items"]]
    answer = submit(school, application(matter, subject))
    assert answer.status == 201, answer.text
    matter.number = answer.json["number"]
    assert [step["key"] for step in answer.json["route"]] == ["own_approval", "approval"]

    back = decide(matter, "school", "send_back", reason_code="incomplete_papers")
    assert back.json["status"] == "repairing"
    assert decide(matter, "school", duty="operator", form={"explanation": "补充了证书"}).status == 200
    assert decide(matter, "school").status == 200
    assert matter.waiting()["office"]["code"] == "330106"
    done = decide(matter, "bureau")

    assert (done.json["status"], done.json["outcome"]) == ("closed", "agreed")
    assert done.json["application"]["explanation"] == "补充了证书"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_by_page_it_opens_from_its_card_and_is_decided_printed_and_found(
    app: Flask, matter: Matter, shelves: Path, subject: str
) -> None:
    publish(a_process(subject).write(shelves))
    clerk, head = (Client(app).sign_in(getattr(matter.people["school"], duty)) for duty in ("operator", "approver"))
    asked = {name: str(value) for name, value in application(matter, subject, level="school").items()}

    assert "表彰申请" in clerk.get("/apply/").text
    chosen = f"?student={matter.child.id}" if subject == "student" else ""
    assert "情况说明" in clerk.get(f"/apply/commendation{chosen}").text
    sent = clerk.post("/apply/commendation", **asked)
    assert sent.status == 302, sent.text
    number = str(sent.location).rpartition("/")[2]
    page = head.get(f"/cases/{number}").text
    assert "参加省级比赛获奖" in page
    assert "校级" in page

    task = re.search(r"/tasks/([0-9]+)/decision", page)
    assert task
    assert head.post(f"/tasks/{task[1]}/decision", outcome="agree", opinion="").status == 302

    assert "表彰申请审批表" in clerk.get(f"/cases/{number}/sheet").text
    assert number in clerk.get(f"/cases?q={number}").text
    assert "已办结：同意" in clerk.get(f"/cases/{number}/sheet").text
    assert db.session.scalar(sa.select(Case.outcome).where(Case.number == number)) is CaseOutcome.AGREED


@pytest.mark.parametrize("subject", SUBJECTS)
def test_its_applicant_recalls_it_and_may_apply_again(matter: Matter, shelves: Path, subject: str) -> None:
    publish(a_process(subject).write(shelves))
    school, asked = matter.program("school"), application(matter, subject)
    number = submit(school, asked).json["number"]

    recalled = school.post(f"/cases/{number}/recall", {"reason": "填错了"})

    assert recalled.json["outcome"] == "recalled"
    assert submit(school, asked).status == 201


def test_it_is_audited_in_words(matter: Matter, shelves: Path) -> None:
    publish(a_process("student").write(shelves))
    matter.number = submit(matter.program("school"), application(matter, "student")).json["number"]
    decide(matter, "school", "refuse", reason_code="other")

    auditor = matter.client.sign_in(factories.a_user(factories.a_bureau("330000"), "auditor"))
    page = auditor.get(f"/audit?subject=case:{matter.number}").text

    assert "提交申请" in page
    assert "表彰申请" in page
    assert "commendation" not in page


# ── the standard precheck ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_student_held_by_another_case_is_refused(matter: Matter, shelves: Path) -> None:
    publish(a_process("student").write(shelves))
    assert matter.submit("suspension").status == 201

    assert submit(matter.program("school"), application(matter, "student")).codes == {"E-CASE-01"}


def test_and_holds_the_student_itself(matter: Matter, shelves: Path) -> None:
    publish(a_process("student").write(shelves))
    assert submit(matter.program("school"), application(matter, "student")).status == 201

    assert "E-CASE-01" in matter.submit("suspension").codes


def test_a_contested_record_is_settled_first(matter: Matter, shelves: Path) -> None:
    publish(a_process("student").write(shelves))
    matter.child.contested = True
    db.session.commit()

    assert submit(matter.program("school"), application(matter, "student")).codes == {"E-PROB-01"}


def test_a_student_of_another_school_does_not_exist(matter: Matter, shelves: Path) -> None:
    publish(a_process("student").write(shelves))
    other = factories.a_student(factories.a_school("330106"))
    db.session.commit()

    answer = submit(matter.program("school"), {**application(matter, "student"), "student": other.id})

    assert answer.status == 404


def test_the_same_office_does_not_ask_twice_at_a_time(matter: Matter, shelves: Path) -> None:
    publish(a_process("office").write(shelves))
    school, asked = matter.program("school"), application(matter, "office")
    assert submit(school, asked).status == 201

    assert submit(school, {**asked, "explanation": "另一件"}).codes == {"E-CASE-02"}


def test_a_bureau_asks_about_a_school_right_below(matter: Matter, shelves: Path) -> None:
    named = {"school": {"type": "string", "title": "学校代码", "pattern": "^[0-9]{10}$"}}
    publish(a_process("office", applicant="bureau", role="applicant", fields=named).write(shelves))
    bureau, asked = matter.program("bureau"), application(matter, "office")
    elsewhere = factories.a_school("330108")
    db.session.commit()

    assert submit(bureau, {**asked, "school": elsewhere.office.code}).status == 404
    assert submit(bureau, {**asked, "school": matter.school.office.code}).status == 201
    assert submit(matter.program("school"), {**asked, "school": matter.school.office.code}).code == "E-OFFICE"


def test_a_person_with_a_record_is_no_person_without_one(matter: Matter, shelves: Path) -> None:
    publish(a_process("person").write(shelves))
    known = db.session.get_one(Student, matter.child.id)
    asked = {**application(matter, "person"), "name": known.name, "main_number": known.main_number}

    assert submit(matter.program("school"), asked).codes == {"E-DUP-01"}


def test_a_person_is_held_and_the_number_kept_sealed(matter: Matter, shelves: Path) -> None:
    publish(a_process("person").write(shelves))
    school, asked = matter.program("school"), application(matter, "person")
    first = submit(school, asked)

    assert submit(school, {**asked, "explanation": "再次申请"}).codes == {"E-DUP-03"}
    assert first.json["application"]["main_number_masked"].endswith(asked["main_number"][-4:])
    kept = db.session.scalars(sa.select(Case.application).where(Case.number == first.json["number"])).one()
    assert asked["main_number"] not in str(kept)


def test_every_fault_of_the_form_is_told(matter: Matter, shelves: Path) -> None:
    publish(a_process("person").write(shelves))

    answer = submit(matter.program("school"), {"name": "", "main_number": "33010620170520", "level": "world"})

    assert answer.status == 422
    assert {each["field"] for each in answer.json["objections"]} == {"name", "main_number", "level", "explanation"}


def test_only_an_operator_of_that_kind_of_office_applies(matter: Matter, shelves: Path) -> None:
    publish(a_process("office").write(shelves))
    asked = application(matter, "office")

    assert submit(matter.program("bureau"), asked).code == "E-OFFICE"
    assert submit(matter.program("school", "approver"), asked).status == 403
