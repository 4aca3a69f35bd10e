"""省内转学: every path of the diagram."""

from __future__ import annotations

import copy
import itertools

import pytest

from tests.bpmn.conftest import Refused, Walk, diagrams_of
from workflows import NotWaiting, TaskGone, complete, foresee

FOUR = ("receiving_school", "receiving_bureau", "releasing_school", "releasing_bureau")
OFFICES = ("receiving_school", "receiving_bureau", "receiving_superior", "releasing_school", "releasing_bureau")
APART = {"same_superior": False, "city_review": False}
TOGETHER = {"same_superior": True, "city_review": False}
REVIEWED = {"same_superior": False, "city_review": True}
ISSUE, PULL, GIVE_UP, PAPERS = "directive/issue", "archive/pull", "directive/give_up", "case/follow_up"


def walk(facts: dict[str, bool] = APART, **refusals: str) -> Walk:
    return Walk(diagrams_of("transfer"), facts, refusals={name.replace("_", "/"): c for name, c in refusals.items()})


def until(key: str, facts: dict[str, bool] = REVIEWED) -> Walk:
    """Everybody before that task has agreed."""
    run = walk(facts)
    while run.waits != [key]:
        run.answer(run.waits[0])
    return run


@pytest.mark.parametrize(
    ("facts", "order"),
    [
        (APART, FOUR),
        (TOGETHER, ("receiving_school", "releasing_school", "releasing_bureau")),
        (REVIEWED, OFFICES),
        ({"same_superior": True, "city_review": True},
         ("receiving_school", "receiving_superior", "releasing_school", "releasing_bureau")),
    ],
)  # fmt: skip
def test_the_offices_agree_in_order_and_the_record_moves(facts: dict[str, bool], order: tuple[str, ...]) -> None:
    run = walk(facts)
    for key in order:
        assert run.waits == [key]
        assert PULL not in run.verbs
        run.answer(key)

    assert (run.waits, run.verbs) == (["pull"], [ISSUE])
    run.answer("pull")

    assert (run.run.finished, run.run.outcome) == (True, "agreed")
    assert run.verbs == [ISSUE, PULL, PAPERS]
    assert foresee(run.diagrams, facts) == (*order, "pull")


@pytest.mark.parametrize("key", OFFICES)
def test_each_office_may_refuse_and_that_is_the_end(key: str) -> None:
    run = until(key).answer(key, "refuse")

    assert (run.run.finished, run.run.outcome, run.verbs) == (True, "refused", [])


@pytest.mark.parametrize("key", OFFICES)
def test_each_office_may_send_back_and_gets_the_case_again(key: str) -> None:
    """The receiving school's operator repairs, its approver signs, and it returns to the office that sent it back."""
    run = until(key).answer(key, "send_back")
    assert run.waits == ["repair"]
    run.agree("repair", "receiving_school")
    if key == "receiving_school":
        assert run.waits == ["receiving_bureau"]
        return

    assert run.waits == [key]
    run.answer(key)
    while not run.run.finished:
        run.answer(run.waits[0])

    assert run.run.outcome == "agreed"


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations(OFFICES, 2)))
def test_sent_back_twice_by_different_offices(first: str, second: str) -> None:
    early, late = sorted((first, second), key=OFFICES.index)
    run = until(early).answer(early, "send_back").agree("repair", "receiving_school")
    while run.waits != [late]:
        run.answer(run.waits[0])
    run.answer(late, "send_back").agree("repair")

    run.answer("receiving_school", "send_back").agree("repair", "receiving_school")

    while not run.run.finished:
        run.answer(run.waits[0])
    assert (run.run.outcome, run.verbs) == ("agreed", [ISSUE, PULL, PAPERS])


def test_the_receiving_school_may_refuse_after_a_repair() -> None:
    run = until("releasing_school").answer("releasing_school", "send_back").agree("repair")

    assert run.answer("receiving_school", "refuse").run.outcome == "refused"


def test_a_directive_that_ends_sends_the_case_back_to_the_bureau() -> None:
    run = until("pull").hear("directive_ended")
    assert run.waits == ["releasing_bureau"]

    run.agree("releasing_bureau", "pull")

    assert run.verbs == [ISSUE, ISSUE, PULL, PAPERS]


def test_after_a_directive_has_ended_the_bureau_may_refuse() -> None:
    assert until("pull").hear("directive_ended").answer("releasing_bureau", "refuse").run.outcome == "refused"


def test_a_seat_gone_meanwhile_is_a_drawn_path() -> None:
    run = until("pull")
    run.refusals[PULL] = "E-QUOTA-01"
    run.answer("pull")
    assert run.waits == ["await_seat"]
    run.answer("await_seat")
    assert run.waits == ["await_seat"]
    del run.refusals[PULL]

    run.answer("await_seat")

    assert (run.run.outcome, run.verbs) == ("agreed", [ISSUE, PULL, PULL, PULL, PAPERS])


def test_whoever_waits_for_a_seat_may_give_up() -> None:
    run = until("pull")
    run.refusals[PULL] = "E-QUOTA-01"

    run.agree("pull").answer("await_seat", "refuse")

    assert (run.run.outcome, run.verbs[-1]) == ("refused", GIVE_UP)


def test_a_directive_may_end_while_a_seat_is_awaited() -> None:
    run = until("pull")
    run.refusals[PULL] = "E-QUOTA-01"
    run.agree("pull").hear("directive_ended")

    assert run.waits == ["releasing_bureau"]


def test_a_refusal_the_diagram_did_not_foresee_passes_through_and_leaves_the_state_alone() -> None:
    run = until("pull")
    before = run.run
    run.refusals[PULL] = "E-DIR-02"

    with pytest.raises(Refused) as refused:
        run.answer("pull")

    assert refused.value.code == "E-DIR-02"
    assert run.run is before
    run.refusals.clear()
    assert run.answer("pull").run.outcome == "agreed"


def test_nobody_waits_for_the_message_before_a_directive_exists() -> None:
    with pytest.raises(NotWaiting):
        walk().hear("directive_ended")


def test_a_task_is_answered_once() -> None:
    run = walk()
    task = run.run.waiting[0]
    run.answer("receiving_school")

    with pytest.raises(TaskGone):
        complete(run.diagrams, run.run.state, task.id, {"outcome": "agree"}, context=run)


def test_every_task_and_every_outcome_is_reached() -> None:
    """From every situation every outcome is tried, with a seat and without: all that is drawn is seen."""
    seen: set[tuple[str, str]] = set()
    ends: set[str | None] = set()
    known: set[tuple[object, ...]] = set()
    open_runs = [walk(facts) for facts in (APART, TOGETHER, REVIEWED)]
    while open_runs:
        run = open_runs.pop()
        situation = (tuple(run.facts.items()), tuple(run.waits), run.run.facts.get("returned_by"))
        if run.run.finished or situation in known:
            ends.add(run.run.outcome)
            continue
        known.add(situation)
        key = run.waits[0]
        for outcome, full in itertools.product(run.diagrams.tasks[key].outcomes, (False, True)):
            seen.add((key, outcome))
            following = copy.copy(run)
            following.refusals = {PULL: "E-QUOTA-01"} if full else {}
            open_runs.append(following.answer(key, outcome))

    drawn = diagrams_of("transfer").tasks.values()
    assert seen == {(task.key, outcome) for task in drawn for outcome in task.outcomes}
    assert ends == {None, "agreed", "refused"}
