"""A backup brings everything back, on either engine, and a doubtful one nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, schema
from app.backup import manifest as manifests
from app.backup import tables
from app.backup.manifest import MANIFEST, SIGNATURE
from app.database import db
from app.start import bring_up
from tests import factories
from tests.client import Client, apart
from tests.conftest import make_app
from tests.databases import Postgres, Sqlite, on_sqlite
from tests.people import Story

into_sqlite = pytest.mark.parametrize("elsewhere", ["sqlite"], indirect=True)  # where the engines do not differ


def run(app: Flask, *command: object) -> tuple[int, str]:
    """The exit code and what was said."""
    result = apart(app.test_cli_runner().invoke, args=[str(each) for each in command])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Another house on a database in which there is nothing at all."""
    database = Sqlite(tmp_path) if request.param == "sqlite" else Postgres()
    house = make_app(database.url)
    yield house
    with house.app_context():
        database.close(db.engine)


@pytest.fixture
def backup(submitted: Story, tmp_path: Path) -> Path:
    """A transfer on its way, backed up."""
    submitted.agree_until("pull")
    file = tmp_path / "backup.zip"
    code, said = run(submitted.client.app, "backup", file)
    assert code == 0, said
    return file


def contents() -> dict[str, tables.Extent]:
    db.session.rollback()
    connection = db.session.connection()
    return {
        table.name: tables.extent_of(connection, table)
        for table in tables.tables(connection)
        if not table.name.startswith("audit_")
    }


def is_empty(app: Flask) -> bool:
    with app.app_context():
        return sa.inspect(db.engine).get_table_names() == []


def test_what_was_backed_up_goes_on_elsewhere(submitted: Story, backup: Path, elsewhere: Flask) -> None:
    before = contents()

    code, said = run(elsewhere, "restore", backup)

    assert code == 0, said
    with elsewhere.app_context():
        assert contents() == before
        assert list(audit.verify()) == []
        submitted.client = Client(elsewhere)
        assert submitted.waiting()["key"] == "pull"
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


def test_a_database_that_was_only_started_counts_as_empty(submitted: Story, backup: Path, elsewhere: Flask) -> None:
    with elsewhere.app_context():
        bring_up(lambda _line: None)

    assert run(elsewhere, "restore", backup)[0] == 0


@into_sqlite
def test_making_and_restoring_are_audited_and_the_file_is_the_owners(
    submitted: Story, backup: Path, elsewhere: Flask
) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    assert last_verb() == "backup/make"
    run(elsewhere, "restore", backup)
    with elsewhere.app_context():
        assert last_verb() == "backup/restore"


def last_verb() -> str:
    row = db.session.execute(sa.select(audit.EVENTS).where(audit.EVENTS.c.chain == "330000")).all()[-1]
    return str(row.verb)


def test_no_number_of_a_child_stands_in_the_file(submitted: Story, backup: Path) -> None:
    with zipfile.ZipFile(backup) as archive:
        unfolded = b"".join(archive.read(name) for name in archive.namelist())

    assert submitted.child.main_number.encode() not in unfolded
    assert submitted.child.name.encode() in unfolded


def test_writers_go_on_while_a_backup_reads_one_instant(
    submitted: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: Flask
) -> None:
    """A child is added between the first and the last table: it is in none of them."""
    read, before = tables.lines, contents()

    def busy(connection: sa.Connection, table: sa.Table) -> Iterator[bytes]:
        if table.name == "audit_event":
            apart(with_context, submitted.client.app, lambda: factories.a_student(submitted.receiving))
        yield from read(connection, table)

    monkeypatch.setattr("app.backup.making.lines", busy)

    assert run(submitted.client.app, "backup", tmp_path / "busy.zip")[0] == 0
    monkeypatch.undo()
    assert contents()["student"].rows == before["student"].rows + 1
    assert run(elsewhere, "restore", tmp_path / "busy.zip")[0] == 0
    with elsewhere.app_context():
        assert contents() == before


def with_context(app: Flask, act: Callable[[], object]) -> None:
    with app.app_context():
        act()


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
def test_without_the_key_of_that_time_nothing_is_restored(backup: Path, elsewhere: Flask) -> None:
    elsewhere.config["FIELD_KEY"] = "quite another key than before"

    code, said = run(elsewhere, "restore", backup)

    assert (code, "XUEJI_FIELD_KEY" in said) == (1, True)
    assert is_empty(elsewhere)


def test_help_speaks_of_the_key(app: Flask) -> None:
    for command in ("backup", "restore"):
        assert "XUEJI_FIELD_KEY" in run(app, command, "--help")[1]


# ── files that are not what they should be ───────────────────────────────────────────────────────────────────────────


def rewritten(backup: Path, change: Callable[[dict[str, bytes]], None], *, sign: bool = False) -> Path:
    """The same archive with its members changed; `sign` as somebody would who holds the key."""
    with zipfile.ZipFile(backup) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if sign:
        members[SIGNATURE] = manifests.sign(members[MANIFEST])
    file = backup.with_name("changed.zip")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def revised(**values: object) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST] = orjson.dumps({**orjson.loads(members[MANIFEST]), **values})

    return change


def alter_a_row(members: dict[str, bytes]) -> None:
    members["tables/student.jsonl"] = members["tables/student.jsonl"].replace("陈思远".encode(), "陈思近".encode())


def drop_a_row(members: dict[str, bytes]) -> None:
    members["tables/task.jsonl"] = members["tables/task.jsonl"].split(b"\n", 1)[1]


def drop_a_table(members: dict[str, bytes]) -> None:
    del members["tables/task.jsonl"]


def add_a_path(members: dict[str, bytes]) -> None:
    members["../../etc/cron.d/evil"] = b"* * * * * root true"


def grow_without_end(members: dict[str, bytes]) -> None:
    members["tables/task.jsonl"] = b"0" * 60_000_000


def many_lines(members: dict[str, bytes]) -> None:
    members["tables/task.jsonl"] = members["tables/task.jsonl"] + b"[]\n" * 5_000_000


def no_manifest(members: dict[str, bytes]) -> None:
    del members[MANIFEST]


DOUBTFUL: dict[Callable[[dict[str, bytes]], None], str] = {
    alter_a_row: "student 的内容与清单不符",
    drop_a_row: "task 的内容与清单不符",
    drop_a_table: "内容与清单不符（tables/task.jsonl）",
    add_a_path: "内容与清单不符（../../etc/cron.d/evil）",
    grow_without_end: "task 比清单所说的大",
    many_lines: "task ",
    no_manifest: "没有清单",
    revised(revision="0001"): "签名不符",
}


@on_sqlite
@into_sqlite
@pytest.mark.parametrize("change", DOUBTFUL, ids=lambda change: change.__qualname__.split(".")[0])
def test_a_doubtful_file_restores_nothing(
    backup: Path, elsewhere: Flask, change: Callable[[dict[str, bytes]], None]
) -> None:
    code, said = run(elsewhere, "restore", rewritten(backup, change))

    assert code == 1
    assert DOUBTFUL[change] in said, said
    assert is_empty(elsewhere)


@on_sqlite
@into_sqlite
@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.99])
def test_a_damaged_file_restores_nothing(backup: Path, elsewhere: Flask, kept: float) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(kept if kept > 1 else len(whole) * kept)])

    code, said = run(elsewhere, "restore", backup)

    assert (code, "文件已损坏" in said) == (1, True), said
    assert is_empty(elsewhere)


@on_sqlite
@into_sqlite
def test_a_flipped_byte_anywhere_restores_nothing(backup: Path, elsewhere: Flask) -> None:
    whole = backup.read_bytes()
    with zipfile.ZipFile(backup) as archive:
        places = [info.header_offset + len(info.filename) + 60 for info in archive.infolist() if info.file_size > 200][
            ::5
        ]
    for place in places:
        backup.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])

        assert run(elsewhere, "restore", backup)[0] == 1, place
        assert is_empty(elsewhere), place


@on_sqlite
@into_sqlite
def test_a_newer_schema_is_named_as_such(backup: Path, elsewhere: Flask) -> None:
    code, said = run(elsewhere, "restore", rewritten(backup, revised(revision="9999"), sign=True))

    assert (code, "请先升级程序" in said) == (1, True)
    assert is_empty(elsewhere)


def test_a_broken_chain_is_not_brought_back(submitted: Story, tmp_path: Path, elsewhere: Flask) -> None:
    db.session.execute(sa.update(audit.EVENTS).where(audit.EVENTS.c.place == 1).values(verb="demo/load"))
    db.session.commit()
    run(submitted.client.app, "backup", tmp_path / "forged.zip")

    code, said = run(elsewhere, "restore", tmp_path / "forged.zip")

    assert (code, "日志链不完整" in said) == (1, True)
    assert is_empty(elsewhere)


def test_a_backup_of_an_older_schema_is_brought_to_the_newest(app: Flask, tmp_path: Path, elsewhere: Flask) -> None:
    old = make_app(f"sqlite:///{tmp_path / 'old.db'}")
    with old.app_context():
        with db.engine.begin() as connection:
            schema.bring_to(connection, "0002")
            connection.exec_driver_sql("INSERT INTO division (code, name) VALUES ('330106', '西湖区')")
        assert run(old, "backup", tmp_path / "old.zip")[0] == 0

    code, said = run(elsewhere, "restore", tmp_path / "old.zip")

    assert code == 0, said
    with elsewhere.app_context():
        connection = db.session.connection()
        assert schema.revision_of(connection) not in (None, "0002")
        assert connection.exec_driver_sql("SELECT number FROM division").scalar_one() == "01"
    started = make_app(f"sqlite:///{tmp_path / 'started.db'}")
    with started.app_context():
        bring_up(lambda _line: None)
    assert "全新的空库" in run(started, "restore", tmp_path / "old.zip")[1]
