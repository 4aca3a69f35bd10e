"""A mutant: one line of the sources changed in a copy of the tree, and the tests that must notice it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from pathlib import Path

TOP = Path(__file__).parents[2]
LIST = Path(__file__).with_name("mutants.toml")
COPIED = ("app", "workflows", "bpmn", "forms", "tests", "pyproject.toml", "README.md", "Makefile")
LEFT_OUT = shutil.ignore_patterns("node_modules", "frontend")
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
FAILED = 1  # pytest's answer when tests have failed; another one than 0 and 1 means that it could not run them


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    NOT_RUN = "NOT RUN"  # pytest could not run the tests


class NoSuchLine(Exception):
    """The sources hold the line of a mutant not at all, or more than once."""


@dataclass(frozen=True)
class Mutant:
    """One changed line; `tests` must fail on each of `databases`. A test that needs no database runs with either."""

    name: str
    area: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    databases: tuple[str, ...] = ("sqlite",)

    def applied_to(self, text: str) -> str:
        """The text with the line changed, indented as before. Raises NoSuchLine."""
        lines = text.split("\n")
        places = [number for number, line in enumerate(lines) if line.strip() == self.before]
        if len(places) != 1:
            raise NoSuchLine(f"“{self.name}”: {self.file} holds this line {len(places)} times: {self.before}")
        line = lines[places[0]]
        lines[places[0]] = line[: len(line) - len(line.lstrip())] + self.after
        return "\n".join(lines)


def mutants() -> list[Mutant]:
    """All of the list, in its order."""
    read = tomllib.loads(LIST.read_text("utf-8"))["mutant"]
    for each in read:
        each |= {name: tuple(each[name]) for name in ("tests", "databases") if name in each}
    return [Mutant(**each) for each in read]


def sample(all_of_them: list[Mutant], size: int, turn: int) -> list[Mutant]:
    """At most `size` of them, others at the next turn: after a full round every one has come once."""
    rounds = ceil(len(all_of_them) / size)
    return all_of_them[turn % rounds :: rounds]


def copy_of_the_tree(to: Path) -> Path:
    """What the tests need, to be changed at will."""
    for name in COPIED:
        source = TOP / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=LEFT_OUT)
        else:
            to.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, to / name)
    (to / "instance").mkdir()
    return to


def judge(mutant: Mutant, tree: Path) -> tuple[Verdict, str]:
    """Apply the mutant to the copy, run its tests, undo it; the verdict, and what pytest said last."""
    path, said = tree / mutant.file, ""
    original = path.read_text("utf-8")
    try:
        _write(path, mutant.applied_to(original))
    except NoSuchLine as fault:
        return Verdict.NOT_RUN, str(fault)
    try:
        for database in mutant.databases:
            code, said = run(mutant.tests, database, tree)
            if code != FAILED:
                return (Verdict.NOT_RUN if code else Verdict.SURVIVED), f"on {database}: {said}"
    finally:
        _write(path, original)
    return Verdict.KILLED, said


def run(tests: tuple[str, ...], database: str, tree: Path) -> tuple[int, str]:
    """The exit code of pytest and the end of its output; it stops at the first failure."""
    options = ("-q", "-x", "-k", f"not {OTHER[database]}")
    command = [sys.executable, "-m", "pytest", *options, *tests]
    outer = ("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")
    environment = {name: value for name, value in os.environ.items() if name not in outer}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, "\n".join(done.stdout.strip().splitlines()[-6:])


def _write(path: Path, text: str) -> None:
    """Write the source, and forget what was compiled of it: two texts of a length within a second look alike."""
    path.write_text(text, "utf-8")
    if path.suffix == ".py":
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)
