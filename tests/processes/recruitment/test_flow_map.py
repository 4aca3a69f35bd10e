"""The map of flows: a tile for every county, with letters beside colours, few children never counted out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
from flask import Flask

from app.audit import AuditEvent
from app.database import db
from app.divisions.operations import divisions_of_zhejiang, places_of_cities
from app.divisions.rules.tile_map import HEIGHT, WIDTH, Part, tile_map
from app.identity.models import User
from app.processes.recruitment.presenters.flow_map import lines_of, tiles_of
from app.processes.recruitment.queries.balances import Balance, balances_of
from app.processes.recruitment.queries.plans import Flow, Flows
from app.students.rules.small_cells import sum_shown
from tests.support import factories
from tests.support.client import Client, apart

PARTS = [Part(row["code"], row["name"], row["superior"]) for row in divisions_of_zhejiang() if row["superior"]]


def kinds(balances: Mapping[str, Balance], measure: str = "registered") -> dict[str, tuple[str, str]]:
    drawing = tile_map(PARTS, "330000", places_of_cities())
    return {each.code: (each.kind, each.figure) for each in tiles_of(drawing, balances, measure)}


@pytest.mark.parametrize("places", [places_of_cities(), {}, {"330100": (0, 0), "330200": (0, 0)}])
def test_every_division_has_a_tile_of_its_own(places: dict[str, tuple[int, int]]) -> None:
    drawing = tile_map(PARTS, "330000", places)

    tiles = [each for block in drawing.blocks for each in block.tiles]
    assert len(tiles) == len({each.code for each in tiles}) == len(PARTS)
    assert len({(each.x, each.y) for each in tiles}) == len(tiles)
    assert max(each.x for each in tiles) + WIDTH <= drawing.width + 1
    assert max(each.y for each in tiles) + HEIGHT <= drawing.height


def test_another_province_and_none_at_all_are_laid_out() -> None:
    other = [Part(f"44{city:02d}00", f"{city}市", "440000") for city in range(1, 22)]
    assert len(tile_map(other, "440000", {}).blocks) == 21
    assert tile_map([], "440000", {}).blocks == []


def test_colours_say_the_balance_and_so_do_letters() -> None:
    balances = {
        "330106": Balance("330106", registered_in=40, registered_out=5),
        "330108": Balance("330108", registered_in=9),
        "330102": Balance("330102", registered_in=6, registered_out=6),
        "330105": Balance("330105", registered_out=12),
        "330212": Balance("330212", registered_out=37),
        "330203": Balance("330203", registered_in=50, registered_out=3),
    }

    said = kinds(balances)

    assert {code: said[code] for code in balances} == {
        "330106": ("much-in", "+35"), "330108": ("in", "+9"), "330102": ("even", "0"), "330105": ("out", "−12"),
        "330212": ("much-out", "−37"), "330203": ("few", "少于 5"),
    }  # fmt: skip
    assert said["331102"] == ("none", "")
    assert kinds({"330106": Balance("330106", planned_in=2)}, "planned")["330106"] == ("much-in", "+2")


def test_few_children_stand_nowhere_and_cannot_be_worked_out_from_a_sum() -> None:
    flows = [Flow("330212", "330106", planned=9, registered=3), Flow("330106", "330106", planned=1, registered=8)]
    balances = balances_of(Flows(flows, {}))

    assert [line.cells for line in lines_of(balances, {})] == [
        (9, 0, "少于 5", 0, "少于 5"),
        (0, 9, 0, "少于 5", "少于 5"),
    ]
    assert [sum_shown(each) for each in ([], [3], [3, 9], [3, 1, 9], [9, 9], [1, 2])] == [
        0, "少于 5", "9 以上", 13, 18, "少于 5",
    ]  # fmt: skip


@pytest.fixture
def reader(app: Flask) -> User:
    """An approver of 西湖; a school there recruits in 鄞州, another one of 滨江 in 温州."""
    factories.a_filed_plan(factories.a_school("330106", stages="junior"), "330212", cap=10)
    factories.a_filed_plan(factories.a_school("330108", stages="junior"), "330302", cap=7)
    return factories.a_user(factories.a_bureau("330106"), "approver")


def test_the_map_leads_to_each_county_and_its_plans(client: Client, reader: User) -> None:
    client.sign_in(reader)
    client.get("/reports/flows?year=2026&measure=planned")

    tiles = {str(each.get("aria-label")): str(each.get("href")) for each in client.page.xpath("//svg//a")}
    assert [said for said in tiles if "流入 10，流出 0" in said]
    [there] = [address for said, address in tiles.items() if "流入 0，流出 10" in said]
    assert client.get(there).status == 200
    [plans] = client.page.xpath("//a[contains(., '招生方案与办件')]/@href")
    client.get(str(plans))
    assert len(client.page.xpath("//main//tbody/tr")) == 1
    assert "流入 7" not in str(tiles), "what neither begins nor ends here"


def test_the_neighbour_of_both_reads_nothing(client: Client, reader: User) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330105"), "approver"))

    for address in ("/reports/flows?year=2026", "/reports/flows?year=2026&county=330212"):
        client.get(address)
        assert not client.page.xpath("//svg//a | //main//tbody")
    assert client.get("/plans?division=330212").status == 200
    assert not client.page.xpath("//main//tbody/tr")


@pytest.mark.parametrize("query", ["county=33", "measure=all", "county=330106'"])
def test_a_wrong_question_gets_a_sentence(client: Client, reader: User, query: str) -> None:
    client.sign_in(reader)

    assert client.get(f"/reports/flows?{query}").status == 422


def test_the_table_is_taken_along_and_that_is_written_down(client: Client, reader: User) -> None:
    client.sign_in(reader)

    response = apart(client.browser.get, "/reports/flows.xlsx?year=2026")

    assert response.status_code == 200
    shared = zipfile.ZipFile(io.BytesIO(response.get_data())).read("xl/sharedStrings.xml").decode()
    assert "330212" in shared
    assert db.session.query(AuditEvent).filter_by(verb="figures/download").one().subject == "office:330106"


def test_schools_read_no_flows_of_others(client: Client, reader: User) -> None:
    client.sign_in(factories.a_user(factories.a_school("330106"), "operator"))

    for address in ("/reports/flows", "/reports/flows.xlsx"):
        assert client.get(address).status == 403
