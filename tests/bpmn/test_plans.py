"""跨区域招生方案: both sides asked at once, every order of what they do; saved and restored between any two steps."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bpmn.conftest import Walk, diagrams_of

COUNTY, CITY = "plan_cross_county", "plan_cross_city"
SIDES = ("local_consent", "source_consent")
OPINIONS = ("local_opinion", "source_opinion")
#: process -> the facts it may begin with
BEGINNINGS: list[tuple[str, dict[str, Any]]] = [
    (COUNTY, {"endorse": False}),
    (COUNTY, {"endorse": True}),
    (CITY, {"local_opinion": True, "source_opinion": True}),
    (CITY, {"local_opinion": True, "source_opinion": False}),
    (CITY, {"local_opinion": False, "source_opinion": False}),
]
Steps = tuple[tuple[str, str], ...]


def asked(process: str, facts: dict[str, Any]) -> Walk:
    """Both sides have the plan before them."""
    walk = Walk(diagrams_of(process), facts)
    walk.agree("school_approval")
    if facts.get("endorse"):
        walk.agree("endorsement")
    return walk


def after(walk: Walk, key: str, outcome: str) -> Walk:
    following = copy.copy(walk)
    following.verbs = list(walk.verbs)
    return following.answer(key, outcome)


def orders(walk: Walk, steps: Steps = ()) -> Iterator[tuple[Steps, Walk]]:
    """Every order of what the offices may do while both sides are asked, with where the run stands then."""
    waiting = [key for key in walk.waits if key in SIDES + OPINIONS]
    if not waiting:
        yield steps, walk
    for key in waiting:
        for outcome in walk.diagrams.tasks[key].outcomes:
            yield from orders(after(walk, key, outcome), (*steps, (key, outcome)))


def lawful(steps: Steps, walk: Walk) -> tuple[list[str], bool, str | None, str]:
    """Where the rules want the run to stand: waiting tasks, finished, outcome, last verb."""
    last = steps[-1][1]
    if last == "refuse":
        return [], True, "refused", "plan/end"
    if last == "send_back":
        return ["repair"], False, None, "plan/propose"
    return ["lodge"], False, None, "plan/consent"


@pytest.mark.parametrize(("process", "facts"), BEGINNINGS)
def test_every_order_of_both_sides_ends_in_a_state_the_rules_allow(process: str, facts: dict[str, Any]) -> None:
    seen = 0
    for steps, walk in orders(asked(process, facts)):
        seen += 1
        stands = (walk.waits, walk.run.finished, walk.run.outcome, walk.verbs[-1])
        assert stands == lawful(steps, walk), steps
        decided = [outcome for key, outcome in steps if key in SIDES]
        assert set(decided[:-1]) <= {"agree"}, steps  # whatever else was said, nobody was asked any more
        assert (len(decided) == 2) or decided[-1] != "agree", steps
    # two sides: each may begin with three outcomes, and only its agreement leaves the other its three
    assert seen >= 10
    if process == COUNTY:
        assert seen == 2 * (2 + 3)


@pytest.mark.parametrize(("process", "facts"), BEGINNINGS)
def test_after_a_repair_both_sides_decide_anew_in_every_order(process: str, facts: dict[str, Any]) -> None:
    for steps, sent_back in orders(asked(process, facts)):
        if steps[-1][1] != "send_back":
            continue
        again = copy.copy(sent_back)
        again.verbs = list(sent_back.verbs)
        again.agree("repair", "school_approval")
        if facts.get("endorse"):
            again.agree("endorsement")
        assert set(SIDES) <= set(again.waits), steps  # also the one that had agreed
        for key, other in (SIDES, SIDES[::-1]):
            assert after(after(again, key, "agree"), other, "agree").waits == ["lodge"]
            assert after(after(again, key, "agree"), other, "refuse").run.outcome == "refused"
            assert after(after(again, key, "agree"), other, "send_back").waits == ["repair"]
            assert after(again, key, "refuse").run.outcome == "refused"
            assert after(again, key, "send_back").waits == ["repair"]


@pytest.mark.parametrize(("process", "facts"), BEGINNINGS)
def test_every_task_and_every_outcome_is_reached_and_comes_to_a_lawful_end(process: str, facts: dict[str, Any]) -> None:
    seen, ends, known = set(), set(), set()
    walks = [Walk(diagrams_of(process), facts)]
    while walks:
        walk = walks.pop()
        situation = tuple(sorted(walk.waits))
        if walk.run.finished:
            ends.add((walk.run.outcome, walk.verbs[-1]))
        if walk.run.finished or situation in known:
            continue
        known.add(situation)
        for key in walk.waits:
            for outcome in walk.diagrams.tasks[key].outcomes:
                seen.add((key, outcome))
                walks.append(after(walk, key, outcome))

    drawn = {(task.key, outcome) for task in diagrams_of(process).tasks.values() for outcome in task.outcomes}
    skipped = {key for key, fact in (("endorsement", "endorse"), *zip(OPINIONS, OPINIONS, strict=True))
               if not facts.get(fact)}  # fmt: skip
    assert seen == {(key, outcome) for key, outcome in drawn if key not in skipped}
    assert ends == {("agreed", "plan/accept_filing"), ("refused", "plan/end")}


@pytest.mark.parametrize(("process", "facts"), BEGINNINGS)
def test_a_filing_is_accepted_or_returned_and_never_refused(process: str, facts: dict[str, Any]) -> None:
    walk = asked(process, facts).agree(*SIDES, "lodge")
    assert walk.diagrams.tasks["filing"].outcomes == ("agree", "send_back")

    walk.answer("filing", "send_back")
    assert (walk.waits, walk.verbs[-1]) == (["lodge"], "plan/return_filing")
    walk.agree("lodge", "filing")

    assert (walk.run.outcome, walk.verbs[-4:]) == (
        "agreed", ["plan/lodge", "plan/return_filing", "plan/lodge", "plan/accept_filing"],
    )  # fmt: skip


def test_what_is_lodged_may_go_back_to_the_school_and_then_both_sides_are_asked_anew() -> None:
    walk = asked(COUNTY, {"endorse": False}).agree(*SIDES).answer("lodge", "send_back")
    assert walk.waits == ["repair"]

    walk.agree("repair", "school_approval")

    assert walk.waits == list(SIDES)


@pytest.mark.parametrize("opinions", [(), OPINIONS[:1], OPINIONS[1:], OPINIONS, OPINIONS[::-1]])
def test_the_counties_opinions_hold_nobody_up(opinions: tuple[str, ...]) -> None:
    walk = asked(CITY, {"local_opinion": True, "source_opinion": True})
    for each in opinions:
        walk.answer(each, "acknowledge")
        assert set(SIDES) <= set(walk.waits)

    walk.agree(*SIDES)

    assert walk.waits == ["lodge"]  # an opinion that was not given is asked no more
