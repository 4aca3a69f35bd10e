"""A fixed sample of the changed diagrams, before the check and a walk of our own; `make proof` takes them all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.proof.judging import assess
from tests.proof.mutator import HARMLESS, OPERATORS, SAMPLE, diagrams, sample, shipped_book, shipped_tables
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
