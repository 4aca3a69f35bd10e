"""学籍卡片 of a whole class in one file: for the school and its bureaus, every number shown in full written down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
import typst
from flask import Flask

from app import audit
from app.database import db
from app.schools.models import SchoolClass, entry_year_of, stage_of
from app.students.models import Guardian, Student
from app.students.queries import cards
from app.students.views.papers import FORMS
from app.web.pdf import typeset
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.long_lists import statements
from tests.support.papers import a_picture, sent
from tests.support.single_school_case import Matter, a_matter

GRADE, NUMBER = "13", 5
QUERY = f"grade={GRADE}&class={NUMBER}"


def join(matter: Matter, *names: str) -> list[Student]:
    """Children of those names in class 5 of the third grade, the first in it in order."""
    year = entry_year_of(GRADE, 2026)
    known = {"school_id": matter.school.id, "stage": stage_of(GRADE), "entry_year": year, "number": NUMBER}
    found = db.session.scalars(sa.select(SchoolClass).filter_by(**known)).one_or_none() or SchoolClass(**known)
    db.session.add(found)
    db.session.flush()
    children = [factories.a_student(matter.school, name=name, school_class=found.id) for name in names]
    members = {"name": "陈建国", "relation": "1", "phone": "13800000000"}
    db.session.add_all(Guardian(student_id=each.id, **members) for each in children)
    db.session.commit()
    return children


@pytest.fixture
def school(app: Flask, client: Client) -> Matter:
    """A school with three children in one class and one outside it."""
    matter = a_matter(client)
    join(matter, "周小雨", "林一凡", "何静")
    return matter


def reader(matter: Matter, office: Any = None, duty: str = "operator") -> Client:
    user = matter.people["school"].operator if office is None else factories.a_user(factories.a_bureau(office), duty)
    return Client(matter.client.app).sign_in(user)


def pages(content: bytes) -> int:
    found = re.search(rb"/Type/Pages/Count (\d+)", content)
    assert content.startswith(b"%PDF-")
    assert found
    return int(found[1])


def unmasked() -> Iterator[str]:
    db.session.rollback()
    yield from db.session.scalars(
        sa.select(audit.AuditEvent.subject)
        .where(audit.AuditEvent.verb == "students/unmask")
        .order_by(audit.AuditEvent.chain, audit.AuditEvent.place)
    )


def test_the_cards_of_a_class_come_in_one_file(school: Matter) -> None:
    client = reader(school)
    listed = client.get("/roll/")
    assert "打印本班学籍卡片" in listed.text
    address = client.page.xpath("string(//a[contains(@href, 'cards.pdf')]/@href)")

    answer = apart(client.browser.get, address)

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert pages(answer.get_data()) == 3
    children = db.session.scalars(sa.select(Student.id).where(Student.id != school.child.id).order_by(Student.id)).all()
    assert list(unmasked()) == [f"student:{each}" for each in children]
    printed = db.session.scalars(sa.select(audit.AuditEvent).where(audit.AuditEvent.verb == "papers/print")).one()
    assert printed.subject == f"school:{school.school.office.code}"
    assert '"count":3' in printed.content


def test_a_program_has_them_too(school: Matter) -> None:
    code = school.school.office.code
    program = school.program("school")

    answer = apart(program.http.get, f"/api/v1/schools/{code}/cards?{QUERY}", headers=program.headers)

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert pages(answer.get_data()) == 3
    assert program.get(f"/schools/{code}/cards?grade=13").status == 422
    assert program.get(f"/schools/{code}/cards?grade=13&class=x").status == 422
    assert program.get(f"/schools/{code}/cards?{QUERY}&page=1").status == 422


def test_they_are_for_the_school_and_its_bureaus(school: Matter) -> None:
    code = school.school.office.code
    for office, status in (("330106", 200), ("330100", 200), ("330108", 404), ("330200", 404), ("330000", 404)):
        client = reader(school, office, "approver")
        assert apart(client.browser.get, f"/roll/cards.pdf?school={code}&{QUERY}").status_code == status, office
    other = factories.a_user(factories.a_school("330106"), "operator")
    stranger = Client(school.client.app).sign_in(other)
    assert stranger.get(f"/roll/cards.pdf?school={code}&{QUERY}").status == 404
    assert school.client.api(other).get(f"/schools/{code}/cards?{QUERY}").status == 404
    assert apart(Client(school.client.app).browser.get, f"/roll/cards.pdf?{QUERY}").status_code == 302
    assert reader(school, "330106", "auditor").get(f"/roll/cards.pdf?school={code}&{QUERY}").status == 403
    assert len(list(unmasked())) == 2 * 3, "of those who were let in, and of nobody else"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("grade=13", "请选择年级和班级"),
        ("class=5", "请选择年级和班级"),
        ("grade=13&class=6", "该班没有在册学生"),
        ("grade=14&class=5", "该班没有在册学生"),
        ("grade=13&class=x", "班号须为数字"),
        ("grade=77&class=5", "没有这个年级"),
    ],
)
def test_what_is_no_class_is_said(school: Matter, query: str, sentence: str) -> None:
    answer = reader(school).get(f"/roll/cards.pdf?{query}")

    assert (answer.status, sentence in answer.text) == (422, True)
    assert not list(unmasked())


def test_more_than_a_class_is_refused(school: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("app.students.views.cards", "app.students.views.roll"):
        monkeypatch.setattr(f"{module}.MOST_CARDS", 2)
    client = reader(school)

    answer = client.get(f"/roll/cards.pdf?{QUERY}")

    assert (answer.status, "该班在册学生超过 2 人" in answer.text) == (422, True)
    assert not list(unmasked())
    assert "超过 2 人" in client.get("/roll/").text
    assert "cards.pdf" not in client.get("/roll/").text


def test_a_class_takes_as_many_statements_as_one_child(school: Matter) -> None:
    def asked() -> int:
        db.session.expire_all()
        with statements() as counted:
            children = cards.children_of_class(school.school.id, GRADE, NUMBER, limit=100)
            cards.changes_of_each([each.id for each in children])
            for each in children:
                assert each.open_enrolment is not None
                assert each.open_enrolment.school_class is not None
                assert [each.open_enrolment.school.office.name, each.guardians[0].name, each.numbers]
        return len(counted)

    few = asked()
    join(school, *(f"学生{place}" for place in "甲乙丙丁戊己"))

    assert asked() == few


def test_a_photo_stands_on_its_own_card(school: Matter) -> None:
    client = reader(school)
    client.get(f"/students/{school.child.id}")
    child = db.session.scalars(sa.select(Student.id).where(Student.name == "林一凡")).one()
    client.post(f"/students/{child}/photo", photo=sent(("照片.jpg", a_picture(size=(400, 500)))))

    content = apart(client.browser.get, f"/roll/cards.pdf?{QUERY}").get_data()

    assert len(re.findall(rb"/Subtype ?/Image", content)) == 1
    assert pages(content) == 3


def a_card(**more: Any) -> dict[str, Any]:
    texts = dict.fromkeys(
        ("name", "sex", "born_on", "main_number", "ethnic_group", "stage_number", "national_number", "address",
         "household", "school", "class", "standing", "custodian"), "文三街小学",
    )  # fmt: skip
    return {**texts, "particulars": [], "guardians": [], "family": [], "enrolments": [], "changes": [], **more}


@pytest.mark.parametrize("length", [1, 12, 13, 24, 40])
def test_a_card_that_says_it_has_one_page_has_one(length: int) -> None:
    """Whichever table the rows are in, and however long their texts are, up to where the pages are counted."""
    word = "学" * length
    rows = {
        "particulars": [word, word],
        "guardians": [word, word, "13800000000"],
        "enrolments": [word, "小学三年级", "在读", "2024-09-01", "至今"],
        "changes": ["2024-09-01", "转班级", word],
    }
    cards_of = {table: [a_card(**{table: [row] * many}) for many in range(1, 30)] for table, row in rows.items()}
    fit = say_one_page([card for some in cards_of.values() for card in some])
    for place, (table, some) in enumerate(cards_of.items()):
        said = fit[place * len(some) : (place + 1) * len(some)]
        many = said.count(True)
        assert said == [True] * many + [False] * (len(some) - many)
        assert 0 < many < len(some), table
        content = typeset(FORMS / "card.typ", {"cards": [some[many - 1]], "printed": ""})
        assert pages(content) == 1, (table, many)


def say_one_page(some: list[dict[str, Any]]) -> list[bool]:
    """What the form itself decides: it counts the pages of a card only where it might have several."""
    form = (FORMS / "card.typ").read_text()
    asked = form[: form.index("#for (place, d)")] + "#metadata(all.cards.map(short)) <short>\n"
    data = orjson.dumps({"cards": some, "printed": ""}).decode()
    options: Any = {"font_paths": [], "ignore_system_fonts": True, "sys_inputs": {"data": data}}
    found: list[list[bool]] = json.loads(typst.query(asked.encode(), "<short>", field="value", **options))
    return found[0]
