"""Diagrams with more than a row of desks: every outcome of every task from every situation, saved and restored."""

from __future__ import annotations

import contextlib
import copy
import itertools
from typing import Any

import pytest

from tests.bpmn.conftest import Walk, diagrams_of
from workflows import NotWaiting

ANSWERS = ({"answer": "agreed"}, {"answer": "2002"})

#: process -> (the facts it may begin with, refusals its verbs may meet, messages, the ends it may come to)
DRAWN: dict[str, tuple[list[dict[str, Any]], list[dict[str, str]], list[str], set[str]]] = {
    "death": ([{}], [{}], [], {"agreed", "refused"}),
    "reversal": ([{"next_tier": True}, {"next_tier": False}], [{}], [], {"agreed", "refused"}),
    "school_reversal": ([{"next_tier": True}, {"next_tier": False}], [{}], [], {"agreed", "refused"}),
    "school_reorganisation": ([{"next_tier": True}, {"next_tier": False}], [{}], [], {"agreed", "refused"}),
    "recruiting_scope": ([{"next_tier": True}, {"next_tier": False}], [{}], [], {"agreed", "refused"}),
    "arrival": (
        [
            {"found": "none", "has_record": False},
            {"found": "none", "has_record": True},
            {"found": "suspected", "has_record": False},
            {"found": "record", "has_record": False},
        ],
        [{}, {"arrival/create": "E-DUP-01"}, {"arrival/create": "E-QUOTA-01"}],
        ["other_province_answered"],
        {"agreed", "refused", "redirected"},
    ),
    "contested_record": (
        [
            {"two_schools": False, "two_superiors": False},
            {"two_schools": True, "two_superiors": False},
            {"two_schools": True, "two_superiors": True},
        ],
        [{}],
        [],
        {"agreed", "refused"},
    ),
    "departure": ([{}], [{}], [], {"agreed", "refused"}),
}
#: what makes it true, called once when everybody agrees
VERBS = {
    ("death", ()): ["case/end_others_of_the_dead", "enrolment/decease"],
    ("reversal", (("next_tier", True),)): ["enrolment/reverse"],
    ("reversal", (("next_tier", False),)): ["enrolment/reverse"],
    ("school_reversal", (("next_tier", True),)): ["school/reverse"],
    ("school_reversal", (("next_tier", False),)): ["school/reverse"],
    ("school_reorganisation", (("next_tier", True),)): ["school/reorganise"],
    ("school_reorganisation", (("next_tier", False),)): ["school/reorganise"],
    ("arrival", (("found", "none"), ("has_record", False))): ["arrival/create"],
    ("arrival", (("found", "suspected"), ("has_record", False))): ["arrival/create"],
    ("arrival", (("found", "record"), ("has_record", False))): ["arrival/redirect"],
    **{
        ("contested_record", (("two_schools", schools), ("two_superiors", superiors))): ["student/settle_contest"]
        for schools, superiors in ((False, False), (True, False), (True, True))
    },
    ("departure", ()): ["exchange/send_record"],
    ("recruiting_scope", (("next_tier", True),)): ["recruitment/set_scope"],
    ("recruiting_scope", (("next_tier", False),)): ["recruitment/set_scope"],
}
TOLD = {"exchange/answer_refused", "exchange/request_record"}  # messages: they change no record


@pytest.mark.parametrize(("process", "facts"), VERBS)
def test_agreed_by_all_the_verbs_are_called_once_and_in_order(process: str, facts: tuple[tuple[str, Any], ...]) -> None:
    walk = Walk(diagrams_of(process), dict(facts))

    while not walk.run.finished:
        assert walk.verbs == []
        walk.answer(walk.waits[0])

    assert walk.verbs == VERBS[process, facts]


@pytest.mark.parametrize("process", DRAWN)
def test_every_task_and_every_outcome_is_reached(process: str) -> None:
    beginnings, refusals, messages, ends = DRAWN[process]
    seen, come_to, known = set(), set(), set()
    runs = [Walk(diagrams_of(process), facts) for facts in beginnings]
    while runs:
        run = runs.pop()
        situation = (tuple(run.facts.items()), tuple(run.waits), run.run.facts.get("answer"))
        if run.run.finished:
            come_to.add(run.run.outcome)
        if run.run.finished or situation in known:
            continue
        known.add(situation)
        for message, answer in itertools.product(messages, ANSWERS):
            following = copy.copy(run)
            following.verbs, following.refusals, following.brings = [], {}, {"exchange/read_answer": answer}
            with contextlib.suppress(NotWaiting):
                runs.append(following.hear(message))
        for key in run.waits:
            for outcome, refusal in itertools.product(run.diagrams.tasks[key].outcomes, refusals):
                seen.add((key, outcome))
                following = copy.copy(run)
                following.verbs, following.refusals = [], refusal
                runs.append(following.answer(key, outcome))

    drawn = diagrams_of(process).tasks.values()
    assert seen == {(task.key, outcome) for task in drawn for outcome in task.outcomes}
    assert come_to == ends


@pytest.mark.parametrize("process", DRAWN)
def test_a_refusal_calls_no_verb(process: str) -> None:
    for facts in DRAWN[process][0]:
        walk = Walk(diagrams_of(process), facts)
        while not walk.run.finished:
            key = walk.waits[0]
            refused = "refuse" in walk.diagrams.tasks[key].outcomes
            walk.answer(key, "refuse" if refused else walk.diagrams.tasks[key].outcomes[0])
            if refused:
                assert (walk.run.outcome, set(walk.verbs) - TOLD) == ("refused", set())
