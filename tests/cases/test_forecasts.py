"""预计超期: by the pace of the office itself, for whom it concerns, and for nobody else."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock
from app.cases.models import Figure, FigureKind
from app.cases.rules.forecasts import Forecast, forecast
from app.database import db
from app.identity.models import User
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story

SLOW = {3: 2, 8: 1, 12: 4, 15: 3}


def pace(story: Story, days: dict[int, int], *, key: str = "receiving_bureau", ago: int = 10) -> None:
    """The receiving bureau has decided so many tasks in so many working days."""
    office = story.receiving.office.superior_id
    day = clock.today() - dt.timedelta(days=ago)
    for taken, count in days.items():
        row = {"office_id": office, "with_below": False, "kind": FigureKind.DECIDED.value, "day": day, "key": key}
        db.session.add(Figure(**row, process_key="transfer", code="agree", days=taken, count=count))
    db.session.commit()


@pytest.mark.parametrize(
    ("waited", "expected"),
    [(0, Forecast(10, 7)), (4, Forecast(8, 7)), (12, Forecast(7, 7)), (16, Forecast(0, 0))],
)
def test_it_is_judged_by_those_that_took_as_long_already(waited: int, expected: Forecast) -> None:
    assert forecast(SLOW, waited, 10) == expected


def test_half_is_not_more_than_half_and_few_say_nothing() -> None:
    assert not Forecast(10, 5).is_late
    assert Forecast(10, 6).is_late
    assert not Forecast(4, 4).is_late


def test_the_office_and_whoever_governs_it_read_what_will_be_late(submitted: Story, neighbour: User) -> None:
    submitted.agree_until("receiving_bureau")
    pace(submitted, SLOW)
    bureau = submitted.program("receiving_bureau")

    (item,) = bureau.get("/forecast").json["items"]
    assert (item["case"], item["task"]["key"], item["of"], item["late"]) == (
        submitted.number,
        "receiving_bureau",
        10,
        7,
    )
    page = Client(submitted.client.app).sign_in(submitted.people["receiving_bureau"].approver)
    assert "10 件中，7 件超期" in page.get("/forecast").text
    city = factories.a_user(factories.a_bureau("330100"), "approver")
    assert submitted.client.api(city).get("/forecast").json["items"] == []
    assert len(submitted.client.api(city).get("/forecast?below=yes").json["items"]) == 1
    assert submitted.client.api(neighbour).get("/forecast").json["items"] == []
    assert submitted.client.api(neighbour).get("/forecast?below=yes").json["items"] == []
    school = submitted.program("releasing_school")
    assert school.get("/forecast?below=yes").json["items"] == []
    assert (
        Client(submitted.client.app)
        .sign_in(submitted.people["releasing_school"].approver)
        .get("/forecast?below=yes")
        .status
        == 403
    )


def test_a_quick_office_an_old_pace_and_another_step_foresee_nothing(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    pace(submitted, {1: 20, 12: 2})
    pace(submitted, SLOW, ago=120)
    pace(submitted, SLOW, key="receiving_superior")

    assert submitted.program("receiving_bureau").get("/forecast").json["items"] == []
    page = Client(submitted.client.app).sign_in(submitted.people["receiving_bureau"].approver)
    assert "没有预计超期的" in page.get("/forecast").text


def test_what_is_late_already_is_foreseen_no_more(submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    pace(submitted, {20: 9})
    assert len(submitted.program("receiving_bureau").get("/forecast").json["items"]) == 1
    clock.set_to(dt.datetime(2026, 12, 8, 9, tzinfo=clock.ZONE))
    assert submitted.program("receiving_bureau").get("/forecast").json["items"] == []
    page = Client(submitted.client.app).sign_in(submitted.people["receiving_bureau"].approver)
    assert "没有时限未到的环节" in page.get("/forecast").text
