"""A fixed sample of the changed diagrams, before the check and a walk of our own; `make proof` takes them all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.proof.judging import assess
from tests.proof.mutator import HARMLESS, OPERATORS, SAMPLE, diagrams, mutants_of, sample, shipped_book, shipped_tables
from tests.proof.state import BROKEN, HELD
from tests.proof.walk import judge


@pytest.mark.parametrize("path", diagrams(), ids=lambda path: path.stem)
def test_by_the_walk_every_shipped_diagram_holds_its_policies_and_comes_to_its_end(path: Path) -> None:
    verdict = judge(path.read_bytes(), shipped_book(), shipped_tables())

    assert verdict.answer == HELD, f"{verdict.node} {verdict.unmet} {verdict.steps}"


@pytest.mark.parametrize("operator", OPERATORS)
def test_check_and_walk_agree_and_what_they_say_replays(operator: str) -> None:
    found = [assess(mutant) for mutant in sample()[operator]]

    faults = [f"{each.mutant.name}: {fault}" for each in found for fault in each.faults]
    assert not faults, "\n".join(faults)
    if operator in HARMLESS:
        assert Counter(each.answer for each in found) == {HELD: len(found)}
    assert found


def test_the_sample_has_its_size_and_tells_good_from_bad() -> None:
    assert sum(len(each) for each in sample().values()) == SAMPLE
    broken = [
        judge(each.source, shipped_book(), shipped_tables()).answer for each in sample()["refusal goes the agreed way"]
    ]
    assert set(broken) == {BROKEN}


@pytest.mark.parametrize(
    "name",
    [
        "contested_record: refusal goes the agreed way: bureau_consent_outcome_refuse",  # two flows into one join
        "contested_record: loop without exit: other_bureau_outcome_refuse to guardian_notice",  # a join met twice
        "recruitment_roster: exclusive made parallel: here_done",
        "plan_cross_county: another verb: quota/set at propose",  # a verb without a policy in that process
        "recruitment_roster: another verb: plan/consent at conclude",
    ],
)
def test_a_breach_is_shown_beside_what_cannot_be_followed_and_where_nothing_allows_the_verb(name: str) -> None:
    path = next(each for each in diagrams() if each.stem == name.split(":")[0])
    [mutant] = [each for each in mutants_of(path) if each.name == name]

    found = assess(mutant)

    assert (found.answer, found.refused, found.shown, found.faults) == (BROKEN, True, True, [])
