"""A file that is not what a backup should be restores nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.backup import manifest as manifests
from app.backup.manifest import MANIFEST, SIGNATURE
from app.backup.restore import PIECE
from app.backup.triggers import unguarded
from app.database import db
from tests.support.backups import into_sqlite, is_empty, run
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story


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
    members["tables/task.jsonl"] = b"0" * 3 * PIECE


def many_lines(members: dict[str, bytes]) -> None:
    members["tables/task.jsonl"] = members["tables/task.jsonl"] + b"[]\n" * PIECE


def a_paper_of(members: dict[str, bytes]) -> str:
    return next(name for name in members if name.startswith("files/"))


def alter_a_paper(members: dict[str, bytes]) -> None:
    name = a_paper_of(members)
    members[name] = bytes(reversed(members[name]))


def swell_a_paper(members: dict[str, bytes]) -> None:
    members[a_paper_of(members)] += bytes(3 * PIECE)


def drop_a_paper(members: dict[str, bytes]) -> None:
    del members[a_paper_of(members)]


def drop_a_paper_and_its_line(members: dict[str, bytes]) -> None:
    name = a_paper_of(members)
    del members[name]
    lines = members["files.jsonl"].splitlines(keepends=True)
    members["files.jsonl"] = b"".join(line for line in lines if name[6:].encode() not in line)


def no_manifest(members: dict[str, bytes]) -> None:
    del members[MANIFEST]


DOUBTFUL: dict[Callable[[dict[str, bytes]], None], str] = {
    alter_a_row: "student 的内容与清单不符",
    drop_a_row: "task 的内容与清单不符",
    drop_a_table: "内容与清单不符（tables/task.jsonl）",
    add_a_path: "内容与清单不符（../../etc/cron.d/evil）",
    grow_without_end: "task 比清单所说的大",
    many_lines: "task ",
    alter_a_paper: "有附件与清单不符",
    swell_a_paper: "有附件与清单不符",
    drop_a_paper: "内容与清单不符（files/",
    drop_a_paper_and_its_line: "附件清单与总清单不符",
    no_manifest: "没有清单",
    revised(revision="0001"): "签名不符",
}


@on_sqlite
@into_sqlite
@pytest.mark.parametrize("change", DOUBTFUL, ids=lambda change: change.__qualname__.split(".")[0])
def test_a_doubtful_file_restores_nothing(
    backup_alone: Path, empty_house: Flask, change: Callable[[dict[str, bytes]], None]
) -> None:
    code, said = run(empty_house, "restore", rewritten(backup_alone, change))

    assert code == 1
    assert DOUBTFUL[change] in said, said
    assert is_empty(empty_house)


@on_sqlite
@into_sqlite
@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.99])
def test_a_damaged_file_restores_nothing(backup_alone: Path, empty_house: Flask, kept: float) -> None:
    whole = backup_alone.read_bytes()
    backup_alone.write_bytes(whole[: int(kept if kept > 1 else len(whole) * kept)])

    code, said = run(empty_house, "restore", backup_alone)

    assert (code, "文件已损坏" in said) == (1, True), said
    assert is_empty(empty_house)


@on_sqlite
@into_sqlite
def test_a_flipped_byte_anywhere_restores_nothing(backup_alone: Path, empty_house: Flask) -> None:
    whole = backup_alone.read_bytes()
    with zipfile.ZipFile(backup_alone) as archive:
        places = [info.header_offset + len(info.filename) + 60 for info in archive.infolist() if info.file_size > 200][
            ::5
        ]
    for place in places:
        backup_alone.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])

        assert run(empty_house, "restore", backup_alone)[0] == 1, place
        assert is_empty(empty_house), place


@on_sqlite
@into_sqlite
def test_a_newer_schema_is_named_as_such(backup_alone: Path, empty_house: Flask) -> None:
    code, said = run(empty_house, "restore", rewritten(backup_alone, revised(revision="9999"), sign=True))

    assert (code, "请先升级程序" in said) == (1, True)
    assert is_empty(empty_house)


def test_a_broken_chain_is_not_brought_back(submitted: Story, tmp_path: Path, empty_house: Flask) -> None:
    with unguarded(db.session.connection(), [audit.EVENTS]):
        db.session.execute(sa.update(audit.EVENTS).where(audit.EVENTS.c.place == 1).values(verb="demo/load"))
    db.session.commit()
    run(submitted.client.app, "backup", tmp_path / "forged.zip")

    code, said = run(empty_house, "restore", tmp_path / "forged.zip")

    assert (code, "日志链不完整" in said) == (1, True)
    assert is_empty(empty_house)
