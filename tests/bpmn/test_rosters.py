"""The diagrams of a roster: the list's and each child's, every way through them, saved and restored at every step."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest

import workflows
from tests.bpmn.conftest import Walk, diagrams_of
from workflows import service_tasks

NOBODY_YET = {"here": "", "source": ""}
COUNTS = [
    {"accepted": 2, "left": 0, "undirected": 0},
    {"accepted": 1, "left": 1, "undirected": 0},
    {"accepted": 1, "left": 0, "undirected": 1},
    {"accepted": 0, "left": 0, "undirected": 0},
]


@pytest.fixture
def roster(monkeypatch: pytest.MonkeyPatch) -> Walk:
    """A list of two children; the verbs keep what each bureau said, and say how the list stands."""
    handlers = dict(service_tasks.handlers())

    said = dict(NOBODY_YET)

    def keep(side: str) -> Any:
        return lambda walk, facts: said.update({side: facts["outcome"]})

    handlers |= {
        "roster/confirm_here": keep("here"),
        "roster/confirm_source": keep("source"),
        "roster/answers": lambda walk, facts: _answers(said),
        "roster/settle": _settle(handlers["roster/settle"]),
        "roster/conclude": lambda walk, facts: walk.counts.pop(0) if walk.counts else COUNTS[0],
    }
    monkeypatch.setattr(service_tasks, "_handlers", handlers)
    walk = Walk(diagrams_of("recruitment_roster"), {})
    walk.counts, walk.confirmed = [], 2  # type: ignore[attr-defined]
    return walk


def _answers(said: dict[str, str]) -> dict[str, str]:
    back = [side for side, word in said.items() if word == "send_back"]
    outcome = next((each for each in ("refuse", "send_back") if each in said.values()), "agree")
    return {"outcome": outcome, "returned_by": "both" if len(back) > 1 else "".join(back)}


def _settle(written_down: Any) -> Any:
    def settle(walk: Any, facts: Any) -> dict[str, int]:
        written_down(walk, facts)
        return {"undirected": walk.confirmed}

    return settle


def test_both_bureaus_confirm_at_the_same_time_and_all_is_done_once(roster: Walk) -> None:
    roster.agree("school_approval")
    assert sorted(roster.waits) == ["confirm_here", "confirm_source"]
    roster.agree("confirm_source", "confirm_here", "directives", "pull")
    assert roster.waits == []
    assert not roster.run.finished

    roster.hear("rows_done")

    assert roster.run.outcome == "agreed"
    assert roster.verbs == ["roster/settle", "roster/direct", "rows/register_recruits"]


@pytest.mark.parametrize("first", ["confirm_here", "confirm_source"])
def test_whoever_sent_the_list_back_is_asked_again_and_nobody_else(roster: Walk, first: str) -> None:
    other = "confirm_source" if first == "confirm_here" else "confirm_here"
    roster.agree("school_approval").answer(first, "send_back")
    assert roster.waits == [other]
    roster.answer(other)
    for _ in range(20):  # as often as it takes
        assert roster.waits == ["repair"]
        roster.agree("repair", "school_approval")
        assert roster.waits == [first]
        roster.answer(first, "send_back")

    roster.agree("repair", "school_approval", first)

    assert roster.waits == ["directives"]


def test_when_both_sent_it_back_both_are_asked_again(roster: Walk) -> None:
    roster.agree("school_approval").answer("confirm_here", "send_back").answer("confirm_source", "send_back")
    roster.agree("repair").answer("school_approval", "send_back").agree("repair", "school_approval")
    assert sorted(roster.waits) == ["confirm_here", "confirm_source"]
    roster.answer("confirm_source").answer("confirm_here", "send_back")
    roster.agree("repair", "school_approval")
    assert roster.waits == ["confirm_here"]

    roster.agree("confirm_here")

    assert roster.waits == ["directives"]


@pytest.mark.parametrize("order", list(itertools.permutations(["confirm_here", "confirm_source"])))
@pytest.mark.parametrize("refuses", ["confirm_here", "confirm_source"])
def test_a_bureau_that_refuses_the_whole_list_ends_it(roster: Walk, order: tuple[str, ...], refuses: str) -> None:
    roster.agree("school_approval")

    for key in order:
        roster.answer(key, "refuse" if key == refuses else "agree")

    assert roster.run.outcome == "refused"
    assert roster.verbs == ["roster/drop"]


def test_nobody_confirmed_by_both_ends_the_list(roster: Walk) -> None:
    roster.confirmed = 0  # type: ignore[attr-defined]

    roster.agree("school_approval", "confirm_here", "confirm_source")

    assert (roster.run.outcome, roster.verbs) == ("refused", ["roster/settle", "roster/drop"])


def test_without_seats_the_superior_decides(roster: Walk) -> None:
    roster.refusals = {"roster/settle": "E-QUOTA-01"}
    roster.agree("school_approval", "confirm_here", "confirm_source")
    assert roster.waits == ["more_seats"]
    roster.answer("more_seats")
    assert roster.waits == ["more_seats"]
    given_up = copy.copy(roster)
    given_up.verbs = []
    assert given_up.answer("more_seats", "refuse").run.outcome == "refused"

    roster.refusals = {}
    roster.answer("more_seats")

    assert roster.waits == ["directives"]


@pytest.mark.parametrize(("counts", "waits"), [(COUNTS[1], "pull"), (COUNTS[2], "directives")])
def test_who_is_left_over_is_tried_again(roster: Walk, counts: dict[str, int], waits: str) -> None:
    roster.counts = [counts]  # type: ignore[attr-defined]
    roster.agree("school_approval", "confirm_here", "confirm_source", "directives", "pull").hear("rows_done")
    assert roster.waits == [waits]

    roster.agree(*(["directives"] if waits == "directives" else []), "pull").hear("rows_done")

    assert roster.run.outcome == "agreed"


@pytest.mark.parametrize(("refuses", "verb"), [("directives", "roster/withhold"), ("pull", "roster/give_up")])
@pytest.mark.parametrize(("counts", "ends"), [(COUNTS[0], "agreed"), (COUNTS[3], "refused")])
def test_what_is_withheld_or_given_up_ends_by_what_was_done(
    roster: Walk, refuses: str, verb: str, counts: dict[str, int], ends: str
) -> None:
    roster.counts = [counts]  # type: ignore[attr-defined]
    roster.agree("school_approval", "confirm_here", "confirm_source")
    if refuses == "pull":
        roster.agree("directives")

    roster.answer(refuses, "refuse")

    assert (roster.run.outcome, roster.verbs[-1]) == (ends, verb)


class Child:
    """One child's small run, kept as bytes."""

    def __init__(self) -> None:
        self.diagrams = diagrams_of("roster_child")
        self.run = workflows.start(self.diagrams, {})

    def answer(self, key: str, **facts: str) -> Child:
        self.run = workflows.answer(self.diagrams, self.run.state, key, facts)
        return self

    @property
    def waits(self) -> set[str]:
        return {each.key for each in self.run.waiting}


@pytest.mark.parametrize("order", list(itertools.permutations(["here", "source"])))
@pytest.mark.parametrize("says", list(itertools.product(["agree", "refuse"], repeat=2)))
def test_a_child_goes_on_only_when_both_confirm(order: tuple[str, ...], says: tuple[str, ...]) -> None:
    child = Child()
    assert child.waits == {"confirm_here", "confirm_source"}

    for side, word in zip(order, says, strict=True):
        assert not child.run.finished
        child.answer(f"confirm_{side}", **{side: word})

    assert child.waits == ({"direct"} if set(says) == {"agree"} else set())
    assert child.run.outcome == (None if set(says) == {"agree"} else "refused")


def test_a_child_is_directed_again_as_often_as_its_directive_ends() -> None:
    child = Child().answer("confirm_here", here="agree").answer("confirm_source", source="agree")
    for _ in range(5):
        child.answer("direct", outcome="agree")
        assert child.waits == {"register"}
        child.run = workflows.notify(child.diagrams, child.run.state, "directive_ended")
        assert child.waits == {"direct"}

    child.answer("direct", outcome="agree").answer("register", outcome="agree")

    assert child.run.outcome == "agreed"


@pytest.mark.parametrize("key", ["direct", "register"])
def test_a_confirmed_child_may_still_be_refused(key: str) -> None:
    child = Child().answer("confirm_here", here="agree").answer("confirm_source", source="agree")
    if key == "register":
        child.answer("direct", outcome="agree")

    assert child.answer(key, outcome="refuse").run.outcome == "refused"


def test_an_answer_out_of_turn_is_refused() -> None:
    with pytest.raises(workflows.TaskGone):
        Child().answer("register", outcome="agree")
