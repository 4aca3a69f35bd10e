"""`python -m tests.mutants [--jobs N] [words …]`: every mutant, or those whose name or area holds one of the words."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tests.mutants.runner import FAILED, Mutant, Verdict, copy_of_the_tree, judge, mutants, run


def main() -> int:
    """Print a line for each; 0 when all were killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time, each in a copy of the tree")
    parser.add_argument("words", nargs="*", help="only those whose name or area holds one of them")
    asked = parser.parse_args()
    words = asked.words or [""]
    chosen = [each for each in mutants() if any(word in f"{each.area} {each.name}" for word in words)]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        trees = [copy_of_the_tree(Path(folder) / str(number)) for number in range(max(1, asked.jobs))]
        if not _passes_without(chosen, trees[0]):
            return 1
        return _judge_all(chosen, trees)


def _passes_without(chosen: list[Mutant], tree: Path) -> bool:
    """Whether the tests pass while nothing is changed: one that fails anyway would kill every mutant."""
    for database in ("sqlite", "postgresql"):
        tests = sorted({test for each in chosen if database in each.databases for test in each.tests})
        code, said = run(tuple(tests), database, tree) if tests else (0, "")
        if code:
            how = "fail" if code == FAILED else "cannot be run"
            print(f"The tests {how} on {database} while nothing is changed:\n{said}", file=sys.stderr)
            return False
    return True


def _judge_all(chosen: list[Mutant], trees: list[Path]) -> int:
    free: Queue[Path] = Queue()
    for tree in trees:
        free.put(tree)

    def one(mutant: Mutant) -> bool:
        tree, began = free.get(), time.monotonic()
        try:
            verdict, said = judge(mutant, tree)
        finally:
            free.put(tree)
        print(f"{verdict:9} {time.monotonic() - began:5.1f} s  {mutant.area}: {mutant.name}", flush=True)
        if verdict is not Verdict.KILLED:
            print(f"          {mutant.file}: {mutant.after}\n{said}", flush=True)
        return verdict is Verdict.KILLED

    with ThreadPoolExecutor(len(trees)) as pool:
        killed = list(pool.map(one, chosen))
    print(f"{sum(killed)} of {len(killed)} killed")
    return 0 if all(killed) else 1


if __name__ == "__main__":
    sys.exit(main())
