"""What a large file costs grows with its rows alone: the figures for fifty thousand stand in the bench."""

from __future__ import annotations

import os

from flask import Flask

from app.database import db
from app.imports.commands import work
from tests.imports.children import a_child, filled, number_of, sender
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite

pytestmark = on_sqlite
ROWS = 3000
CPU = 9.0  # seconds for checking them, three times what it takes: a slow machine is no failure
MEMORY = 120  # MB beyond the idle application's


def test_three_thousand_rows_are_checked_quickly_and_in_little_memory(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school(seats=ROWS))
    clerk.upload(filled([a_child(main_number=number_of(place)) for place in range(ROWS)], shared=False))
    idle = spent_by(lambda: None)

    cpu, memory = spent_by(work)

    assert clerk.file()["counts"]["ok"] == ROWS
    assert cpu < CPU
    assert memory - idle[1] < MEMORY


def spent_by(job: object) -> tuple[float, float]:
    """CPU seconds and the greatest memory in MB of a process of its own."""
    db.session.rollback()
    db.engine.dispose()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            job()  # type: ignore[operator]
            code = 0
        finally:
            os._exit(code)
    _pid, status, usage = os.wait4(child, 0)
    assert status == 0
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
