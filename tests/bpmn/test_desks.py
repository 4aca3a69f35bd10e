"""Diagrams of a few desks in a row: every outcome of every desk, saved and restored between."""

from __future__ import annotations

import pytest

from tests.bpmn.conftest import Walk, diagrams_of

#: process -> (desks in their order, the verb)
DESKS = {
    "lock_postponement": (["province_approval"], "lock/postpone"),
    "graduation": (["school_approval", "bureau_approval"], "school/graduate"),
    "roll_verification": (["school_approval", "bureau_check"], "roll/keep"),
    "promotion": (["school_approval", "bureau_approval"], "school/promote"),
    "locked_correction": (["school_approval", "bureau_approval"], "student/correct_locked"),
}
EVERY_DESK = [(process, desk) for process, (desks, _verb) in DESKS.items() for desk in desks]


def at_desk(process: str, desk: str) -> Walk:
    """Everybody before that desk has agreed."""
    walk = Walk(diagrams_of(process), {})
    desks = DESKS[process][0]
    walk.agree(*desks[: desks.index(desk)])
    assert walk.waits == [desk]
    return walk


@pytest.mark.parametrize("process", DESKS)
def test_agreed_by_all_the_verb_is_called_once(process: str) -> None:
    desks, verb = DESKS[process]

    walk = at_desk(process, desks[0]).agree(*desks)

    assert (walk.run.finished, walk.run.outcome, walk.verbs) == (True, "agreed", [verb])


@pytest.mark.parametrize(("process", "desk"), EVERY_DESK)
def test_refused_anywhere_it_ends_and_no_verb_is_called(process: str, desk: str) -> None:
    walk = at_desk(process, desk).answer(desk, "refuse")

    assert (walk.run.finished, walk.run.outcome, walk.verbs) == (True, "refused", [])


@pytest.mark.parametrize(("process", "desk"), EVERY_DESK)
def test_sent_back_from_anywhere_it_is_repaired_and_passes_every_desk_again(process: str, desk: str) -> None:
    desks, verb = DESKS[process]

    walk = at_desk(process, desk).answer(desk, "send_back")

    assert (walk.waits, walk.diagrams.tasks["repair"].duty) == (["repair"], "operator")
    walk.agree("repair", *desks)
    assert (walk.run.outcome, walk.verbs) == ("agreed", [verb])
