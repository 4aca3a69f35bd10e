"""Fixtures of every test: an application on each database, the clock, the cast."""

from __future__ import annotations

import datetime as dt
import gc
import socket
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app import clock as house_clock
from app import create_app
from app.audit import chain
from app.database import LAST, WROTE, db
from app.start import initialise
from tests.support import openapi
from tests.support.client import Client
from tests.support.databases import Postgres, Sqlite
from tests.support.kept import stage

pytest_plugins = [
    "tests.support.transfer_case",
    "tests.support.single_school_case",
    "tests.support.altered_processes",
    "tests.support.backups",
    "tests.support.other_provinces",
    "tests.support.unchanged",
]
MONDAY = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)  # 10:00 in China, a working day


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Nothing outside this machine is ever called."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address):  # type: ignore[no-untyped-def]
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    """Every test begins on the same Monday morning."""
    house_clock.set_to(MONDAY)
    house_clock.learn({})
    yield
    house_clock.set_to(None)


@sa.event.listens_for(Session, "before_commit")
def _write_as_the_house_does(session: Session) -> None:
    """What a test puts into the database by itself is sealed too, unless it has dropped the triggers."""
    if session.in_nested_transaction():
        return
    session.flush()
    if session.connection().info.get(WROTE):
        chain._write(session.info.pop(LAST, []))


def make_app(url: str) -> Flask:
    """An application for tests: cheap passwords, known keys, each answer to programs compared with its description."""
    app = create_app(
        {
            "SQLALCHEMY_ENGINES": {"default": {"url": url}},
            "SECRET_KEY": "a secret for tests only",
            "FIELD_KEY": "a field key for tests only",
            "EMBEDDED": url.startswith("sqlite"),
            "TESTING": True,
            "PASSWORD_COST": (1, 8, 1),
            "PROFILE": "zj-2010",
        }
    )
    openapi.watch(app)
    return app


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def _prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    """An application with its schema and shelves, once for each database."""
    database = Sqlite(tmp_path_factory.mktemp("sqlite")) if request.param == "sqlite" else Postgres()
    app = make_app(database.url)
    app.config["ATTACHMENTS"] = str(tmp_path_factory.mktemp("attachments"))
    house_clock.set_to(MONDAY)
    with app.app_context():
        initialise(lambda _line: None)
        database.remember(db.engine)
    gc.collect()
    gc.freeze()  # tests, tables and diagrams stay: each collection would go through half a million objects again
    yield app, database
    with app.app_context():
        database.close(db.engine)


@pytest.fixture
def app(_prepared: tuple) -> Iterator[Flask]:
    """The application on a database that holds the published processes and nothing else; code really commits."""
    application, database = _prepared
    with application.app_context():
        database.begin_anew(db.engine)
        stage.begins(database)
        yield application
        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> Client:
    """A browser that checks every page it opens."""
    return Client(app)
