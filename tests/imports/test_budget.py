"""Reading has a budget and says so; while a workbook is read nobody else's writing waits."""

from __future__ import annotations

import contextlib
import io
import struct
import subprocess
import zipfile
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from app.database import db
from app.imports import operations
from app.imports.operations import receiving
from app.imports.workbook import Budget, Unreadable, address, old_excel, sheets_of, unreadable
from tests.imports.children import CAPTIONS, a_child, filled, sender
from tests.imports.test_sent import an_xls
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.workbooks import a_raw_workbook, a_sheet, text_cell

HEADER = "".join(text_cell(address(place, 1), caption) for place, caption in enumerate(CAPTIONS.values()))
ONLY_CAPTIONS = a_sheet(f'<row r="1">{HEADER}</row>')


def strings(count: int) -> dict[str, str]:
    return {"xl/sharedStrings.xml": "<sst>" + "".join(f"<si><t>{n * 7919}</t></si>" for n in range(count)) + "</sst>"}


def rows(count: int, cells: int = 0) -> str:
    empty = '<c s="1"/>' * cells
    return f'<row r="1">{HEADER}</row>' + "".join(
        f'<row r="{n}" ht="{n * 7919}">{empty}</row>' for n in range(2, count)
    )


LIMITS = {
    "strings": (lambda: a_raw_workbook(ONLY_CAPTIONS, parts=strings(1100)), "STRINGS", 1000, "文字超过 1,000 段"),
    "characters": (lambda: a_raw_workbook(ONLY_CAPTIONS, parts=strings(1100)), "CHARACTERS", 5000, "万字"),
    "cells": (lambda: a_raw_workbook(a_sheet(rows(600, 5))), "CELLS", 3000, "超过 3,000 个单元格"),
    "bytes": (lambda: a_raw_workbook(a_sheet(rows(60_000))), "BYTES", 1_000_000, "解压后超过 1 MB"),
    "rows of a csv": (
        lambda: (",".join(CAPTIONS.values()) + "\n" + "张,男\n" * 2000).encode(), "CELLS", 3000, "超过 3,000 个单元格",
    ),
}  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("what", LIMITS)
def test_each_limit_is_named_when_it_is_reached(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    make, limit, most, said = LIMITS[what]
    monkeypatch.setattr(unreadable, limit, most)
    clerk = sender(client, factories.a_school())

    answer = clerk.send(make())
    told = answer.json["detail"] if answer.status == 422 else clerk.file()["refusal"]

    assert said in told, told
    assert "分成几个文件上传" in told


@on_sqlite
def test_what_takes_too_long_at_the_door_is_left_to_the_worker_and_there_has_its_seconds(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "SECONDS_AT_UPLOAD", 0.0)
    clerk, content = sender(client, factories.a_school()), filled([a_child()])

    assert clerk.send(content).status == 201
    assert clerk.file()["counts"]["ok"] == 1
    monkeypatch.setattr(unreadable, "SECONDS", 0.0)
    monkeypatch.setattr(unreadable.Budget.__init__, "__defaults__", (0.0, *unreadable.Budget.__init__.__defaults__[1:]))
    assert clerk.send(content).status == 201

    assert clerk.file()["status"] == "refused"
    assert clerk.file()["refusal"].startswith("读取这份文件超过了 0 秒（处理器时间），没有读完。")


@on_sqlite
def test_empty_rows_by_the_ten_thousand_are_read_within_the_budget(app: Flask) -> None:
    budget = Budget()

    found = list(sheets_of(a_raw_workbook(a_sheet(rows(60_000))), budget)[0].rows())

    assert len(found) == 1
    assert budget.cells == 60_000 + len(CAPTIONS) - 1
    assert 0 < budget.spent < 10


def test_an_old_workbook_is_read_in_a_process_with_limits_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    content = an_xls([a_child()])
    monkeypatch.setattr(old_excel, "MEMORY", 1_000_000)
    with pytest.raises(Unreadable):
        sheets_of(content, Budget())
    monkeypatch.undo()

    def killed(command: list[str], **_more: Any) -> Any:
        assert command[-2] == "3", "the seconds that are left"
        return subprocess.CompletedProcess(command, -24, b"", b"")

    monkeypatch.setattr(subprocess, "run", killed)
    with pytest.raises(Unreadable) as refused:
        sheets_of(content, Budget(4, spent=1))
    assert refused.value.code == "E-FILE-TIME"


@on_sqlite
def test_nothing_is_read_or_sealed_while_the_writers_place_is_taken(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the upload to the last chunk: unzipping, parsing, looking up, sealing."""
    writing: dict[str, set[bool]] = {}

    def watch(module: Any, name: str) -> None:
        real = getattr(module, name)

        def watched(*args: Any, **more: Any) -> Any:
            raw: Any = db.session.connection().connection.dbapi_connection
            writing.setdefault(name, set()).add(raw.in_transaction)
            return real(*args, **more)

        monkeypatch.setattr(module, name, watched)

    from app.imports import commands
    from app.imports.operations import checking as keeping
    from app.imports.queries import verdicts

    for module, name in (
        (receiving, "open_book"), (receiving, "seal_bytes"), (commands, "open_book"), (commands, "unseal_bytes"),
        (verdicts, "read_row"), (verdicts.RowForm, "faults"), (verdicts, "keyed_hash"), (keeping, "seal"),
        (operations, "look_up"),
    ):  # fmt: skip
        watch(module, name)
    clerk = sender(client, factories.a_school())

    clerk.send(filled([a_child(name="甲"), a_child(name="乙", guardian__phone="1")]))

    assert clerk.file()["status"] == "checked"
    watched = ["open_book", "seal_bytes", "unseal_bytes", "read_row", "faults", "keyed_hash", "seal", "look_up"]
    assert writing == {name: {False} for name in watched}


# ── files that were altered ──────────────────────────────────────────────────────────────────────────────────────────


@on_sqlite
def test_an_unknown_encoding_and_a_directory_before_the_start_are_faults_of_the_file(
    app: Flask, client: Client
) -> None:
    clerk = sender(client, factories.a_school())
    strange = [
        f'<?xml version="1.0" encoding="{name}"?><worksheet/>' for name in ("ebcdic-x", "utf-7", "gb18030", "\u4e2d")
    ]
    honest = filled([a_child()])
    place, end = honest.rindex(b"xl/worksheets/sheet1.xml") - 46, honest.rindex(b"PK\x05\x06")
    altered = [
        honest[: place + 42] + struct.pack("<I", 0xFFFFFFF0) + honest[place + 46 :],
        honest[: end + 16] + struct.pack("<I", 0xFFFFFF) + honest[end + 20 :],
    ]

    answers = [clerk.send(each) for each in [*map(a_raw_workbook, strange), *altered]]

    assert {(each.status, each.code) for each in answers} <= {
        (422, "E-FILE-XML"), (422, "E-FILE-ZIP"), (422, "E-FILE-CAPTIONS"),
    }  # fmt: skip


HONEST = {"xlsx": filled([dict.fromkeys(CAPTIONS, "x")]), "xls": an_xls([dict.fromkeys(CAPTIONS, "x")])}


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=some.data())
def test_an_altered_workbook_is_read_or_refused(data: Any) -> None:
    """Bytes anywhere, in the container and inside its parts: an answer, never an exception of a library."""
    content = HONEST["xlsx"]
    content = _altered_inside(content, data) if data.draw(some.booleans()) else _altered(content, data)

    with contextlib.suppress(Unreadable):
        for sheet in sheets_of(content, Budget(5)):
            list(sheet.rows())
            sheet.hidden_columns()


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=some.data())
def test_an_altered_old_workbook_is_read_or_refused(data: Any) -> None:
    with contextlib.suppress(Unreadable):
        for sheet in sheets_of(_altered(HONEST["xls"], data, beyond=8), Budget(5)):
            list(sheet.rows())


def _altered(content: bytes, data: Any, beyond: int = 4) -> bytes:
    changed = bytearray(content)
    for _ in range(data.draw(some.integers(1, 6))):
        place = data.draw(some.integers(beyond, len(changed) - 1))
        changed[place] = data.draw(some.sampled_from([0, 1, 0x7F, 0x80, 0xFF]) | some.integers(0, 255))
    return bytes(changed)


def _altered_inside(content: bytes, data: Any) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        chosen = data.draw(some.sampled_from([each for each in old.namelist() if each.endswith(("xml", "rels"))]))
        for name in old.namelist():
            new.writestr(name, _altered(old.read(name), data) if name == chosen else old.read(name))
    return target.getvalue()
