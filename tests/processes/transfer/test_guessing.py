"""Whoever looks for children of the whole province by number and name may err, and may not guess."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock
from app.processes.transfer.search import MOST_MISSES
from app.web import rate_limits
from tests.conftest import MONDAY
from tests.support.client import Client
from tests.support.transfer_case import Story, story

__all__ = ["story"]


def test_after_too_many_misses_nobody_is_found_until_the_next_hour(story: Story) -> None:
    clock.set_to(MONDAY)
    school, bureau = story.program("receiving_school", "operator"), story.program("releasing_bureau")
    right = {"main_number": story.child.main_number, "name": story.child.name}
    wrong = {**right, "name": "王小二"}

    for _ in range(MOST_MISSES):
        assert school.post("/students/search", wrong).status == 422
    guessed, known = (school.post("/students/search", each) for each in (wrong, right))
    page = Client(story.client.app).sign_in(story.people["receiving_school"].operator)
    page.get("/cases/transfer/new")

    assert (guessed.status, guessed.code) == (known.status, known.code) == (429, "E-MANY")
    assert page.post("/cases/transfer/new", **right).status == 429
    assert school.post("/students/search", {"name": story.child.name}).status == 200, "one's own are not guessed"
    assert bureau.post("/students/search", right).status == 200, "it is one person's"
    clock.set_to(MONDAY + dt.timedelta(hours=1))
    again = story.program("receiving_school", "operator")
    assert again.post("/students/search", right).status == 200


def test_what_is_found_is_not_counted(story: Story) -> None:
    clock.set_to(MONDAY)
    right = {"main_number": story.child.main_number, "name": story.child.name}
    school = story.program("receiving_school", "operator")

    assert {school.post("/students/search", right).status for _ in range(MOST_MISSES + 1)} == {200}


def test_what_is_counted_by_the_minute_forgets_nothing_counted_by_the_hour(story: Story) -> None:
    clock.set_to(MONDAY)
    rate_limits.take("child", most=1, seconds=3600, who="user-1")
    clock.set_to(MONDAY + dt.timedelta(minutes=2))
    rate_limits.take("check", most=1, seconds=60, who="user-1")

    with pytest.raises(rate_limits.TooMany, match="3480"):
        rate_limits.refuse_beyond("child", most=1, seconds=3600, who="user-1")
