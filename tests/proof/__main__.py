"""`python -m tests.proof`: every mutant of every shipped diagram before the check and before the walk; `make proof`.

Prints what became of them, operator by operator, and every disagreement; ends with 1 when there is one.
`--process KEY` takes those of a diagram, `--only TEXT` those whose name contains the text, `--jobs` so many at a time.
Each diagram that is through is said; with `--record FOLDER` what was found of it is kept there, and a run that was
broken off goes on with the others.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from tests.proof.judging import Assessment, assess
from tests.proof.mutator import OPERATORS, diagrams, mutants_of

ANSWERS = ("broken", "stuck", "held", "unloadable", "undecided", "crash")


def _assessed(path: Path, only: str) -> list[Assessment]:
    found = []
    for mutant in mutants_of(path):
        if only in mutant.name:
            found.append(assess(mutant))
            if found[-1].faults:
                print("\n  ".join([f"\n{mutant.name}", *found[-1].faults]), flush=True)
    return found


def main() -> int:
    """Assess them all, print the table. 1 when anything disagrees."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof")
    parser.add_argument("--only", default="")
    parser.add_argument("--process", action="append")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    paths = [each for each in diagrams() if not options.process or each.stem in options.process]
    paths.sort(key=lambda path: -path.stat().st_size)
    kept = {path: _kept(options.record, path) for path in paths}
    found = [each for one in kept.values() if one for each in one]
    with ProcessPoolExecutor(options.jobs) as pool:
        tasks = {pool.submit(_assessed, path, options.only): path for path in paths if kept[path] is None}
        begun = time.monotonic()
        for number, task in enumerate(as_completed(tasks), start=1):
            found += (mine := task.result())
            faults, path = sum(bool(each.faults) for each in mine), tasks[task]
            taken = f"{number} of {len(tasks)} after {time.monotonic() - begun:.0f} s"
            print(f"{path.stem}: {len(mine)} mutants, {faults} disagreements ({taken})", flush=True)
            if options.record:
                options.record.mkdir(parents=True, exist_ok=True)
                (options.record / path.stem).write_bytes(pickle.dumps(mine))
    print(table(found))
    faulty = [each for each in found if each.faults]
    broken = [each for each in found if each.answer == "broken"]
    shown = sum(each.shown for each in broken)
    print(f"\n{len(found)} mutants; {len(broken)} break a policy, {shown} of them shown by a counter-example;")
    print(f"{len(faulty)} disagreements")
    return 1 if faulty else 0


def _kept(record: Path | None, path: Path) -> list[Assessment] | None:
    """What an earlier run has found of a diagram."""
    file = record / path.stem if record else None
    return pickle.loads(file.read_bytes()) if file and file.is_file() else None


def table(found: list[Assessment]) -> str:
    """Operator by operator: what the walk says of how many, and how many of those the check refuses."""
    counted = Counter((each.mutant.operator, each.answer, each.refused) for each in found)
    rows = [f"{'':32}" + "".join(f"{answer:>16}" for answer in ANSWERS)]
    for operator in [*OPERATORS, "all"]:
        cells = []
        for answer in ANSWERS:
            names = list(OPERATORS) if operator == "all" else [operator]
            refused, accepted = (sum(counted[name, answer, way] for name in names) for way in (True, False))
            cells.append(f"{refused} / {accepted}" if refused or accepted else "")
        rows.append(f"{operator:32}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(["refused / accepted", *rows])


if __name__ == "__main__":
    sys.exit(main())
