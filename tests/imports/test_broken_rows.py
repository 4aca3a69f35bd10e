"""One row's exception is that row's fault, with a number for the operators; the rest of the file goes on."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from app.imports import import_types, operations
from app.imports.commands import work
from app.imports.models import ImportFile
from tests.imports.children import KEY, a_child, filled, imported_names, sender
from tests.support import factories
from tests.support.client import Client

NAMES = [*"甲乙丙丁戊"]
BAD = "丙"


def with_a_bug(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    """The kind, with parts that fail on one child."""
    monkeypatch.setitem(import_types.KINDS, KEY, replace(import_types.kind_of(KEY), **parts))


def fails_on(name: str, real: Any, values_of: Any) -> Any:
    def act(*args: Any) -> Any:
        if any(each["name"] == name for each in values_of(*args)):
            raise IndexError("string index out of range")
        return real(*args)

    return act


def rows_of(values: Mapping[str, Any], *_more: Any) -> list[Mapping[str, Any]]:
    return [values]


def rows_asked(rows: Sequence[import_types.Incoming]) -> list[Mapping[str, Any]]:
    return [each.values for each in rows]


def rows_taken(_school: Any, rows: Sequence[Mapping[str, Any]], _actor: Any) -> Sequence[Mapping[str, Any]]:
    return rows


@pytest.mark.parametrize("part", ["check", "look_up", "take"])
def test_a_rule_that_fails_on_one_row_is_that_rows_fault(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    kind = import_types.kind_of(KEY)
    seen = {"check": rows_of, "look_up": rows_asked, "take": rows_taken}[part]
    with_a_bug(monkeypatch, **{part: fails_on(BAD, getattr(kind, part), seen)})
    clerk = sender(client, factories.a_school(seats=30))

    with caplog.at_level(logging.ERROR, "xueji.imports"):
        clerk.send(filled([a_child(name=name) for name in NAMES]))
        clerk.confirm()

    assert imported_names() == sorted(set(NAMES) - {BAD})
    [row] = clerk.rows("error")
    assert (row["number"], row["name"]) == (4, BAD)
    [fault] = row["faults"]
    assert fault["code"] == "E-ROW"
    incident = fault["detail"].rpartition("编号 ")[2].rstrip("。")
    assert incident in caplog.text, "operators find the exception by the number that the sender was told"
    assert "IndexError" in caplog.text
    assert clerk.file()["status"] == "done"


def test_a_worker_that_fails_says_where_and_under_which_number(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_args: Any) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr(operations, "keep_checked", breaks)
    clerk = sender(client, factories.a_school())
    clerk.upload(filled([a_child()]))

    for _ in range(operations.PATIENCE):
        with pytest.raises(RuntimeError), caplog.at_level(logging.ERROR, "xueji.imports"):
            work()

    refusal = clerk.file()["refusal"]
    assert refusal.startswith("系统多次没能处理这份文件，已停止：开始检查时出错（编号 "), refusal
    assert refusal.partition("编号 ")[2][:8] in caplog.text
    assert work() == 0, "at once, not after six minutes"


def test_a_failing_database_is_no_fault_of_a_row(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk, kind = sender(client, factories.a_school()), import_types.kind_of(KEY)

    def full(*_args: Any) -> Any:
        raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))

    with_a_bug(monkeypatch, look_up=full)
    clerk.upload(filled([a_child(name="甲")]))
    with pytest.raises(sa.exc.OperationalError):
        work()
    assert clerk.rows() == []
    monkeypatch.setitem(import_types.KINDS, KEY, replace(kind, take=full))

    work()
    clerk.agree_to()
    with pytest.raises(sa.exc.OperationalError):
        work()

    assert [row["state"] for row in clerk.rows()] == ["ok"]
    db.session.rollback()
    assert "导入时出错" in db.session.scalars(sa.select(ImportFile.trouble)).one()
    monkeypatch.undo()
    work()
    assert imported_names() == ["甲"]
