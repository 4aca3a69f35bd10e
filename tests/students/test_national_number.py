"""全国学籍号: L at the registration, G once the nationwide check at the month's end has found nobody else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit import EVENTS
from app.cases import commands
from app.database import db, transaction
from app.encryption import keyed_hash
from app.exchange import adapters
from app.exchange import operations as exchange
from app.exchange.models import MessageIn, MessageOut
from app.students.models import NumberKind, Student, StudentNumber
from app.students.models.contests import Contest
from app.students.rules.sealed_numbers import sealed_number
from tests.processes.registration.test_registration import Entry, a_row, an_entry
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.single_school_case import Matter

MONTHS_END = dt.datetime(2026, 9, 30, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def registered(app: Flask, client: Client) -> Entry:
    """Two children of September; the name of one asks the simulated ministry for a duplicate."""
    entry = an_entry(client)
    entry.submit([a_row(name="陈小满"), a_row(name="陈疑")])
    entry.agree()
    return entry


def nationals(name: str) -> list[tuple[str, bool]]:
    """First letter and whether it holds, of the child's national numbers in their order."""
    db.session.rollback()
    numbers = db.session.scalars(
        sa.select(StudentNumber)
        .join(Student, Student.id == StudentNumber.student_id)
        .where(Student.name == name, StudentNumber.kind == NumberKind.NATIONAL)
        .order_by(StudentNumber.id)
    )
    return [(each.in_full[0], each.valid_until is None) for each in numbers]


def test_within_the_month_nobody_is_asked(registered: Entry, app: Flask) -> None:
    app.config["OTHER_PROVINCES"] = "simulated"

    commands.tick()

    assert nationals("陈小满") == [("L", True)]


def test_at_the_months_end_the_formal_number_is_issued_and_the_other_kept_as_history(
    registered: Entry, app: Flask
) -> None:
    app.config["OTHER_PROVINCES"] = "simulated"
    clock.set_to(MONTHS_END)

    commands.tick()
    commands.tick()

    assert nationals("陈小满") == [("L", False), ("G", True)]
    assert nationals("陈疑") == [("L", True)]
    assert db.session.scalars(sa.select(Student.contested).where(Student.name == "陈疑")).one()
    assert "全国查重" in db.session.scalars(sa.select(Contest.explanation)).one()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MessageOut)) == 1


def test_without_a_connection_the_question_waits_and_is_asked_once(registered: Entry, app: Flask) -> None:
    app.config["OTHER_PROVINCES"] = "none"
    clock.set_to(MONTHS_END)

    commands.tick()
    commands.tick()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(MessageOut)) == 1
    assert nationals("陈小满") == [("L", True)]


def test_an_answer_to_nothing_we_asked_changes_nothing(registered: Entry, app: Flask) -> None:
    app.config["OTHER_PROVINCES"] = "none"
    [number] = db.session.scalars(
        sa.select(StudentNumber.number)
        .join(Student, Student.id == StudentNumber.student_id)
        .where(Student.name == "陈小满", StudentNumber.kind == NumberKind.NATIONAL)
    )
    forged = adapters.Envelope("X-1", adapters.MINISTRY, adapters.CHECKED, {"results": {number: "formal"}}, "nothing")
    with transaction():
        exchange.keep(forged)

    commands.tick()

    assert nationals("陈小满") == [("L", True)]
    assert db.session.scalars(sa.select(MessageIn.fault)).one() == "没有找到所答复的查重"


# ── kept as the main number is ───────────────────────────────────────────────────────────────────────────────────────


def formal(app: Flask, name: str = "陈小满") -> tuple[Student, StudentNumber]:
    """The child once the ministry has found nobody else, and its present national number."""
    app.config["OTHER_PROVINCES"] = "simulated"
    clock.set_to(MONTHS_END)
    commands.tick()
    commands.tick()
    db.session.rollback()
    db.session.expire_all()
    child = db.session.scalars(sa.select(Student).where(Student.name == name)).one()
    return child, next(each for each in reversed(child.numbers) if each.kind is NumberKind.NATIONAL)


def test_the_formal_number_is_g_and_the_identity_number(registered: Entry, app: Flask) -> None:
    child, number = formal(app)

    assert (number.in_full, number.shown) == (f"G{child.main_number}", f"G{child.main_number_masked}")
    assert (number.value, number.number_hash) == (None, keyed_hash(f"G{child.main_number}"))
    raw = sa.select(sa.type_coerce(StudentNumber.number, sa.LargeBinary)).where(StudentNumber.id == number.id)
    assert child.main_number.encode() not in bytes(db.session.execute(raw).scalar_one())


def test_it_stays_when_the_identity_number_changes(registered: Entry, app: Flask) -> None:
    child, number = formal(app)
    old, new = child.main_number, factories.a_number()
    matter = Matter(registered.client, registered.school, child, registered.people)
    born = f"{new[6:10]}-{new[10:12]}-{new[12:14]}"
    matter.walk("key_correction", main_number=new, born_on=born, sex="1" if int(new[16]) % 2 else "2")
    clock.set_to(MONTHS_END + dt.timedelta(days=31))
    commands.tick()

    db.session.expire_all()
    assert (number.in_full, number.valid_until) == (f"G{old}", None)
    assert nationals(child.name) == [("L", False), ("G", True)]


def test_a_formal_number_that_somebody_has_is_no_second_childs(registered: Entry, app: Flask) -> None:
    """Somebody bore the identity number before, by mistake: people find out whose the national number is."""
    other = factories.a_student(registered.school, name="李一诺")
    child = db.session.scalars(sa.select(Student).where(Student.name == "陈小满")).one()
    kept = sealed_number(f"G{child.main_number}")
    db.session.add(
        StudentNumber(
            student_id=other.id, kind=NumberKind.NATIONAL, valid_from=other.born_on, case_id=factories.a_takeover().id,
            **kept,
        )
    )  # fmt: skip
    db.session.commit()

    child, number = formal(app)

    assert (child.contested, number.in_full[0], number.reason) == (True, "L", "正式学籍号已被占用")


def test_a_child_without_an_identity_number_has_j_and_is_not_asked_about(app: Flask, client: Client) -> None:
    entry = an_entry(client)
    row = a_row(name="陈小满")
    del row["main_number"]
    entry.submit([{**row, "document_type": "A", "document_number": "E12345678", "nationality": "KOR", "hmt": "51"}])
    entry.agree()

    child, number = formal(app)

    assert (number.in_full, child.main_number[0]) == (child.main_number, "J")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MessageOut)) == 0


def test_the_page_masks_it_until_the_keeper_asks_and_writes_that_down(registered: Entry, app: Flask) -> None:
    child, number = formal(app)
    keeper = Client(app).sign_in(registered.people["school"].operator)
    address, full = f"/students/{child.id}", number.in_full

    page = keeper.get(address)

    assert (number.shown in page.text, full in page.text, "原全国学籍号" in page.text) == (True, False, True)
    assert full in keeper.post(f"{address}/unmask").text
    assert full in keeper.get(f"{address}/card").text
    assert unmasked(child.id) == ["card", "page"]


def test_programs_of_the_keeper_get_it_in_full_and_lists_never(registered: Entry, app: Flask) -> None:
    child, number = formal(app)
    school, full = registered.program("school"), number.in_full
    neighbour = client_of(app, factories.a_school("330108"))
    province = client_of(app, factories.a_bureau("330000"))

    assert full in [each["value"] for each in school.get(f"/students/{child.id}").json["numbers"]]
    assert unmasked(child.id) == ["api"]
    found = school.post("/students/search", {"name": child.name}).json["items"]
    assert [each["value"] for each in found[0]["numbers"] if each["kind"] == "national"][-1] == number.shown
    assert full not in province.get(f"/students/{child.id}").text
    assert number.shown in province.get(f"/students/{child.id}").text
    assert neighbour.get(f"/students/{child.id}").status == 404


def client_of(app: Flask, place: Any) -> Program:
    return Client(app).api(factories.a_user(place, "operator"))


def unmasked(student_id: int) -> list[str]:
    """Where the numbers of a child were shown in full."""
    db.session.rollback()
    said = sa.select(EVENTS.c.content).where(EVENTS.c.verb == "students/unmask")
    contents = db.session.execute(said.where(EVENTS.c.subject == f"student:{student_id}")).scalars()
    return sorted(orjson.loads(each)["after"]["where"] for each in contents)
