"""A waiting task goes on as another one of the same diagram: what is let do so breaks no policy and always ends."""

from __future__ import annotations

import copy
import random
from collections import Counter

import pytest

from tests.support.migrating import SHELF, Walked, begun
from tests.workflows.migration.test_changed_versions import at, cases, goes_on
from workflows.errors import NotMovable
from workflows.migration import Migrated, move
from workflows.policies import Ran

PROCESSES = sorted(path.name for path in SHELF.iterdir() if any(path.glob("*.bpmn")))
ON = 3


def moved(walked: Walked, key: str, to: str, *, known: bool = True) -> Migrated:
    """The case with its task gone on as another one. Raises NotMovable."""
    written = {each.verb for each in walked.acts if isinstance(each, Ran)} if known else None
    return move(walked.version.of_runs, walked.run.state, key, to, walked.acts, written=written)


def refused(walked: Walked, key: str, to: str, **more: bool) -> str:
    with pytest.raises(NotMovable) as why:
        moved(walked, key, to, **more)
    return str(why.value)


@pytest.mark.parametrize("process", PROCESSES)
def test_whatever_is_moved_holds_its_policies_and_ends(process: str) -> None:
    said: Counter[bool] = Counter()
    for walked in cases(process):
        for waiting in walked.run.waiting:
            for to in sorted(set(walked.version.diagrams.tasks) - {waiting.key}):
                try:
                    migrated = moved(walked, waiting.key, to)
                except NotMovable:
                    said[False] += 1
                    continue
                said[True] += 1
                assert to in [each.after.key for each in migrated.steps if each.before.key == waiting.key]
                for seed in range(ON):
                    further = copy.copy(walked)
                    further.acts, further.run = list(walked.acts), migrated.run
                    goes_on(further, seed)
    assert said or len(walked.version.diagrams.tasks) <= 1


def test_back_to_who_has_decided_before_and_on_from_there() -> None:
    walked = at("transfer", "releasing_school")

    [step] = moved(walked, "releasing_school", "receiving_school").steps

    assert (step.before.key, step.after.key) == ("releasing_school", "receiving_school")
    assert step.before.id != step.after.id
    further = copy.copy(walked)
    further.acts, further.run = list(walked.acts), moved(walked, "releasing_school", "receiving_school").run
    further.answer("agree", "receiving_school")
    assert [each.key for each in further.run.waiting] == ["receiving_bureau"]
    goes_on(further, random.Random(1).randrange(9))


def test_never_past_a_consent() -> None:
    walked = at("transfer", "releasing_school")

    assert refused(walked, "releasing_school", "releasing_bureau").startswith("按流程规定不能办理")
    assert refused(walked, "releasing_school", "pull").startswith("按流程规定不能办理")


def test_not_to_what_is_not_there_and_not_to_where_it_stands() -> None:
    walked = at("transfer", "releasing_school")

    assert refused(walked, "releasing_school", "releasing_school") == "流程图中没有别的环节“转出学校核办”"
    assert refused(walked, "releasing_school", "nothing") == "流程图中没有别的环节“nothing”"
    assert refused(walked, "pull", "receiving_school").startswith("办件没有停在")


def test_not_into_another_sub_process() -> None:
    walked = begun("plan_cross_county")
    while len(walked.run.waiting) == 1:
        walked.answer("agree" if "agree" in walked.version.diagrams.tasks[walked.run.waiting[0].key].outcomes else None)
    one, other = (each.key for each in walked.run.waiting[:2])
    outside = next(each for each in sorted(walked.version.diagrams.tasks) if each not in (one, other))

    assert refused(walked, one, outside)
    assert refused(walked, one, other)


def test_the_events_at_the_border_of_the_task_it_was_go_with_it() -> None:
    """At the pull a message ends the directive; at the releasing bureau the same message says nothing."""
    walked = at("transfer", "pull")
    back = moved(walked, "pull", "releasing_bureau")

    further = copy.copy(walked)
    further.acts, further.run = list(walked.acts), back.run

    assert not further.hear("directive_ended")
    assert [each.key for each in further.run.waiting] == ["releasing_bureau"]
