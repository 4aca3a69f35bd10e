"""A backup of a transfer on its way, and a house with an empty database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from tests.cases.test_attachments import upload
from tests.conftest import make_app
from tests.support.client import apart
from tests.support.databases import Postgres, Sqlite
from tests.support.papers import a_picture
from tests.support.transfer_case import Story

into_sqlite = pytest.mark.parametrize("empty_house", ["sqlite"], indirect=True)  # where the engines do not differ


def run(app: Flask, *command: object) -> tuple[int, str]:
    """The exit code and what was said."""
    result = apart(app.test_cli_runner().invoke, args=[str(each) for each in command])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def house_on(url: str, papers: Path) -> Flask:
    """An application on another database, with a folder of its own."""
    house = make_app(url)
    house.config["ATTACHMENTS"] = str(papers)
    return house


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Another house on a database in which there is nothing at all."""
    database = Sqlite(tmp_path) if request.param == "sqlite" else Postgres()
    house = house_on(database.url, tmp_path / "papers")
    yield house
    with house.app_context():
        database.close(db.engine)


@pytest.fixture
def backup(submitted: Story, tmp_path: Path) -> Path:
    """A transfer on its way with a paper, backed up."""
    paper = upload(submitted.program("receiving_school"), submitted.number, ("居住证明.jpg", a_picture()))
    assert paper.status == 201, paper.text
    submitted.agree_until("pull")
    file = tmp_path / "backup.zip"
    code, said = run(submitted.client.app, "backup", file)
    assert code == 0, said
    return file


_made: dict[str, bytes] = {}


@pytest.fixture
def backup_alone(request: pytest.FixtureRequest, app: Flask, tmp_path: Path) -> Path:
    """Such a backup without the house it came from: made once for each database."""
    kind = db.engine.dialect.name
    if kind not in _made:
        _made[kind] = request.getfixturevalue("backup").read_bytes()
    file = tmp_path / "backup.zip"
    file.write_bytes(_made[kind])
    return file


def is_empty(app: Flask) -> bool:
    with app.app_context():
        return sa.inspect(db.engine).get_table_names() == []
