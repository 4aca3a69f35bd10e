"""Every mutant still changes a line that there is, and a few of them are killed: other ones every day."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path

import pytest

from tests.mutants.runner import TOP, Mutant, NoSuchLine, Verdict, copy_of_the_tree, judge, mutants, sample

ALL = mutants()
TODAYS = sample(ALL, 6, dt.date.today().toordinal())


@pytest.mark.parametrize("mutant", ALL, ids=lambda each: each.name)
def test_a_mutant_changes_a_line_that_there_is_and_names_tests_that_there_are(mutant: Mutant) -> None:
    changed = mutant.applied_to((TOP / mutant.file).read_text("utf-8"))
    if mutant.file.endswith(".py"):
        ast.parse(changed)
    for test in mutant.tests:
        file, _, name = test.partition("::")
        assert f"def {name.split('[')[0]}(" in (TOP / file).read_text("utf-8"), test

    assert mutant.before != mutant.after
    assert set(mutant.databases) <= {"sqlite", "postgresql"}


def test_names_tell_mutants_apart() -> None:
    assert len({each.name for each in ALL}) == len(ALL) >= 50


def test_every_one_comes_in_turn() -> None:
    turns = range(-(-len(ALL) // 6))

    assert sorted(each.name for turn in turns for each in sample(ALL, 6, turn)) == sorted(each.name for each in ALL)


def test_a_line_that_is_not_there_or_twice_is_named() -> None:
    mutant = Mutant("a fault", "quota", "app/x.py", "a = 1", "a = 2", ())

    assert mutant.applied_to("if b:\n    a = 1\n") == "if b:\n    a = 2\n"
    for text in ("b = 1\n", "a = 1\na = 1\n"):
        with pytest.raises(NoSuchLine, match=r"“a fault”: app/x\.py"):
            mutant.applied_to(text)


@pytest.mark.parametrize("mutant", TODAYS, ids=lambda each: each.name)
def test_a_mutant_of_the_day_is_killed(mutant: Mutant, tmp_path: Path) -> None:
    verdict, said = judge(mutant, copy_of_the_tree(tmp_path / "tree"))

    assert verdict is Verdict.KILLED, said
