"""Each registration in every outcome of every task: the three diagrams, on both databases."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.cases import commands
from tests.processes.registration.test_registration import Entry, a_graduate, a_row, an_entry, named
from tests.support import factories
from tests.support.client import Client

PROCESSES = ("registration_primary", "registration_stage", "late_registration", "late_registration of graduates")


def submitted(client: Client, process: str) -> Entry:
    """Two children listed, before anybody has decided."""
    graduates = process in PROCESSES[1::2]
    entry = an_entry(client, stages="junior" if graduates else "primary")
    asked: dict[str, Any] = {"stage": "junior"} if graduates else {}
    if process.startswith("late"):
        clock.set_to(dt.datetime(2026, 10, 12, 2, 0, tzinfo=dt.UTC))
        asked = {"stage": "junior" if graduates else "primary", "reason": "九月住院"}
    primary = factories.a_school("330106")
    rows = [named(a_graduate(primary)) for _ in range(2)] if graduates else [a_row(), a_row()]
    answer = entry.submit(rows, process.split()[0], **asked)
    assert answer.status == 201, answer.text
    return entry


@pytest.mark.parametrize("process", PROCESSES)
def test_agreed_by_everybody_both_are_registered(app: Flask, client: Client, process: str) -> None:
    entry = submitted(client, process)

    case = entry.agree()

    assert (case["outcome"], case["list"]["accepted"]) == ("agreed", 2)


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("key", ["school_approval", "bureau_approval"])
def test_refused_at_either_desk_nobody_is(app: Flask, client: Client, process: str, key: str) -> None:
    entry = submitted(client, process)
    if key == "bureau_approval":
        entry.decide()

    entry.decide("refuse")
    commands.tick()

    assert entry.case()["outcome"] == "refused"
    assert {row.status.value for row in entry.rows()} == {"waiting"}


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("key", ["school_approval", "bureau_approval"])
def test_sent_back_from_either_desk_the_list_comes_again_without_the_one_struck_off(
    app: Flask, client: Client, process: str, key: str
) -> None:
    entry = submitted(client, process)
    if key == "bureau_approval":
        entry.decide()
    entry.decide("send_back")
    assert entry.case()["status"] == "repairing"

    answer = entry.decide(form={"struck_off": "2"})
    case = entry.agree()

    assert answer.status == 200, answer.text
    assert (case["outcome"], case["list"]["accepted"], case["list"]["refused"]) == ("agreed", 1, 1)


@pytest.mark.parametrize("process", PROCESSES)
def test_when_every_child_is_struck_off_nobody_is_registered(app: Flask, client: Client, process: str) -> None:
    entry = submitted(client, process)
    entry.decide()

    entry.decide(form={"struck_off": "1、2"})

    assert entry.case()["outcome"] == "refused"
