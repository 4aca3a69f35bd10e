"""招生方案, 备案登记, 流向: who may read which of them, as pages and as programs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.database import db
from app.schools.models import Stage
from app.students.models import Directive, DirectiveKind, DirectiveStatus, Enrolment, Standing
from tests.processes.recruitment.test_plans import CITY, COUNTY, SIDES, asked, submitted
from tests.support import factories
from tests.support.client import Client
from tests.support.recruiting_case import Recruiting, a_plan, asked_for


def listed(plan: Recruiting, code: str, path: str, duty: str = "approver") -> list[dict[str, Any]]:
    answer = plan.program(code, duty).get(path)
    assert answer.status == 200, answer.text
    return answer.json["items"]


def browser_of(plan: Recruiting, code: str, duty: str = "approver") -> Client:
    return Client(plan.client.app).sign_in(getattr(plan.at(code), duty))


def test_plans_are_listed_for_the_school_both_sides_and_the_city_above_and_nobody_else(client: Client) -> None:
    plan = asked(client)
    neighbours = [factories.a_school("330106").office.code, "330102", "330200", "330000"]
    plan.people[neighbours[0]] = plan.at("330102")
    offices = [plan.code, "330106", "330108", "330100", *neighbours[1:]]

    seen = {code: len(listed(plan, code, "/plans")) for code in offices}

    assert seen == {plan.code: 1, "330106": 1, "330108": 1, "330100": 1, "330102": 0, "330200": 0, "330000": 0}


def test_another_school_of_the_county_does_not_see_the_plan(client: Client) -> None:
    asked(client)
    other = a_plan(client)

    assert listed(other, other.code, "/plans") == []
    assert "没有符合条件的招生方案" in browser_of(other, other.code).get("/plans").text


def test_a_plan_reads_with_its_filing(client: Client) -> None:
    plan = asked(client).agree(*SIDES, "lodge", "filing")

    (shown,) = listed(plan, plan.code, "/plans", "operator")

    assert (shown["kind"], shown["stage"], shown["entry_year"], shown["cap"]) == ("cross_county", "senior", 2026, 6)
    assert (shown["source"]["code"], shown["closes_on"], shown["status"]) == ("330108", "2026-12-20", "filed")
    assert (shown["filing"]["number"], shown["filing"]["state"]) == ("B2026-330100-000001", "accepted")
    assert shown["case"] == plan.number


@pytest.mark.parametrize(
    ("steps", "state"),
    [((), "waiting"), (("send_back",), "returned"), (("send_back", "lodge"), "waiting"), (("agree",), "accepted")],
)
def test_the_register_tells_waiting_returned_and_accepted(client: Client, steps: tuple[str, ...], state: str) -> None:
    plan = asked(client).agree(*SIDES, "lodge")
    for step in steps:
        answer = plan.decide("lodge") if step == "lodge" else plan.decide("filing", step)
        assert answer.status == 200, answer.text

    states = {each: len(listed(plan, "330100", f"/filings?box=received&state={each}")) for each in
              ("waiting", "returned", "accepted", "ended")}  # fmt: skip

    assert states == {each: int(each == state) for each in states}
    page = browser_of(plan, "330100").get(f"/filings?state={state}").text
    assert plan.number in page
    assert plan.number not in browser_of(plan, "330100").get("/filings?state=ended").text


def test_the_register_is_filtered_by_year_and_says_what_it_cannot_read(client: Client) -> None:
    plan = asked(client).agree(*SIDES, "lodge")
    city = plan.program("330100", "approver")

    assert len(listed(plan, "330100", "/filings?year=2026")) == 1
    assert listed(plan, "330100", "/filings?year=2025") == []
    for wrong in (
        "/filings?year=all",
        "/filings?state=refused",
        "/filings?box=mine",
        "/plans?status=dead",
        "/flows?year=x",
    ):
        assert city.get(wrong).status == 422, wrong


def test_a_filing_of_two_cities_is_in_the_provinces_register_and_a_citys_own_is_not(client: Client) -> None:
    county = asked(client).agree(*SIDES, "lodge")
    city = asked(client, CITY, source="330212").agree(*SIDES, "lodge")

    province = [each["plan"]["case"] for each in listed(city, "330000", "/filings")]
    neighbour = listed(city, "330300", "/filings")
    own = [each["plan"]["case"] for each in listed(county, "330100", "/filings?box=received")]

    assert (province, neighbour, own) == ([city.number], [], [county.number])
    assert [each["case"] for each in listed(city, "330000", "/plans")] == [city.number]


def test_the_side_menu_and_the_pages_are_those_of_the_office(client: Client) -> None:
    plan = submitted(client)

    assert browser_of(plan, plan.code, "operator").get("/plans").status == 200
    assert [browser_of(plan, code).get("/filings").status for code in (plan.code, "330106", "330100", "330000")] == [
        403, 403, 200, 200,
    ]  # fmt: skip
    assert [browser_of(plan, code).get("/reports/flows").status for code in (plan.code, "330106")] == [403, 200]
    assert plan.program(plan.code).get("/flows").status == 403


def test_lists_go_on_page_by_page(client: Client) -> None:
    plan = a_plan(client, seats=50)
    for source in ("330102", "330105", "330108"):
        factories.a_bureau(source)
        db.session.commit()
        assert plan.submit(COUNTY, asked_for(source)).status == 201
    first = plan.program(plan.code).get("/plans?limit=2").json

    second = plan.program(plan.code).get(f"/plans?limit=2&cursor={first['next']}").json

    sources = [each["source"]["code"] for each in first["items"] + second["items"]]
    assert (sources, second["next"]) == (["330108", "330105", "330102"], None)


# ── flows ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def registered(plan: Recruiting, source: str) -> None:
    """A child of the source area who has come to the school with its directive."""
    origin = factories.a_school(source, stages="junior")
    child = factories.a_student(origin, grade="23", graduated=True)
    case, now = factories.a_takeover(), clock.now()
    enrolment = Enrolment(
        student_id=child.id, epoch=2, school_id=plan.school.id, owner_division="330106", stage=Stage.SENIOR,
        entry_year=2026, grade="31", standing=Standing.ACTIVE, starts_on=dt.date(2026, 9, 1), case_id=case.id,
    )  # fmt: skip
    directive = Directive(
        number="W2026-330108-000001", kind=DirectiveKind.ALLOW_OUTSIDE, status=DirectiveStatus.CONSUMED,
        student_id=child.id, archive_id=child.archive.id, archive_version=1, from_office_id=origin.id,
        to_school_id=plan.school.id, issuer_id=origin.office.superior_id, issued_by=plan.at(source).approver.id,
        case_id=case.id, issued_at=now, expires_at=now, consumed_at=now, signature=b"",
    )  # fmt: skip
    db.session.add_all([enrolment, directive])
    db.session.commit()


def test_flows_count_what_is_asked_planned_and_registered(client: Client) -> None:
    filed = asked(client, cap=5).agree(*SIDES, "lodge", "filing")
    factories.a_bureau("330102")
    db.session.commit()
    filed.submit(COUNTY, asked_for("330102", cap=2))
    registered(filed, "330108")

    flows = {each["source"]["code"]: each for each in listed(filed, "330100", "/flows?year=2026")}

    assert {code: (each["asked"], each["planned"], each["registered"]) for code, each in flows.items()} == {
        "330102": (2, 0, 0), "330108": (0, 5, "少于 5"),
    }  # fmt: skip
    assert {each["destination"]["code"] for each in flows.values()} == {"330106"}
    assert listed(filed, "330100", "/flows?year=2025") == []
    assert listed(filed, "330300", "/flows?year=2026") == []
    assert len(listed(filed, "330108", "/flows?year=2026")) == 1  # what leaves or enters it
    assert len(listed(filed, "330000", "/flows?year=2026")) == 2


def test_the_page_draws_flows_as_a_matrix_and_a_table(client: Client) -> None:
    plan = asked(client, cap=5).agree(*SIDES, "lodge", "filing")
    browser = browser_of(plan, "330100")
    browser.get("/reports/flows?year=2026")

    balance, matrix, table = browser.page.xpath("//table")

    lines = [[cell.text_content() for cell in line.xpath("./td")] for line in balance.xpath(".//tbody/tr")]
    assert [line[1:] for line in lines] == [["5", "0", "0", "0", "0"], ["0", "5", "0", "0", "0"]]
    assert matrix.xpath("string(.//td[@class='some'])") == "5 / 0"
    assert [cell.text_content() for cell in table.xpath(".//tbody//td")][2:] == ["0", "5", "0"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Directive)) == 0
