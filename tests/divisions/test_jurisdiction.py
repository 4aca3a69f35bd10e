"""Jurisdiction goes by whole ids of the path: office 1.4 does not answer for 1.40, which lies beside it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from app.access import Actor
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import inside
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter
from tests.support.transfer_case import staff


def an_actor(path: str) -> Actor:
    return Actor(
        user_id=1, name="", post_id=1, duty="operator", office_id=4, office_code="", office_name="",
        office_kind="county", office_path=path,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "answers"),
    [("1.4.", True), ("1.4.7.", True), ("1.40.", False), ("1.41.5.", False), ("1.", False), ("1.5.", False)],
)
def test_an_office_answers_for_itself_and_what_lies_below(path: str, answers: bool) -> None:
    assert an_actor("1.4.").answers_for(path) is answers
    assert Office(path="1.4.").answers_for(Office(path=path)) is answers


@pytest.fixture
def beside(client: Client) -> tuple[Client, Office, Matter]:
    """A bureau, and a case at a school of the bureau beside it whose id begins with that of the first."""
    first = factories.a_bureau("330106")
    city = first.superior
    assert city is not None
    factories.a_division("330108", "滨江区")
    other = Office(
        id=first.id * 10, code="330108", name="滨江区教育局", short_name="滨江区教育局", kind=OfficeKind.COUNTY,
        superior_id=city.id, division_code="330108", path=f"{city.path}{first.id * 10}.",
    )  # fmt: skip
    db.session.add(other)
    db.session.commit()
    assert other.path.startswith(first.path.rstrip("."))
    school = factories.a_school(other)
    matter = Matter(
        client, school, factories.a_student(school, grade="13"), {"school": staff(school), "bureau": staff(other)}
    )
    assert matter.submit("suspension").status == 201
    return client, first, matter


def test_an_office_whose_path_begins_alike_sees_nothing(beside: tuple[Client, Office, Matter]) -> None:
    client, first, matter = beside
    at("2027-02-01 09:00")  # overdue by now
    program, own = client.api(factories.a_user(first, "operator")), matter.program("bureau")

    for path in (f"/students/{matter.child.id}", f"/cases/{matter.number}"):
        assert (program.get(path).status, own.get(path).status) == (404, 200)
    for path in ("/students", "/cases", "/overdue"):
        assert (len(program.get(path).json["items"]), len(own.get(path).json["items"])) == (0, 1), path
    page = Client(client.app).sign_in(factories.a_user(first, "approver"))
    assert page.get(f"/students/{matter.child.id}").status == 404
    assert matter.number not in page.get("/cases").text


def test_in_the_database_too_it_goes_by_whole_ids(beside: tuple[Client, Office, Matter]) -> None:
    _client, first, _matter = beside
    school = factories.a_school(first)

    found = db.session.scalars(sa.select(Office.id).where(inside(an_actor(first.path))).order_by(Office.id)).all()

    assert found == sorted([first.id, school.id])
