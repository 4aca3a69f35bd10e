"""What bureaus watch: plan against registered, refused children, changes after the lock."""

from __future__ import annotations

import orjson
import pytest
from flask import Flask

from tests.processes.registration.test_registration import Entry, a_row, an_entry
from tests.support import factories
from tests.support.client import Client


@pytest.fixture
def entry(app: Flask, client: Client) -> Entry:
    """A school with two seats, for which three children have applied."""
    entry = an_entry(client, seats=2)
    entry.submit([a_row(), a_row(), a_row(name="林小满")])
    entry.agree()
    return entry


def test_a_county_sees_its_schools_a_city_its_counties_the_province_its_cities(entry: Entry) -> None:
    county = entry.program("bureau", "approver")
    city = entry.client.api(factories.a_user(factories.a_bureau("330100"), "approver"))
    province = entry.client.api(factories.a_user(factories.a_bureau("330000"), "approver"))

    seen = {
        who: program.get("/registrations/plan?stage=primary&year=2026").json["items"]
        for who, program in (("county", county), ("city", city), ("province", province))
    }

    assert [line["office"]["code"] for line in seen["county"]] == [entry.school.office.code]
    assert [line["office"]["code"] for line in seen["city"]] == ["330106"]
    assert [line["office"]["code"] for line in seen["province"]] == ["330100"]
    for [line] in seen.values():
        assert (line["total"], line["used"], line["free"], line["refused"]) == (2, 2, 0, "少于 5")


def test_the_refused_child_is_named_to_the_bureau_until_placed(entry: Entry) -> None:
    bureau = entry.program("bureau", "approver")

    [listed] = bureau.get("/registrations/refused?year=2026").json["items"]

    assert (listed["name"], listed["code"]) == ("林小满", "E-QUOTA-01")
    assert listed["guardian"] == {"name": "陈建国", "phone": "13800000000"}
    other = an_entry(entry.client, people=entry.people["bureau"])
    number = entry.rows()[2]
    other.submit([orjson.loads(number.content)])
    other.agree()
    assert bureau.get("/registrations/refused?year=2026").json["items"] == []
    [again] = bureau.get("/registrations/refused?year=2026&all=true").json["items"]
    assert again["placed_at"] == other.school.office.name


@pytest.mark.parametrize("page", ["/reports/plan", "/reports/refused", "/reports/after-lock"])
def test_the_pages_open_for_bureaus_and_for_no_school(entry: Entry, page: str) -> None:
    entry.client.sign_in(entry.people["bureau"].approver)
    assert entry.client.get(page).status == 200

    entry.client.sign_in(entry.people["school"].approver)
    assert entry.client.get(page).status == 403


def test_the_neighbour_sees_neither_figures_nor_names(entry: Entry) -> None:
    neighbour = entry.client.api(factories.a_user(factories.a_bureau("330108"), "approver"))

    assert neighbour.get("/registrations/refused").json["items"] == []
    assert neighbour.get("/registrations/plan").json["items"] == []
    assert neighbour.get("/registrations/plan?office=330106").status == 404
    province = entry.client.api(factories.a_user(factories.a_bureau("330000"), "approver"))
    assert province.get("/registrations/refused").status == 403


@pytest.mark.parametrize("query", ["year=x", "year=99999", "stage=infant"])
def test_a_wrong_question_gets_a_sentence(entry: Entry, query: str) -> None:
    assert entry.program("bureau", "approver").get(f"/registrations/plan?{query}").status == 422
