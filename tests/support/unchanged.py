"""After a long story nothing but what the house wrote stands in its database, and the seals say so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app import audit
from app.database import snapshot
from tests.support import invariants

LONG_STORIES = {
    "test_a_graduate_enters_the_next_stage_with_the_archive",
    "test_a_list_of_children_becomes_records_with_every_number",
    "test_a_roster_goes_the_whole_way",
    "test_asked_for_the_school_and_its_superior_let_the_child_go",
    "test_each_child_leaves_as_the_list_says_with_a_certificate",
    "test_four_offices_agree_and_the_pull_moves_the_record",
    "test_taken_back_the_record_is_as_it_was",
    "test_who_went_away_comes_back_by_a_transfer",
}


RACES = {"test_races", "test_plan_races", "test_reorganisation_races", "test_registration_races"}


@pytest.fixture(autouse=True)
def _nothing_broken(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every race each invariant holds; above all nobody is left with a case that cannot be moved."""
    raced = request.module.__name__.rpartition(".")[2] in RACES
    if raced:
        request.getfixturevalue("app")
    yield
    if raced:
        assert invariants.broken() == []


@pytest.fixture(autouse=True)
def _intact(request: pytest.FixtureRequest) -> Iterator[None]:
    """When a long story is over every chain holds and every row is as it was sealed."""
    long = getattr(request.node, "originalname", "") in LONG_STORIES
    if long:
        request.getfixturevalue("app")
    yield
    if long:
        with snapshot():
            faults = [fault.text for fault in audit.verify()]
        assert not faults
