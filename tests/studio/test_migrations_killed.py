"""A worker killed with SIGKILL at any statement of a migration, and of its undoing, loses and doubles no case."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app import audit
from app.audit import AuditEvent
from app.cases.commands import work_on_migrations
from app.cases.models import Case, MigratedCase
from app.database import db
from tests.cases.test_killed import COMMITTED, dies
from tests.studio.conftest import Studio
from tests.studio.test_migrations import (
    FURTHER_STEP,
    OTHER_DAYS,
    Publish,
    current_number,
    decide,
    progress,
    proposed,
    whole,
)
from tests.support.transfer_case import Story, a_story


def work() -> bool:
    work_on_migrations()
    return True


@pytest.fixture
def running(studio: Studio, submitted: Story, publish_altered: Publish) -> tuple[int, list[Story]]:
    """A migration that was started, and its three cases at different steps."""
    stories = [submitted, a_story(studio.client), a_story(studio.client)]
    for each in stories[1:]:
        assert each.submit().status == 201
    stories[2].agree_until("releasing_school")
    publish_altered("transfer", OTHER_DAYS, *FURTHER_STEP)
    migration = proposed(studio, current_number())
    assert decide(studio, migration).status == 200
    return migration, stories


def states(stories: list[Story]) -> dict[str, tuple[Any, str]]:
    db.session.rollback()
    db.session.expire_all()
    asked = sa.select(Case.number, Case.version_id, MigratedCase.status).join(MigratedCase)
    found = {row.number: (row.version_id, str(row.status.value)) for row in db.session.execute(asked)}
    assert found.keys() == {each.number for each in stories}
    return found


def kill_at_every_point(stories: list[Story], before: dict[str, Any], waiting: str, done: str) -> int:
    """Each time a little later, until it gets through; every case is as it was or wholly over."""
    firsts = {number: version for number, (version, _status) in states(stories).items()}
    point = 1
    while dies(work, point):
        for number, (version, status) in states(stories).items():
            assert status == (waiting if version == firsts[number] else done)
            if status == waiting:
                assert whole(number) == before[number]
        assert list(audit.verify()) == []
        point += 1
        assert point < 200
    return point


def test_killed_at_any_point_every_case_is_migrated_once(studio: Studio, running: tuple[int, list[Story]]) -> None:
    migration, stories = running
    before = {each.number: whole(each.number) for each in stories}

    assert kill_at_every_point(stories, before, "waiting", "moved") > 6

    assert progress(studio, migration) == {"moved": 3}
    after = {each.number: whole(each.number) for each in stories}
    studio.program("publisher").post(f"/migrations/{migration}/undo", {"reason": "新版本有误"})
    assert kill_at_every_point(stories, after, "undoing", "undone") > 6
    assert progress(studio, migration) == {"undone": 3}
    assert {each.number: whole(each.number) for each in stories} == before
    acts = db.session.scalars(sa.select(AuditEvent.verb).where(AuditEvent.verb.startswith("cases/"))).all()
    assert (acts.count("cases/migrate"), acts.count("cases/undo_migration")) == (3, 3)


def test_killed_after_each_commit_it_goes_on_where_it_was(studio: Studio, running: tuple[int, list[Story]]) -> None:
    migration, stories = running

    kills = 0
    while dies(work, COMMITTED):
        kills += 1
        assert kills < 10

    assert kills >= len(stories)
    assert progress(studio, migration) == {"moved": 3}
    assert studio.program("analyst").get(f"/migrations/{migration}").json["status"] == "done"
    for story in stories:
        while story.case()["status"] != "closed":
            waiting = story.waiting()
            outcome = "acknowledge" if waiting["key"] == "second_look" else "agree"
            if waiting["key"] == "second_look":
                path = f"/tasks/{waiting['id']}/decision"
                answer = story.program("receiving_school", "operator").post(path, {"outcome": outcome})
            else:
                answer = story.decide(outcome)
            assert answer.status == 200, answer.text
        assert story.case()["outcome"] == "agreed"
