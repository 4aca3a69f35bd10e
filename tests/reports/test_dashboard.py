"""监测看板: figures over what an office governs, drawn, as tables, as a workbook; nobody else's."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import pytest

from app import clock
from app.audit import AuditEvent
from app.cases.rules.durations import times_of, working_days
from app.database import db
from app.reports.presenters.charts import chart_of
from app.reports.queries.dashboards import Column, DashboardRow, Table
from tests.processes.registration.test_registration import a_row, an_entry
from tests.support import factories
from tests.support.client import Client, Program, apart
from tests.support.long_lists import statements
from tests.support.transfer_case import Story

KEYS = ("workload", "steps", "reasons", "plan", "attempts", "changes")


def bureau(client: Client, code: str) -> Program:
    return client.api(factories.a_user(factories.a_bureau(code), "approver"))


def lines(program: Program, key: str, query: str = "") -> dict[str, dict[str, Any]]:
    """A table by the first cell of each line."""
    table = program.get(f"/dashboards/{key}{query}").json
    columns = [each["key"] for each in table["columns"]]
    return {line["cells"][0]: dict(zip(columns, line["cells"], strict=True)) for line in table["lines"]}


def test_each_tier_reads_what_waits_below_it(client: Client, submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    clock.set_to(clock.now() + dt.timedelta(days=30))

    school = submitted.releasing.office
    for code, line in {"330212": school.name, "330200": "330212区教育局", "330000": "330200市教育局"}.items():
        cells = lines(bureau(client, code), "workload")[line]
        assert (cells["waiting"], cells["overdue"]) == (1, 1), code


def test_times_are_said_in_working_days_by_step(client: Client, submitted: Story) -> None:
    clock.set_to(clock.now() + dt.timedelta(days=4))  # from Monday to Friday
    submitted.decide()

    steps = {each["step"]: each for each in _steps(bureau(client, "330106"))}

    assert (steps["转入学校审核"]["decided"], steps["转入学校审核"]["median"], steps["转入学校审核"]["slow"]) == (
        1,
        4,
        4,
    )


def _steps(program: Program) -> list[dict[str, Any]]:
    table = program.get("/dashboards/steps").json
    columns = [each["key"] for each in table["columns"]]
    return [dict(zip(columns, line["cells"], strict=True)) for line in table["lines"]]


def test_the_names_of_all_processes_are_read_in_one_statement(client: Client, submitted: Story) -> None:
    submitted.decide()
    county = bureau(client, "330106")
    assert lines(county, "steps")
    with statements() as asked:
        assert county.get("/dashboards/steps").status == 200

    assert len([text for text, _parameters in asked if "FROM process" in text.replace(chr(10), " ")]) == 1


def test_registrations_stand_against_the_plan_as_they_come_in(client: Client) -> None:
    entry = an_entry(client, seats=5)
    entry.submit([a_row(), a_row()])
    entry.agree()

    for code in ("330106", "330000"):
        line = lines(bureau(client, code), "plan")["小学"]
        assert (line["total"], line["used"], line["free"], line["share"]) == (5, 2, 3, "40%")
        assert line["registered"] == "少于 5", "so few children are said to their school alone"
    assert lines(entry.program("school"), "plan")["小学"]["registered"] == 2
    assert lines(bureau(client, "330108"), "plan") == {}


def test_a_return_stands_with_its_reason(client: Client, submitted: Story) -> None:
    submitted.decide(outcome="send_back", opinion="缺居住证明")

    [line] = bureau(client, "330106").get("/dashboards/reasons").json["lines"]

    assert line["cells"][1] == "退回补正"
    assert line["cells"][3] == "少于 5"
    assert line["cells"][2] != "incomplete_papers", "in words"
    [own] = submitted.program("receiving_school", "operator").get("/dashboards/reasons").json["lines"]
    assert own["cells"][3] == 1


def test_an_office_counts_out_its_own_answers_and_few_of_others_not(client: Client, submitted: Story) -> None:
    submitted.decide()
    submitted.decide(outcome="send_back", opinion="缺居住证明")

    for code, said in {"330106": 1, "330100": "少于 5", "330000": "少于 5"}.items():
        [line] = bureau(client, code).get("/dashboards/reasons").json["lines"]
        assert line["cells"][3] == said, code


def test_few_children_are_said_to_their_school_alone(client: Client, submitted: Story) -> None:
    submitted.agree_until("pull")
    submitted.decide()
    month = f"{clock.today():%Y-%m}"

    assert lines(bureau(client, "330106"), "changes")[month]["in"] == "少于 5"
    assert lines(bureau(client, "330000"), "changes")[month]["in"] == "少于 5"
    own = submitted.program("receiving_school", "operator")
    assert lines(own, "changes")[month]["in"] == 1


@pytest.mark.parametrize("key", KEYS)
def test_the_neighbour_reads_nothing(client: Client, submitted: Story, key: str) -> None:
    submitted.agree_until("pull")
    neighbour = bureau(client, "330108")

    assert neighbour.get(f"/dashboards/{key}?office=330106").status == 404
    said = neighbour.get(f"/dashboards/{key}").text
    assert submitted.receiving.office.name not in said
    own = [line["cells"][1:] for line in neighbour.get(f"/dashboards/{key}").json["lines"]]
    assert not [cell for cells in own for cell in cells if cell not in (0, None, "")]


def test_a_school_reads_its_own_figures_and_no_others(client: Client, submitted: Story) -> None:
    school = submitted.program("receiving_school", "operator")

    assert list(lines(school, "workload")) == [submitted.receiving.office.name]
    assert school.get("/dashboards/workload?office=330106").status == 404


@pytest.mark.parametrize("code", ["330106", "330100", "330000"])
def test_the_page_draws_and_leads_on(client: Client, submitted: Story, code: str) -> None:
    client.sign_in(factories.a_user(factories.a_bureau(code), "approver"))

    assert client.get("/reports/dashboard?days=7").status == 200
    assert client.page.xpath("//svg[@role='img']")
    addresses = {str(each) for each in client.page.xpath("//main//a[starts-with(@href, '/')]/@href")}
    assert any(each.startswith("/reports/waiting") for each in addresses)
    for address in sorted(addresses - {each for each in addresses if ".xlsx" in each}):
        assert client.get(address).status == 200, address


def test_the_list_behind_a_figure_holds_the_case_and_no_name(client: Client, submitted: Story) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330100"), "approver"))

    page = client.get("/reports/waiting?office=330106").text

    assert submitted.number in page
    assert submitted.child.name not in page


def test_a_program_reads_the_lists_behind_the_figures(client: Client, submitted: Story) -> None:
    submitted.decide()
    own, above = bureau(client, "330106"), bureau(client, "330100")

    assert [each["key"] for each in own.get("/dashboards/tasks/arrived").json["items"]] == ["receiving_bureau"]
    assert own.get("/dashboards/tasks/decided").json["items"] == []
    [waits] = above.get("/dashboards/tasks/waiting?office=330106").json["items"]
    assert (waits["case"], waits["office"]["code"]) == (submitted.number, "330106")
    neighbour = bureau(client, "330108")
    for what in ("arrived", "decided", "waiting"):
        assert neighbour.get(f"/dashboards/tasks/{what}").json["items"] == []
    assert neighbour.get("/dashboards/tasks/waiting?office=330106").json["items"] == []
    assert submitted.program("receiving_school", "approver").get("/dashboards/tasks/waiting").status == 403
    assert own.get("/dashboards/tasks/nothing").status == 404


def test_a_table_is_taken_along_as_a_workbook_and_that_is_written_down(client: Client, submitted: Story) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330106"), "approver"))

    response = apart(client.browser.get, "/reports/dashboard/workload.xlsx")

    assert response.status_code == 200
    shared = zipfile.ZipFile(io.BytesIO(response.get_data())).read("xl/sharedStrings.xml").decode()
    assert submitted.receiving.office.name in shared
    event = db.session.query(AuditEvent).filter_by(verb="figures/download").one()
    assert event.subject == "office:330106"
    assert client.get("/reports/dashboard/nothing.xlsx").status == 404


@pytest.mark.parametrize("query", ["days=8", "days=x", "office=9&office=8"])
def test_a_wrong_question_gets_a_sentence(client: Client, query: str) -> None:
    assert bureau(client, "330106").get(f"/dashboards/workload?{query}").status == 422


def test_the_tiers_of_a_distribution() -> None:
    monday = dt.date(2026, 11, 23)
    spans = [(working_days(monday, monday + dt.timedelta(days=days)), 1) for days in (0, 1, 1, 2, 3, 3, 3, 4, 4, 11)]

    times = times_of(spans)

    assert (times.decided, times.median, times.slow) == (10, 3, 4)
    assert times_of([]).median is None


def test_bars_stay_within_the_drawing_and_no_longer_than_twelve() -> None:
    columns = [Column(str(place), "") for place in range(9)]
    made = [
        DashboardRow(("一所名字特别特别长的学校在很远很远的地方还要更长", n, n // 2, 0, 0, 0, 0, 0, 0))
        for n in range(1, 40)
    ]

    chart = chart_of(Table("workload", "待办", columns, made))

    assert chart is not None
    assert len(chart.bars) == 12
    assert all(each.light <= 90 and each.dark <= each.light for each in chart.bars)
    assert all(len(each.label) <= 20 for each in chart.bars)
    assert chart_of(Table("workload", "待办", columns, [])) is None


def test_months_are_drawn_in_their_order_and_few_children_stay_unsaid() -> None:
    columns = [Column(str(place), "") for place in range(3)]
    made = [DashboardRow((f"2026-{n:02d}", cell, 0)) for n, cell in enumerate((9, "少于 5", 0, 30), start=1)]

    chart = chart_of(Table("changes", "学籍异动", columns, made))

    assert chart is not None
    assert [(each.label, each.text) for each in chart.bars] == [
        ("2026-01", "9"), ("2026-02", "少于 5"), ("2026-03", "0"), ("2026-04", "30"),
    ]  # fmt: skip
    assert [bool(each.dark) for each in chart.bars] == [True, False, False, True]
