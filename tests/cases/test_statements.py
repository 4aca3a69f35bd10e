"""What a decision costs in statements, counted where a program waits: over HTTP, after a first one of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from tests.support.client import Client
from tests.support.transfer_case import Story, a_story

#: of each step of a transfer, its commit not counted
STEPS = ("receiving_school", "receiving_bureau", "releasing_school", "releasing_bureau", "pull")
MOST = {"postgresql": (6, 6, 6, 8, 14), "sqlite": (15, 15, 15, 20, 42)}
#: of each page, read a second time: an empty one, the inbox, a case that waits elsewhere, a child
PAGES = {"/me/password": 2, "/inbox": 8, "/cases/{number}": 9, "/students/{student}": 12}


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement within the block, and the word COMMIT for each end of a transaction that wrote."""
    seen: list[str] = []

    def execute(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    def commit(_connection: object) -> None:
        seen.append("COMMIT")

    sa.event.listen(db.engine, "before_cursor_execute", execute)
    sa.event.listen(db.engine, "commit", commit)
    try:
        yield seen
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", execute)
        sa.event.remove(db.engine, "commit", commit)


@pytest.fixture
def warm(client: Client) -> Story:
    """A case that waits for its first decision, after another has gone all the way: versions and chains are known."""
    first = a_story(client)
    first.submit()
    while first.case()["waiting"]:
        assert first.decide().status == 200
    second = a_story(client)
    second.submit()
    return second


def test_no_step_of_a_transfer_takes_more_statements(app: Flask, warm: Story) -> None:
    most, taken = dict(zip(STEPS, MOST[db.engine.dialect.name], strict=True)), {}
    while waiting := warm.case()["waiting"]:
        task = waiting[0]
        form = {"form": {"directive": warm.case()["directive"]["number"]}} if task["key"] == "pull" else {}
        program = warm.program(warm.role_of(task["key"]), task["duty"])
        with counted() as seen:
            answer = program.post(f"/tasks/{task['id']}/decision", {"outcome": "agree", **form})
        assert answer.status == 200, answer.text
        assert seen.count("COMMIT") == 1
        taken[task["key"]] = len(seen) - 1

    assert taken.keys() == most.keys()
    assert {key: count for key, count in taken.items() if count > most[key]} == {}


def test_no_page_takes_more_statements(warm: Story) -> None:
    reader = warm.client.sign_in(warm.people["releasing_school"].approver)
    student, taken = warm.case()["student"]["id"], {}
    for page in PAGES:
        address = page.format(number=warm.number, student=student)
        reader.get(address)
        with counted() as seen:
            assert reader.get(address).status == 200
        taken[page] = len(seen)

    assert {page: count for page, count in taken.items() if count > PAGES[page]} == {}


def test_an_answer_in_brief_says_where_the_case_stands(warm: Story) -> None:
    task = warm.waiting()
    program = warm.program("receiving_school")

    answer = program.post(f"/tasks/{task['id']}/decision", {"outcome": "agree"}, Prefer="respond-async, return=minimal")

    assert answer.status == 200, answer.text
    assert answer.json.keys() == {"number", "status", "waiting"}
    assert answer.json["waiting"] == warm.case()["waiting"]
    assert [each["key"] for each in answer.json["waiting"]] == ["receiving_bureau"]
