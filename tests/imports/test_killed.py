"""A worker killed with SIGKILL at any statement, two workers at once: no row twice and none lost."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit import verify
from app.database import db, transaction
from app.errors import Stale
from app.imports import commands, operations
from app.imports.commands import work
from app.imports.models import FileStatus, ImportFile, ImportRow, RowState
from app.imports.operations import importing
from app.imports.queries import verdicts
from tests.cases.test_killed import dies
from tests.imports.children import Sender, a_child, filled, imported_names, sender
from tests.support import factories
from tests.support.client import Client

NAMES = [chr(0x4E00 + place) for place in range(23)]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several chunks and several cases from a small file."""
    monkeypatch.setattr(commands, "CHUNK", 5)
    monkeypatch.setattr(importing, "BATCH", 4)


def a_sent_file(client: Client) -> Sender:
    """A file of 23 children that waits for a worker; one stands in it twice with different contents."""
    clerk = sender(client, factories.a_school(seats=30))
    children = [a_child(name=name) for name in NAMES]
    children.insert(15, {**children[2], "name": "重"})
    answer = clerk.upload(filled(children))
    assert answer.status == 201, answer.text
    return clerk


def work_and_die(point: int) -> bool:
    """Work in a process of its own that kills itself before its `point`-th write; True when it was killed."""

    def act() -> None:
        work()

    return dies(act, point)


def leases_run_out() -> None:
    clock.set_to(clock.now() + operations.LEASE + dt.timedelta(seconds=1))


def work_through_kills(points: list[int]) -> None:
    """Be killed at each of these points, one worker after the other, until one gets through."""
    for point in points:
        if not work_and_die(point):
            return
        leases_run_out()
        db.session.rollback()
        with transaction():  # being killed is no fault of the file
            db.session.execute(sa.update(ImportFile).values(attempts=0))
    work()


@pytest.mark.parametrize("first", [1, 2, 3, 5, 8, 12, 17, 23])
def test_a_killed_worker_loses_nothing_and_doubles_nothing(app: Flask, client: Client, first: int) -> None:
    clerk = a_sent_file(client)

    work_through_kills([first, first + 3, first + 1])
    assert clerk.file()["counts"] == {"ok": 22, "warning": 0, "error": 2, "skipped": 0, "imported": 0}
    clerk.agree_to()
    work_through_kills([first, first + 2, first + 4])

    assert clerk.file()["status"] == "done"
    assert imported_names() == sorted(set(NAMES) - {NAMES[2]})
    assert [row["name"] for row in clerk.rows("error")] == [NAMES[2], "重"]
    assert list(verify()) == []


def test_who_has_lost_the_lease_writes_nothing(app: Flask, client: Client) -> None:
    clerk = a_sent_file(client)
    work()
    clerk.agree_to()
    with transaction():
        slow = operations.claim()
    assert slow is not None
    leases_run_out()
    with transaction():
        quick = operations.claim()
    assert quick is not None
    assert quick[1] != slow[1]

    with pytest.raises(Stale), transaction():
        operations.import_batch(*slow)
    with transaction():
        operations.import_batch(*quick)

    assert len(imported_names()) == importing.BATCH


def test_a_file_that_is_held_is_left_alone(app: Flask, client: Client) -> None:
    a_sent_file(client)
    with transaction():
        assert operations.claim() is not None

    with transaction():
        assert operations.claim() is None


def test_two_workers_at_once_share_the_files(app: Flask, client: Client) -> None:
    clerks = [a_sent_file(client) for _ in range(3)]
    work()
    for clerk in clerks:
        clerk.agree_to()
    failures: list[Any] = []

    def one() -> None:
        with app.app_context():
            try:
                work()
            except Exception as error:
                failures.append(error)

    workers = [threading.Thread(target=one) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert failures == []
    assert imported_names() == sorted([*(set(NAMES) - {NAMES[2]})] * 3)


def test_a_worker_told_to_stop_leaves_off_after_a_chunk(app: Flask, client: Client, monkeypatch: Any) -> None:
    clerk = a_sent_file(client)
    stop, kept = threading.Event(), operations.keep_checked

    def keep(*args: Any) -> None:
        kept(*args)
        stop.set()

    monkeypatch.setattr(operations, "keep_checked", keep)
    work(stop)
    monkeypatch.undo()

    assert clerk.file()["status"] == "received"
    assert sum(clerk.file()["counts"].values()) == 5
    work()
    assert clerk.file()["status"] == "checked"


def test_a_file_on_which_every_worker_breaks_is_given_up(app: Flask, client: Client, monkeypatch: Any) -> None:
    clerk = a_sent_file(client)

    def breaks(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(commands, "open_book", breaks)
    for _ in range(operations.PATIENCE):
        with pytest.raises(RuntimeError):
            work()
        leases_run_out()
    work()

    assert clerk.file()["status"] == "refused"
    assert "多次没能处理" in clerk.file()["refusal"]


def test_a_row_cannot_be_imported_without_its_case(app: Flask, client: Client) -> None:
    clerk = a_sent_file(client)
    work()

    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.execute(
            sa.update(ImportRow).where(ImportRow.file_id == clerk.ids[-1]).values(state=RowState.IMPORTED)
        )
    assert FileStatus(clerk.file()["status"]) is FileStatus.CHECKED
    assert verdicts.CHUNK > 100
