"""办理情况: what stands at each step, how long it takes, and the cases behind each figure; all within a bound."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask

from app import clock
from app.access import Actor
from app.cases.models import Case, CaseStatus, Task
from app.cases.queries import step_figures as queries
from app.cases.rules.durations import Times, times_of
from app.database import db
from app.definitions.models import Process
from app.reports.queries.names import Names
from app.start import initialise
from tests.conftest import MONDAY, make_app
from tests.students.test_school_papers import bytes_of, cells
from tests.studio.conftest import Studio
from tests.studio.county_studio import COUNTY, NEIGHBOUR, STEP, Variants
from tests.studio.test_migrations import FURTHER_STEP, Publish, current_number, migrated
from tests.studio.test_pages import browser
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import Postgres, on_sqlite
from tests.support.long_lists import fill, reading, statements
from tests.support.transfer_case import Story, a_story

FIRST = "receiving_school"


def of_step(studio: Studio, step: str, version: int | None = None) -> dict[str, Any]:
    asked = f"?version={version}" if version else ""
    items = studio.program("analyst").get(f"/processes/transfer/figures{asked}").json["items"]
    return next(each for each in items if each["step"] == step)


def lights(figures: dict[str, Any]) -> list[int]:
    return [figures[light] for light in ("red", "yellow", "green", "paused")]


def test_every_light_is_counted_and_the_decided_take_their_working_days(studio: Studio, submitted: Story) -> None:
    assert lights(of_step(studio, FIRST)) == [0, 0, 1, 0]
    assert of_step(studio, FIRST)["median_days"] is None
    deadline = db.session.scalars(sa.select(Task.deadline)).one()
    db.session.rollback()

    clock.set_to(clock.end_of(clock.local(deadline).date() - dt.timedelta(days=1)))
    assert lights(of_step(studio, FIRST)) == [0, 1, 0, 0]
    clock.set_to(deadline + dt.timedelta(seconds=1))
    assert lights(of_step(studio, FIRST)) == [1, 0, 0, 0]
    case = sa.select(Case).where(Case.number == submitted.number)
    db.session.scalars(case).one().status = CaseStatus.PAUSED
    db.session.commit()
    assert lights(of_step(studio, FIRST)) == [0, 0, 0, 1]
    db.session.scalars(case).one().status = CaseStatus.OPEN
    db.session.commit()

    clock.set_to(MONDAY + dt.timedelta(days=4))  # Friday
    assert submitted.decide("agree").status == 200
    said = of_step(studio, FIRST)
    assert (lights(said), said["decided"]) == ([0, 0, 0, 0], 1)
    assert (said["median_days"], said["ninetieth_percentile_days"]) == (4, 4)
    assert lights(of_step(studio, "receiving_bureau")) == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("days", "median", "slow"), [([3], 3, 3), ([1, 2], 1, 2), ([5, 1, 3], 3, 5), (list(range(1, 101)), 50, 90)]
)
def test_the_median_and_the_time_of_nine_of_ten(days: list[int], median: int, slow: int) -> None:
    assert times_of((each, 1) for each in days) == Times(len(days), median, slow)


def test_an_open_task_counts_for_the_version_of_its_case(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    """A migration takes it along, an undoing brings it back; what was decided stays with its version."""
    publish_altered("transfer", *FURTHER_STEP)
    later = current_number()
    assert lights(of_step(studio, FIRST, 1)) == [0, 0, 1, 0]

    migration = migrated(studio, later)
    assert lights(of_step(studio, FIRST, 1)) == [0, 0, 0, 0]
    assert lights(of_step(studio, FIRST, later)) == [0, 0, 1, 0]
    body = {"reason": "新版本有误", "case": submitted.number}
    assert studio.program("publisher").post(f"/migrations/{migration}/undo", body).status == 200
    assert lights(of_step(studio, FIRST, 1)) == [0, 0, 1, 0]
    assert submitted.decide("agree").status == 200

    assert (of_step(studio, FIRST, 1)["decided"], of_step(studio, FIRST, later)["decided"]) == (1, 0)
    assert of_step(studio, FIRST)["decided"] == 1
    assert lights(of_step(studio, "second_look")) == [0, 0, 0, 0], "a step of the current version"


def test_the_revision_gives_every_task_that_was_there_the_version_of_its_case(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    """Two cases of two versions, as they were before tasks had one."""
    publish_altered("transfer", *FURTHER_STEP)
    other = a_story(studio.client)
    assert other.submit().status == 201
    assert submitted.decide("agree").status == 200
    db.session.rollback()
    with db.engine.begin() as connection:
        for statement in ("DROP INDEX ix_task_step_open", "DROP INDEX ix_task_step_done"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("ALTER TABLE task DROP COLUMN version_id")
        with Operations.context(MigrationContext.configure(connection)):
            importlib.import_module("app.schema.versions.20261127_m04_steps_of_versions").upgrade()

    asked = sa.select(Task.version_id, Case.version_id).join(Case, Case.id == Task.case_id).order_by(Task.id)
    versions = [tuple(each) for each in db.session.execute(asked)]
    assert (len(versions), len(set(versions))) == (3, 2)
    assert [own for own, of_case in versions if own != of_case] == []


@on_sqlite
def test_the_page_leads_from_each_figure_to_its_cases(studio: Studio, submitted: Story) -> None:
    other = a_story(studio.client)
    assert other.submit().status == 201
    assert other.decide("agree").status == 200
    analyst = browser(studio)

    page = analyst.get("/studio/processes/transfer/figures")

    assert page.status == 200
    row = analyst.page.xpath("//tr[td[1][starts-with(., '转入学校审核')]]")[0]
    cells = [" ".join(cell.text_content().split()) for cell in row.xpath("td")]
    assert [cells[2].split()[0], cells[5].split()[0], cells[7].split("，")[0]] == ["1", "1", "当日"]
    [badges] = analyst.page.xpath("//div[@class='diagram']/@data-figures")
    assert '"receiving_school": {"lines": [["在办 1", "open"], ["中位当日", "time"]]}' in badges
    assert analyst.page.xpath("//tr[td[1][starts-with(., '设区市教育局审批')]][contains(., '转入地设区市教育局')]")
    assert "上级的上一级" not in page.text, "as the diagram calls the office"
    for link in row.xpath(".//a/@href"):
        listed = analyst.get(link)
        assert (listed.status, (other if "decided" in link else submitted).number in listed.text) == (200, True), link
        assert (submitted if "decided" in link else other).number not in listed.text
        assert submitted.child.name not in listed.text, "a case is named by its number, not by the child"
    red = analyst.get(f"/studio/processes/transfer/figures/{FIRST}?light=red").text
    assert "没有办件停在这个环节" in red
    for path in ("figures?version=9", "figures/nothing", "figures/nothing/decided"):
        assert analyst.get(f"/studio/processes/transfer/{path}").status == 404, path
    assert analyst.get("/studio/processes/transfer/figures?version=x").status == 422
    assert analyst.get("/studio/processes/transfer/figures?version=1").status == 200


@on_sqlite
def test_the_table_is_exported_as_a_spreadsheet(studio: Studio, submitted: Story) -> None:
    analyst = browser(studio)

    answer = bytes_of(analyst, "/studio/processes/transfer/figures/workbook.xlsx?version=1")

    assert answer.status_code == 200
    text = cells(answer.get_data())
    assert "九成不超过（工作日）" in text
    assert "转入学校审核" in text


@on_sqlite
def test_a_list_of_cases_goes_on_behind_its_last_line(
    studio: Studio, submitted: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [a_story(studio.client) for _ in range(2)]
    assert [each.submit().status for each in others] == [201, 201]
    monkeypatch.setattr("app.studio.views.step_figures.PAGE", 2)
    analyst, seen = browser(studio), []

    url = f"/studio/processes/transfer/figures/{FIRST}?light=green"
    while url:
        assert analyst.get(url).status == 200
        seen += analyst.page.xpath("//tbody/tr/td[1]/a/text()")
        url = "".join(analyst.page.xpath("//nav[@class='more']/a/@href"))

    assert seen == [each.number for each in (submitted, *others)]


def test_the_figures_are_for_the_studio_alone(studio: Studio, submitted: Story) -> None:
    """Of a bureau without a variant there is nothing to show, and of the province's versions nothing for a bureau."""
    city = factories.a_user(factories.a_bureau("330100"), "analyst")
    stranger = Client(studio.client.app).sign_in(city)

    assert studio.client.api(city).get("/processes/transfer/figures").status == 403
    assert submitted.program("receiving_bureau").get("/processes/transfer/figures").status == 403
    for path in ("figures", "figures/workbook.xlsx", f"figures/{FIRST}", f"figures/{FIRST}/decided"):
        assert stranger.get(f"/studio/processes/transfer/{path}").status == 404, path


def test_what_lies_outside_the_jurisdiction_is_not_counted(studio: Studio, submitted: Story) -> None:
    """Of a county that is not the school's nothing is counted and nothing listed, of its own the case."""
    version = db.session.get_one(Process, "transfer").current_id
    assert version is not None

    def counted(place: str) -> tuple[int, int]:
        office = factories.a_bureau(place)
        kind = office.kind.value
        actor = Actor(None, "某人", None, "approver", office.id, office.code, office.name, kind, office.path)
        figures = queries.step_figures(actor, [version], [FIRST], clock.now())[FIRST]
        return figures.open, len(queries.waiting_at(actor, [version], FIRST, clock.now()))

    own = submitted.receiving.office.superior.code
    assert counted(own) == (1, 1)
    assert counted("330108" if own != "330108" else "330106") == (0, 0)


# ── what is read ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def many() -> Iterator[tuple[Client, int]]:
    """A publisher before many transfers, on PostgreSQL; and how many tasks there are."""
    database = Postgres()
    app: Flask = make_app(database.url)
    clock.set_to(MONDAY)
    with app.app_context():
        initialise(lambda _line: None)
        story = a_story(Client(app))
        assert story.submit().status == 201
        fill(story.agree_until("pull"), 12_000)
        person = factories.a_user(factories.a_bureau("330000"), "publisher")
        yield Client(app).sign_in(person), db.session.scalar(sa.select(sa.func.count()).select_from(Task)) or 0
        db.session.rollback()
        database.close(db.engine)


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("figures", 20_000),  # eight steps: three lights to a thousand, and the last two hundred
        ("figures/releasing_bureau", 500),
        ("figures/releasing_bureau?light=green", 500),
        ("figures/receiving_bureau/decided", 2_000),
    ],
)
def test_a_page_reads_by_index_and_no_more_than_its_bound(many: tuple[Client, int], page: str, most: int) -> None:
    publisher, tasks = many
    assert tasks > 40_000
    with statements() as asked:
        assert publisher.get(f"/studio/processes/transfer/{page}").status == 200
    read = reading(asked)

    assert read.scanned["task"] == 0
    assert read.scanned["cases"] <= 500
    assert read.rows["task"] <= most, read.rows


@on_sqlite
def test_sqlite_reads_by_index_too(studio: Studio, submitted: Story) -> None:
    with statements() as asked:
        of_step(studio, FIRST)
    plans = [
        line.detail
        for text, parameters in asked
        if "task" in text and "version_id" in text and text.startswith("SELECT")
        for line in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters)
    ]

    used = {name for name in ("ix_task_step_open", "ix_task_step_done") if any(name in line for line in plans)}
    assert used == {"ix_task_step_open", "ix_task_step_done"}
    assert [line for line in plans if line.startswith("SCAN task")] == []


# ── of a county's variant ────────────────────────────────────────────────────────────────────────────────────────────


def at_the_added_step(variants: Variants) -> Story:
    """A case of the county's variant that waits at the step which the county has added."""
    variants.publish()
    story = a_story(variants.client, receiving=COUNTY, releasing="330212")
    assert story.submit().status == 201
    while story.waiting()["key"] != STEP.key:
        assert story.decide().status == 200
    return story


def test_a_variants_figures_stand_on_its_own_page(variants: Variants) -> None:
    story = at_the_added_step(variants)
    path = "/processes/transfer/figures"

    for who in ("analyst", "publisher", "provincial_analyst"):
        items = variants.program(who).get(f"{path}?office={COUNTY}").json["items"]
        assert lights(next(each for each in items if each["step"] == STEP.key)) == [0, 0, 1, 0], who
    for who in ("neighbour_analyst", "neighbour_publisher"):
        assert variants.program(who).get(f"{path}?office={COUNTY}").status == 404, who
    assert variants.program("analyst").get(path).status == 403
    of_province = variants.program("provincial_analyst").get(path).json["items"]
    assert all(lights(each) == [0, 0, 0, 0] for each in of_province)

    pages = Client(variants.client.app).sign_in(variants.people["analyst"])
    home = f"/studio/processes/transfer/variants/{COUNTY}"
    figures = f"/studio/processes/transfer/figures?office={COUNTY}"
    assert figures.replace("&", "&amp;") in pages.get(home).text
    shown = pages.get(figures)
    assert "本地各版本合计" in shown.text
    assert STEP.name in shown.text
    assert f"{home}/versions/1/diagrams/transfer.bpmn" in shown.text
    assert pages.get("/studio/processes/transfer/figures").text.count("本地各版本合计")
    step = pages.get(f"/studio/processes/transfer/figures/{STEP.key}?office={COUNTY}")
    assert story.number in step.text
    assert "/position" not in step.text
    neighbour = Client(variants.client.app).sign_in(variants.people["neighbour_analyst"])
    for address in (figures, f"/studio/processes/transfer/figures/{STEP.key}?office={COUNTY}"):
        assert neighbour.get(address).status == 404


def test_the_dashboard_names_an_added_step_in_words(variants: Variants) -> None:
    at_the_added_step(variants)
    county, neighbour, province = (factories.a_bureau(code) for code in (COUNTY, NEIGHBOUR, "330000"))

    assert Names(county).step("transfer", STEP.key) == f"{STEP.name}（本地环节）"
    assert Names(province).step("transfer", STEP.key) == f"{STEP.name}（本地环节）"
    assert Names(neighbour).step("transfer", STEP.key) == STEP.key
    assert Names(county).step("transfer", FIRST) == "转入学校审核"
