"""Random histories end with every invariant held: a short one here, a long one by `make soak` (SECONDS=600)."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

import pytest
from flask import Flask

from app import clock
from app.cases import commands
from app.database import db
from tests.processes.registration.test_registration import SEPTEMBER
from tests.soak import clients, province
from tests.soak.processes import Processes
from tests.support import invariants
from tests.support.client import Client as Checked

SECONDS = float(os.environ.get("SOAK_SECONDS", "6"))
SEED = int(os.environ.get("SOAK_SEED", "2026"))
CLIENTS = 24
ENOUGH = 8  # decisions and cases below which a history shows nothing
PATIENCE = 20.0
AROUND = 300  # seconds to build the province, to end everything and to ask every invariant


@pytest.mark.timeout(SECONDS + AROUND)
def test_random_histories_end_with_every_invariant_held(app: Flask, client: Checked, tmp_path: Path) -> None:
    there = province.build(client, SEPTEMBER)
    db.session.rollback()
    db.engine.dispose()
    url = str(app.config["SQLALCHEMY_ENGINES"]["default"]["url"])
    processes = Processes(url, app.config["ATTACHMENTS"], SEPTEMBER.isoformat(), tmp_path)
    try:
        processes.start(servers=2)
        crowd = clients.Crowd(there, processes.ports)
        run(crowd, processes)
    finally:
        processes.end()
    clock.set_to(SEPTEMBER)
    for _ in range(3):
        commands.tick()

    told = crowd.told
    print(summary(crowd, processes))
    assert invariants.broken() == []
    assert clients.lost(told) == []
    assert processes.killed
    assert min(len(told.decided), len(told.opened)) >= ENOUGH, summary(crowd, processes)


def run(crowd: clients.Crowd, processes: Processes) -> None:
    """Let everybody act for as long as was asked, and somebody kill."""
    threads = [threading.Thread(target=clients.Client(crowd, SEED + n).run) for n in range(CLIENTS)]
    killer = threading.Thread(
        target=processes.disturb, args=(crowd.stop, random.Random(SEED), max(1.0, min(5.0, SECONDS / 6)))
    )
    for each in (*threads, killer):
        each.start()
    crowd.stop.wait(SECONDS)
    until = time.monotonic() + PATIENCE
    while min(len(crowd.told.decided), len(crowd.told.opened)) < ENOUGH and time.monotonic() < until:
        crowd.stop.wait(0.2)  # a machine that is busy with other things gets a little longer
    crowd.stop.set()
    for each in (*threads, killer):
        each.join()


def summary(crowd: clients.Crowd, processes: Processes) -> str:
    """What the history held, for whoever runs a long one."""
    told = crowd.told
    counts = {
        "decided": len(told.decided), "opened": len(told.opened), "recalled": len(told.recalled),
        "revoked": len(told.revoked), "marked": len(told.marked), "killed": processes.killed,
        "connections broken": processes.broken_connections,
    }  # fmt: skip
    answered = ", ".join(f"{what} {status}: {count}" for (what, status), count in sorted(told.answers.items()))
    return f"{counts}\n{answered}"
