"""Rolls, class lists, cards and proofs: for the school, its bureaus, and nobody beside them."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.database import db
from app.students.models import Standing
from app.students.models.issued import Proof
from app.web.workbooks import harmless, workbook
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.single_school_case import Matter, a_matter
from tests.web.test_paper_forms import code_on


def reader(matter: Matter, office: Any = None, duty: str = "operator") -> Client:
    user = matter.people["school"].operator if office is None else factories.a_user(factories.a_bureau(office), duty)
    return Client(matter.client.app).sign_in(user)


def bytes_of(client: Client, path: str) -> Any:
    return apart(client.browser.get, path)


@pytest.fixture
def school(app: Flask, client: Client) -> Matter:
    """A school with two third-graders, one of them in class 2, and a suspended second-grader."""
    matter = a_matter(client)
    factories.a_student(matter.school, name="周小雨")
    factories.a_student(matter.school, name="林一凡", grade="12", standing=Standing.SUSPENDED)
    matter.walk("class_change")
    return matter


def test_a_roll_by_grade_class_and_standing(school: Matter) -> None:
    client = reader(school)

    assert "小学三年级" in client.get("/roll/").text

    def names(query: str) -> set[str]:
        page = client.get(f"/roll/paper?{query}")
        assert page.status == 200, page.text
        return {name for name in ("陈思远", "周小雨", "林一凡") if name in page.text}

    assert names("") == {"陈思远", "周小雨", "林一凡"}
    assert names("grade=13") == {"陈思远", "周小雨"}
    assert names("grade=13&class=2") == {"陈思远"}
    assert names("standing=suspended") == {"林一凡"}
    assert names("kind=class&grade=13&class=2") == {"陈思远"}
    assert school.child.main_number not in client.get("/roll/paper").text
    assert school.child.main_number_masked in client.get("/roll/paper").text
    for wrong in ("grade=99", "class=x", "standing=gone", "kind=list"):
        assert client.get(f"/roll/paper?{wrong}").status == 422, wrong


def test_the_roll_is_for_the_school_and_its_bureaus(school: Matter) -> None:
    code = school.school.office.code
    other = factories.a_user(factories.a_school("330106"), "operator")
    for office, status in (("330106", 200), ("330100", 200), ("330108", 404), ("330200", 404), ("330000", 404)):
        client = reader(school, office, "approver")
        for path in ("/roll/", "/roll/paper", "/roll/workbook.xlsx"):
            assert bytes_of(client, f"{path}?school={code}").status_code == status, (office, path)
    assert Client(school.client.app).sign_in(other).get(f"/roll/paper?school={code}").status == 404
    assert bytes_of(Client(school.client.app), "/roll/paper").status_code == 302
    assert reader(school, "330106").get("/roll/").status == 200, "the choice of a school"
    assert reader(school, "330106", "auditor").get("/roll/").status == 403


def cells(content: bytes) -> str:
    archive = zipfile.ZipFile(io.BytesIO(content))
    return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))


def test_the_workbook_holds_texts_only_and_its_taking_out_is_written_down(school: Matter) -> None:
    client = reader(school)

    answer = bytes_of(client, "/roll/workbook.xlsx?grade=13")

    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    text = cells(answer.get_data())
    assert "陈思远" in text
    assert "林一凡" not in text
    assert school.child.main_number not in text
    assert school.people["school"].operator.name in text, "who took it out"
    assert "<f>" not in text
    db.session.rollback()
    event = db.session.scalars(sa.select(audit.AuditEvent).where(audit.AuditEvent.verb == "rolls/download")).one()
    assert '"count":2' in event.content


@pytest.mark.parametrize("hostile", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_never_becomes_a_formula(hostile: str) -> None:
    assert harmless(hostile) == "'" + hostile
    text = cells(workbook("名册", "注", ("姓名",), [(hostile,), ("http://a.example",), (3,)]))

    assert "<f>" not in text
    assert "hyperlink" not in text


def issue(client: Client, matter: Matter, purpose: str = "办理医疗保险") -> Any:
    client.get(f"/students/{matter.child.id}")
    return client.post(f"/students/{matter.child.id}/proofs", purpose=purpose)


def test_a_proof_of_enrolment_is_issued_printed_and_checked(school: Matter) -> None:
    client = reader(school)

    answer = issue(client, school)

    assert answer.status == 302
    number = f"Z2026-{school.school.office.code}-0001"
    assert answer.location == f"/proofs/{number}/paper"
    page = client.get(answer.location)
    for said in ("陈思远", school.child.main_number, "办理医疗保险", "小学三年级 2 班", "在读", number):
        assert said in page.text, said
    code, stranger = code_on(client), Client(school.client.app)
    seen = stranger.get(f"/check/{code}").text
    assert "该生现在该校在籍" in seen
    assert "陈**" in seen
    assert "陈思远" not in seen
    assert number in client.get(f"/students/{school.child.id}").text
    db.session.rollback()
    verbs = db.session.scalars(sa.select(audit.AuditEvent.verb)).all()
    assert {"proofs/issue", "papers/print"} <= set(verbs)
    assert issue(client, school).location.endswith("-0002/paper"), "numbered without gaps"


def test_a_proof_ends_with_time_and_with_the_enrolment(school: Matter) -> None:
    client = reader(school)
    client.get(issue(client, school).location)
    code, stranger = code_on(client), Client(school.client.app)
    at("2027-02-22 10:00")
    assert "已过有效期" in stranger.get(f"/check/{code}").text
    at("2026-11-23 11:00")
    assert school.submit("withdrawal").status == 201
    while school.case()["status"] != "closed":
        assert school.decide().status == 200

    assert "已不在该校在籍" in stranger.get(f"/check/{code}").text
    refused = issue(reader(school), school)
    assert (refused.status, "不能出具在籍证明" in refused.text) == (422, True)


def test_who_issues_and_reads_proofs(school: Matter) -> None:
    client = reader(school)
    location = issue(client, school).location
    for office, status in (("330106", 200), ("330100", 200), ("330108", 404), ("330000", 404)):
        other = reader(school, office, "approver")
        for path in (
            location,
            f"{location}.pdf",
            f"/students/{school.child.id}/card",
            f"/students/{school.child.id}/card.pdf",
        ):
            assert bytes_of(other, path).status_code == status, (office, path)
    program = school.program("school")
    assert program.post(f"/students/{school.child.id}/proofs", {"purpose": "x" * 61}).status == 422
    made = program.post(f"/students/{school.child.id}/proofs", {"purpose": "出国"})
    assert (made.status, made.json["valid_until"]) == (201, (clock.today() + dt.timedelta(days=90)).isoformat())
    assert program.get(f"/students/{school.child.id}/proofs").json["items"][0]["number"] == made.json["number"]
    assert (
        school.program("school", "approver").post(f"/students/{school.child.id}/proofs", {"purpose": "a"}).status == 403
    )
    bureau = school.program("bureau")
    assert bureau.post(f"/students/{school.child.id}/proofs", {"purpose": "a"}).status == 403
    neighbour = school.client.api(factories.a_user(factories.a_bureau("330108"), "operator"))
    assert neighbour.post(f"/students/{school.child.id}/proofs", {"purpose": "a"}).status == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Proof)) == 2


def test_an_empty_purpose_is_said_on_the_childs_page(school: Matter) -> None:
    client = reader(school)

    assert issue(client, school, " ").status == 302
    assert "请填写用途" in client.get(f"/students/{school.child.id}").text


def test_the_card_shows_the_record_and_its_reading_is_written_down(school: Matter) -> None:
    page = reader(school).get(f"/students/{school.child.id}/card")

    for said in ("学籍卡片", school.child.main_number, "汉族", school.school.office.name, "小学三年级 2 班"):
        assert said in page.text, said
    db.session.rollback()
    event = db.session.scalars(sa.select(audit.AuditEvent).where(audit.AuditEvent.verb == "students/unmask")).one()
    assert '"where":"card"' in event.content


def test_card_and_proof_as_pdf(school: Matter) -> None:
    client = reader(school)
    location = issue(client, school, "报名 #panic() $x$ 〔2026〕").location

    for path in (f"/students/{school.child.id}/card.pdf", f"{location}.pdf"):
        answer = bytes_of(client, path)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        content = answer.get_data()
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")
        assert len(re.findall(rb"/Type\s*/Page\b", content)) <= 1
        disposition = answer.headers["Content-Disposition"]
        assert school.child.main_number not in disposition
