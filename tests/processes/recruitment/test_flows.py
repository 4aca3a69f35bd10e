"""跨区域招生流向: a matrix that fits a page however many counties there are."""

from __future__ import annotations

import pytest
from flask import Flask

from app.identity.models import User
from tests.support import factories
from tests.support.client import Client

NINGBO = ("330203", "330205", "330206", "330211", "330212", "330213", "330225")
WENZHOU = ("330302", "330303", "330304", "330305", "330324", "330326")


@pytest.fixture
def province(app: Flask) -> User:
    """Schools of 西湖 and 滨江 recruit in thirteen counties of two cities."""
    schools = [factories.a_school(code, stages="junior") for code in ("330106", "330108")]
    for place, code in enumerate((*NINGBO, *WENZHOU)):
        factories.a_filed_plan(schools[place % 2], code, cap=10)
    return factories.a_user(factories.a_bureau("330000"), "approver")


def head_and_sides(client: Client) -> tuple[list[str], list[str]]:
    """What stands above the columns and before the lines of the matrix."""
    matrix = client.page.xpath("//table[contains(@class, 'matrix')]")[0]
    return (
        [each.text_content() for each in matrix.xpath("./thead//th")[1:-1]],
        [each.text_content() for each in matrix.xpath("./tbody//th")],
    )


def test_many_counties_are_put_together_by_city(client: Client, province: User) -> None:
    client.sign_in(province)
    page = client.get("/reports/flows?year=2026").text

    heads, sides = head_and_sides(client)
    assert (len(heads), len(sides)) == (1, 2)
    assert "按设区市" in page
    assert "70 / 0" in page
    assert "60 / 0" in page


def test_a_city_s_counties_are_one_step_further(client: Client, province: User) -> None:
    client.sign_in(province)
    client.get("/reports/flows?year=2026&city=330200")

    heads, sides = head_and_sides(client)
    assert (len(heads), len(sides)) == (2, len(NINGBO))


def test_few_counties_stand_by_themselves(client: Client, province: User) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330300"), "approver"))
    client.get("/reports/flows?year=2026")

    heads, sides = head_and_sides(client)
    assert (len(heads), len(sides)) == (2, len(WENZHOU))


def test_a_city_that_is_none_gets_a_sentence(client: Client, province: User) -> None:
    client.sign_in(province)

    assert client.get("/reports/flows?year=2026&city=330203").status == 422
    assert client.get("/reports/flows?year=2026&city=339900").status == 200
