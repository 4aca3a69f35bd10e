"""A backup brings everything back, from either engine to either engine."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, schema
from app.backup import tables
from app.database import db
from app.start import initialise
from tests.cases.test_attachments import download
from tests.support import factories
from tests.support.backups import house_on, into_sqlite, is_empty, run
from tests.support.client import Client, apart
from tests.support.databases import on_sqlite
from tests.support.papers import a_picture
from tests.support.transfer_case import Story


def extent_of(connection: sa.Connection, table: sa.Table) -> tables.Extent:
    """Read the whole table and measure it."""
    counter = tables.Counter(tables.names(table))
    for line in tables.lines(connection, table):
        counter.add(line)
    return counter.extent()


def contents() -> dict[str, tables.Extent]:
    db.session.rollback()
    connection = db.session.connection()
    return {
        table.name: extent_of(connection, table)
        for table in tables.tables(connection)
        if not table.name.startswith("audit_")
    }


def test_what_was_backed_up_goes_on_elsewhere(submitted: Story, backup: Path, empty_house: Flask) -> None:
    before = contents()

    code, said = run(empty_house, "restore", backup)

    assert code == 0, said
    with empty_house.app_context():
        assert contents() == before
        assert list(audit.verify()) == []
        submitted.client = Client(empty_house)
        assert submitted.waiting()["key"] == "pull"
        case = submitted.case()
        paper = download(submitted.program("receiving_school"), submitted.number, case["attachments"][0]["id"])
        assert (paper.status_code, paper.get_data()) == (200, a_picture())
        assert submitted.decide().json["outcome"] == "agreed"
        keeper = submitted.program("receiving_school", "operator")
        assert keeper.get(f"/students/{submitted.child.id}").json["main_number"] == submitted.child.main_number
        factories.a_student(submitted.receiving)  # new numbers begin after the old
        assert "needs_case" in str(guards()), "the database's own guards stand again"
        assert list(audit.verify()) == []


def guards() -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if db.engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    )
    return list(db.session.execute(sa.text(query)).scalars())


@on_sqlite  # what is restored does not depend on where it was made
def test_a_database_that_was_only_started_counts_as_empty(submitted: Story, backup: Path, empty_house: Flask) -> None:
    with empty_house.app_context():
        initialise(lambda _line: None)

    assert run(empty_house, "restore", backup)[0] == 0


@into_sqlite
def test_making_and_restoring_are_audited_and_the_file_is_the_owners(
    submitted: Story, backup: Path, empty_house: Flask
) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    assert last_verb() == "backup/make"
    run(empty_house, "restore", backup)
    with empty_house.app_context():
        assert last_verb() == "backup/restore"


def last_verb() -> str:
    events = audit.EVENTS.c
    newest = sa.select(events.verb).where(events.chain == audit.SYSTEM).order_by(events.place.desc()).limit(1)
    return str(db.session.scalar(newest))


def test_no_number_of_a_child_stands_in_the_file(submitted: Story, backup: Path) -> None:
    with zipfile.ZipFile(backup) as archive:
        unfolded = b"".join(archive.read(name) for name in archive.namelist())

    assert submitted.child.main_number.encode() not in unfolded
    assert a_picture() not in unfolded, "papers are sealed too"
    assert submitted.child.name.encode() in unfolded


@into_sqlite
def test_writers_go_on_while_a_backup_reads_one_instant(
    submitted: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_house: Flask
) -> None:
    """A child is added between the first and the last table: it is in none of them."""
    read, before = tables.lines, contents()

    def busy(connection: sa.Connection, table: sa.Table) -> Iterator[bytes]:
        if table.name == "audit_event":
            apart(enrol)
        yield from read(connection, table)

    def enrol() -> None:
        with submitted.client.app.app_context():
            factories.a_student(submitted.receiving)

    monkeypatch.setattr("app.backup.dump.lines", busy)

    assert run(submitted.client.app, "backup", tmp_path / "busy.zip")[0] == 0
    monkeypatch.undo()
    assert contents()["student"].rows == before["student"].rows + 1
    assert run(empty_house, "restore", tmp_path / "busy.zip")[0] == 0
    with empty_house.app_context():
        assert contents() == before


def test_a_database_with_anybody_in_it_is_left_alone(submitted: Story, backup: Path) -> None:
    before = contents()

    code, said = run(submitted.client.app, "restore", backup)

    assert (code, "数据库不是空的" in said) == (1, True)
    assert contents() == before


def test_a_file_is_never_overwritten(submitted: Story, backup: Path) -> None:
    before = backup.read_bytes()

    code, said = run(submitted.client.app, "backup", backup)

    assert (code, "已存在" in said) == (1, True)
    assert backup.read_bytes() == before


@on_sqlite
@into_sqlite
def test_without_the_key_of_that_time_nothing_is_restored(backup_alone: Path, empty_house: Flask) -> None:
    empty_house.config["FIELD_KEY"] = "quite another key than before"

    code, said = run(empty_house, "restore", backup_alone)

    assert (code, "XUEJI_FIELD_KEY" in said) == (1, True)
    assert is_empty(empty_house)


def test_help_speaks_of_the_key(app: Flask) -> None:
    for command in ("backup", "restore"):
        assert "XUEJI_FIELD_KEY" in run(app, command, "--help")[1]


def test_a_backup_of_an_older_schema_is_brought_to_the_newest(app: Flask, tmp_path: Path, empty_house: Flask) -> None:
    old = house_on(f"sqlite:///{tmp_path / 'old.db'}", tmp_path / "none")
    with old.app_context():
        with db.engine.begin() as connection:
            schema.bring_to(connection, "0013")
            connection.exec_driver_sql("INSERT INTO division (code, name) VALUES ('330106', '西湖区')")
        assert run(old, "backup", tmp_path / "old.zip")[0] == 0

    code, said = run(empty_house, "restore", tmp_path / "old.zip")

    assert code == 0, said
    with empty_house.app_context():
        connection = db.session.connection()
        assert schema.revision_of(connection) not in (None, "0013")
        assert connection.exec_driver_sql("SELECT name FROM division").scalar_one() == "西湖区"
        assert connection.exec_driver_sql("SELECT count(*) FROM name_part").scalar_one() == 0  # a table of later
    started = house_on(f"sqlite:///{tmp_path / 'started.db'}", tmp_path / "none")
    with started.app_context():
        initialise(lambda _line: None)
    assert "全新的空库" in run(started, "restore", tmp_path / "old.zip")[1]
