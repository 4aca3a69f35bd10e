"""Many children of one roster: none twice, none lost, whoever is killed; a thousand in less than a minute."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases import commands
from app.cases.models import BatchRow
from app.database import db
from app.processes.recruitment.models import RosterChild
from app.students.models import Directive, StudentNumber
from tests.cases.test_killed import dies
from tests.processes.recruitment.test_roster_directives import registered, released
from tests.processes.recruitment.test_rosters import Recruiting, a_recruiting
from tests.processes.registration.test_registration_races import count, work_off
from tests.support.client import Client


@pytest.fixture
def recruiting(app: Flask, client: Client) -> Recruiting:
    return a_recruiting(client)


@pytest.mark.parametrize("point", range(1, 40, 4))
def test_a_worker_killed_anywhere_loses_no_child_and_takes_none_twice(
    recruiting: Recruiting, app: Flask, point: int
) -> None:
    recruiting.until_pull(4)
    case_id = released(recruiting)

    dies(lambda: work_off(app, case_id), point)

    accepted = count(BatchRow, BatchRow.status == "accepted")
    assert accepted in (0, 2, 4)
    assert accepted == registered(recruiting) == count(Directive, Directive.status == "consumed")
    assert recruiting.quota() == (accepted, 4 - accepted)
    commands.tick()
    assert registered(recruiting) == count(RosterChild, RosterChild.status == "registered") == 4
    assert recruiting.quota() == (4, 0)
    assert recruiting.case()["outcome"] == "agreed"


def test_three_hundred_children_of_one_roster(client: Client, app: Flask) -> None:
    recruiting = a_recruiting(client, cap=300, seats=300)
    recruiting.wants(300)
    began = time.process_time()

    recruiting.submit()
    recruiting.agree("school_approval", "confirm_source", "confirm_here", "directives", "pull")
    at_first = recruiting.case()["list"]
    commands.tick()

    spent = time.process_time() - began
    assert at_first["accepted"] == 100  # the first rows at once, the rest by the worker
    assert recruiting.case()["list"]["accepted"] == 300
    assert registered(recruiting) == 300
    stages = db.session.scalars(sa.select(StudentNumber.value).where(StudentNumber.kind == "stage")).all()
    assert sorted(int(value[-4:]) for value in stages) == list(range(1, 301))
    assert spent < 18, f"{spent:.1f} s: a roster of a thousand would take more than a minute"


def test_one_tasks_page_holds_the_whole_list(recruiting: Recruiting) -> None:
    recruiting.wants(30)
    recruiting.submit()
    recruiting.agree("school_approval")

    waiting = recruiting.program("source", "approver").get("/tasks").json["items"]

    assert [(task["key"], task["case"]) for task in waiting] == [("confirm_source", recruiting.number)]
