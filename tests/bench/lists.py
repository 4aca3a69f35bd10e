"""Every list page of every tier before a big province: what the database takes for a page, and how much it reads.

`XUEJI_BENCH_PROVINCE` names a PostgreSQL database that `flask demo --scale` has filled, with the `XUEJI_SECRET_KEY` and
`XUEJI_FIELD_KEY` of then; without it a smaller one is filled first.
"""

from __future__ import annotations

import itertools
import os
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask

from app import clock, create_app
from app.database import db
from app.demo import scale
from app.demo.people import PASSWORD
from app.start import initialise
from app.students.models.names import initials
from tests.bench import Figure
from tests.conftest import make_app
from tests.support.client import apart
from tests.support.databases import Postgres, postgres_answers
from tests.support.long_lists import reading, statements

PROVINCE = "XUEJI_BENCH_PROVINCE"
CHILDREN = 40_000  # where no province is named
REQUESTS = 100  # of each page, by each person
SEED = 2010
PAGES = (
    "/", "/inbox", "/inbox?light=red", "/inbox?light=green", "/inbox?process=drop_out", "/inbox?process=graduation",
    "/inbox?sort=-arrived", "/inbox?sort=number", "/inbox?process=transfer&step=releasing_bureau",
    "/inbox?returned=true", "/inbox?starred=true", "/inbox/arrivals", "/copies", "/advice", "/inbox/done?returned=true",
    "/reports/dashboard", "/reports/waiting", "/reports/events",
    "/inbox?q={name}", "/inbox?q={letters}", "/inbox?q={surname}", "/inbox/done", "/inbox/done?process=drop_out",
    "/inbox/done?q={name}", "/inbox/done?q={letters}", "/inbox/done?q={surname}", "/cases", "/cases?q={name}",
    "/cases?q={letters}", "/cases?q={surname}", "/cases/running", "/cases/running?q={name}", "/cases/closed",
    "/cases/closed?q={letters}", "/notices", "/notices?show=all", "/students", "/students?q={name}",
    "/students?q={letters}", "/students?q={surname}", "/students?standing=active", "/students?standing=suspended",
    "/students?grade=13", "/contests", "/plans", "/filings", "/reports/suspensions", "/roll/",
)  # fmt: skip
OF_A_SCHOOL = ("/cases/applied", "/discrepancies")
OF_A_BUREAU = ("/overdue", "/reports/plan", "/reports/after-lock", "/reports/flows", "/reports/refused")
OF_AUDITORS = ("/audit", "/audit?verb=cases/decide", "/audit?office=330106", "/audit?subject=20261126-000001")
PEOPLE = ("330106.approver", "330212.approver", "330100.approver", "330000.approver", "330000.auditor")


@contextmanager
def _province() -> Iterator[tuple[Flask, str]]:
    """The application before a province, and how big it is."""
    url = os.environ.get(PROVINCE)
    if url:
        os.environ["XUEJI_DATABASE_URL"] = url
        app = create_app()
        with app.app_context():
            yield app, size()
            db.session.rollback()
        return
    database = Postgres()
    app = make_app(database.url)
    clock.set_to(None)
    with app.app_context():
        initialise(lambda _line: None)
        scale.load(lambda _line: None, CHILDREN)
        yield app, size()
        db.session.rollback()
        database.close(db.engine)


def size() -> str:
    """How many children and tasks are there."""
    children, tasks = (db.session.scalar(sa.text(f"SELECT max(id) FROM {each}")) or 0 for each in ("student", "task"))
    db.session.rollback()
    return f"{children:,} children, {tasks:,} tasks"


def sign_in(app: Flask, username: str) -> Any:
    """The browser of somebody of the demo province."""
    browser = app.test_client()
    page = apart(browser.get, "/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    form = {"username": username, "password": PASSWORD, "csrf_token": token[1] if token else ""}
    if apart(browser.post, "/sign-in", data=form).status_code != 302:
        raise RuntimeError(f"{username} cannot sign in")
    return browser


def _pages_of(username: str) -> tuple[str, ...]:
    if username.endswith("auditor"):
        return OF_AUDITORS
    return (*PAGES, *(OF_A_SCHOOL if username.startswith("21") else OF_A_BUREAU))


def _typed() -> Iterator[dict[str, str]]:
    """What people search for: the names of children who are there, first letters of two and three, a surname."""
    chance = random.Random(SEED)
    last = db.session.scalar(sa.text("SELECT max(id) FROM student")) or 1
    found = db.session.execute(
        sa.text("SELECT name FROM student WHERE id = ANY(:ids)"),
        {"ids": [chance.randrange(1, last + 1) for _ in range(2 * REQUESTS)]},
    )
    names = [row.name for row in found]
    db.session.rollback()
    for name in itertools.cycle(names):
        yield {"name": name, "letters": initials(name)[: chance.choice((2, 3))], "surname": name[0]}


@contextmanager
def _spent() -> Iterator[list[float]]:
    """Milliseconds of each call of the driver in the block."""
    spent: list[float] = []

    def before(*_call: Any) -> None:
        spent.append(-time.perf_counter())

    def after(*_call: Any) -> None:
        spent[-1] += time.perf_counter()

    sa.event.listen(db.engine, "before_cursor_execute", before)
    sa.event.listen(db.engine, "after_cursor_execute", after)
    try:
        yield spent
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", before)
        sa.event.remove(db.engine, "after_cursor_execute", after)


def time_in_database(ask: Callable[[], object]) -> float:
    """Milliseconds of the driver's calls that it makes."""
    with _spent() as spent:
        ask()
    return sum(spent) * 1000


def _times(browser: Any, page: str, typed: Iterator[dict[str, str]]) -> list[float]:
    """Milliseconds in the database of each request."""
    times = []
    for words in itertools.islice(typed, REQUESTS):
        with _spent() as spent:
            address = page.format(**{name: quote(word) for name, word in words.items()})
            response = apart(browser.get, address)
        if response.status_code == 403:  # not of this person's tier
            return []
        if response.status_code != 200:
            raise RuntimeError(f"{address}: {response.status}")
        times.append(sum(spent) * 1000)
    return times


def _rows(browser: Any, page: str, words: dict[str, str]) -> int:
    """Rows that one request reads, as PostgreSQL counts them."""
    with statements() as asked:
        apart(browser.get, page.format(**{name: quote(word) for name, word in words.items()}))
    return sum(reading(asked).rows.values())


def measure() -> dict[str, Figure]:
    """The slowest page of all, and the one that reads most."""
    if not postgres_answers():
        return {}
    with _province() as (app, size):
        school = db.session.scalar(
            sa.text("SELECT min(username) FROM app_user WHERE username LIKE '21330106%.operator'")
        )
        db.session.rollback()
        typed, found, rows = _typed(), [], []
        for username in (school, *PEOPLE):
            browser = sign_in(app, str(username))
            for page in _pages_of(str(username)):
                if times := _times(browser, page, typed):
                    worst = statistics.quantiles(times, n=100)[98]
                    found.append((worst, statistics.median(times), f"{page} of {username}"))
                    rows.append((_rows(browser, page, next(typed)), f"{page} of {username}"))
        for worst, median, page in sorted(found, reverse=True)[:10]:
            print(f"  {worst:8.2f} ms p99 {median:8.2f} ms p50  {page}")
        worst, _median, page = max(found)
        median, _worst, slowest = max((median, worst, page) for worst, median, page in found)
        most, longest = max(rows)
        return {
            "lists.worst_db_ms": Figure(round(worst, 2), "ms p99", "≤ 20, aim 5", REQUESTS, f"{page}; {size}"),
            "lists.worst_db_p50_ms": Figure(round(median, 2), "ms p50", "≤ 5", REQUESTS, f"{slowest}; {size}"),
            "lists.most_rows": Figure(most, "rows", "≤ 15,000", 1, f"{longest}; {size}"),
        }
