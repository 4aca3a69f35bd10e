"""A page of a list costs what it shows, at every tier: no plan reads a table that grows, no line asks for its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.start import initialise
from tests.conftest import MONDAY, make_app
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.databases import Postgres
from tests.support.long_lists import COPIED, Reading, fill, reading, statements
from tests.support.transfer_case import a_story

SIZE = 12_000  # cases, all of the same offices
MOST = 7_000  # rows that a page may read: the counts of the menu, one for each list, stop at a thousand
MOST_FOUND = 12_000  # where something is searched: as many lines are asked as it takes, at most
ALIKE = 3  # times that a page may send the same statement
GROWING = {*COPIED, "case_office", "case_person", "name_part"} - {"audit_chain"}
FOUND = ("?q=", "&q=", "?process=", "?office=", "sort=")
PAGES = (
    "/", "/reports/day/arrived", "/reports/day/decided", "/reports/dashboard",
    "/inbox", "/inbox?light=red", "/inbox?light=green", "/inbox?process=transfer", "/inbox?process=graduation",
    "/inbox?q=王建国", "/inbox?q=wj", "/inbox?q=王", "/inbox?q=L77", "/inbox?sort=arrived", "/inbox?sort=-number",
    "/inbox?returned=true", "/inbox?sort=arrived&step=releasing_bureau", "/inbox?office=330212",
    "/inbox?office=330212&sort=arrived", "/inbox?step=releasing_bureau", "/inbox?step=pull",
    "/inbox?returned=true&sort=number", "/inbox/urged", "/inbox/urged?sort=arrived", "/drafts/mine",
    "/inbox/done", "/inbox/done?process=graduation", "/inbox/done?step=receiving_bureau", "/inbox/done?step=pull",
    "/inbox/done?step=releasing_bureau", "/inbox/done?returned=true",
    "/inbox/done?q=王建国", "/inbox/done?q=w", "/cases", "/cases?q=王建国", "/cases?q=wj", "/cases?q=w", "/cases?q=L77",
    "/cases/running", "/cases/running?q=王", "/cases/closed", "/cases/closed?q=lf", "/notices", "/notices?show=all",
    "/students", "/students?q=王建国", "/students?q=w", "/students?standing=active", "/students?standing=suspended",
    "/students?grade=13", "/contests",
)  # fmt: skip
OF_A_SCHOOL = ("/cases/applied", "/discrepancies", "/roll/")
OF_A_BUREAU = ("/overdue", "/reports/waiting", "/reports/plan", "/reports/after-lock", "/reports/flows")
OF_AN_AUDITOR = (
    "/audit", "/audit?verb=cases/decide", "/audit?verb=cases/nothing", "/audit?office=330212", "/audit?office=330106",
)  # fmt: skip


@dataclass
class Tier:
    """Somebody signed in at one tier."""

    client: Client
    name: str

    def read(self, page: str) -> Reading:
        """What the page reads."""
        with statements() as asked:
            response = apart(self.client.browser.get, page)
        assert response.status_code == 200, (self.name, page, response.status_code)
        return reading(asked)


@pytest.fixture(scope="module")
def tiers() -> Iterator[dict[str, Tier]]:
    """People of each tier, before whom the same long lists lie."""
    database = Postgres()
    app: Flask = make_app(database.url)
    clock.set_to(MONDAY)
    with app.app_context():
        initialise(lambda _line: None)
        story = a_story(Client(app))
        assert story.submit().status == 201
        fill(story.agree_until("pull"), SIZE)
        people = {
            "school": story.people["receiving_school"].operator,
            "deciding school": story.people["releasing_school"].approver,
            "county": story.people["releasing_bureau"].approver,
            "city": factories.a_user(factories.a_bureau("330200"), "approver"),
            "province": factories.a_user(factories.a_bureau("330000"), "approver"),
            "auditing county": factories.a_user(factories.a_bureau("330108"), "auditor"),
            "auditing province": factories.a_user(factories.a_bureau("330000"), "auditor"),
        }
        yield {name: Tier(Client(app).sign_in(user), name) for name, user in people.items()}
        db.session.rollback()
        database.close(db.engine)


def faults(tier: Tier, page: str) -> list[str]:
    """What is wrong with the way the page reads, as sentences."""
    read = tier.read(page)
    most = MOST_FOUND if any(each in page for each in FOUND) else MOST
    found = [
        f"reads all of {table}: {rows} rows" for table, rows in read.scanned.items() if table in GROWING and rows > 500
    ]
    rows = sum(rows for table, rows in read.rows.items() if table in GROWING)
    found += [f"reads {rows} rows, not {most} at most"] if rows > most else []
    found += [f"asks {times} times: {text[:200]}" for text, times in read.statements.items() if times > ALIKE]
    return [f"{page} of a {tier.name} {each}" for each in found]


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("school", (*PAGES, *OF_A_SCHOOL)),
        ("deciding school", PAGES),
        ("county", (*PAGES, *OF_A_BUREAU)),
        ("city", (*PAGES, *OF_A_BUREAU)),
        ("province", (*PAGES, *OF_A_BUREAU)),
        ("auditing county", OF_AN_AUDITOR),
        ("auditing province", OF_AN_AUDITOR),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_page_reads_no_more_than_it_shows(tiers: dict[str, Tier], name: str, pages: tuple[str, ...]) -> None:
    found = [fault for page in pages for fault in faults(tiers[name], page)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("index", "name", "page"),
    [
        ("ix_case_office_box", "province", "/cases/closed"),
        ("ix_task_done", "county", "/inbox/done"),
        ("ix_task_done_step", "county", "/inbox/done?step=receiving_bureau"),
        ("ix_task_done_returned", "county", "/inbox/done?returned=true"),
        ("ix_enrolment_open", "county", "/students"),
    ],
)
def test_it_is_noticed_when_an_index_is_missing(tiers: dict[str, Tier], index: str, name: str, page: str) -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as outside:
        said = outside.scalar(sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = :name"), {"name": index})
        outside.execute(sa.text(f"DROP INDEX {index}"))
        found = faults(tiers[name], page)
        outside.execute(sa.text(str(said)))

    assert found
