"""Carried over to the same diagrams a run is the same run: every shipped diagram, at every step of cases at random."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.migrating import SHELF, Walked, begun
from tests.workflows.lockstep import picture
from workflows.runs import load

PROCESSES = sorted(path.name for path in SHELF.iterdir() if any(path.glob("*.bpmn")))
CASES, STEPS = 5, 25


def definite(living: list[Any]) -> list[Any]:
    """Without what is only predicted: one that comes over is predicted as freshly as one that has just arrived."""
    return [
        (*each[:6], definite([one for one in each[6] if not isinstance(one, tuple) or one[1] in STANDING]))
        if isinstance(each, tuple)
        else definite(each)
        for each in living
    ]


STANDING = ("WAITING", "READY", "STARTED")


def seen(walked: Walked) -> dict[str, Any]:
    whole = picture(load(walked.version.diagrams, walked.run.state))
    return {**whole, "living": definite(whole["living"])}


@pytest.mark.parametrize("process", PROCESSES)
def test_every_case_goes_over_and_is_the_same(process: str) -> None:
    moved = 0
    for seed in range(CASES):
        walked = begun(process, seed)
        for _ in range(STEPS):
            if walked.run.finished:
                break
            before, waiting = seen(walked), walked.run.waiting
            migrated = walked.migrated(walked.version)
            assert [(each.before, each.after) for each in migrated.steps] == [(each, each) for each in waiting]
            walked.run = migrated.run
            assert (seen(walked), walked.run.waiting) == (before, waiting)
            moved += 1
            if not walked.step() and not walked.run.finished:
                break
    assert moved
