"""No file brings the check down or outruns its bound: 5 MB within ten seconds and 300 MB, whatever is in it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import workflows
from tests.workflows.hostile_files import FILES
from workflows.checking import book_for, check
from workflows.verification import bounds

SHIPPED = sorted(Path("bpmn").glob("*/*.bpmn"))
BOOK, TABLES = book_for({path.parent.name: path for path in SHIPPED})
SMALLER = 200_000  # bytes; `python -m tests.workflows.hostile_files` looks at all of them at their full size


@pytest.mark.parametrize("name", FILES)
def test_too_many_of_anything_is_answered_in_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_SECONDS", 1.0)
    source, begun = FILES[name](SMALLER), time.process_time()

    (report,) = check({"x.bpmn": source}, book=BOOK, tables=TABLES)

    assert time.process_time() - begun < 5
    assert all(re.search("[一-鿿]", each.message) for each in report.findings)


def test_five_megabytes_are_answered_within_the_bounds() -> None:
    """The one that took longest and the one that took most memory, each in a process of its own."""
    for name in ("elements of one id", "events at one border"):
        run = subprocess.run(
            [sys.executable, "-m", "tests.workflows.hostile_files", name], capture_output=True, text=True, check=True
        )
        (said,) = json.loads(run.stdout)
        assert (said["seconds"] < 10, said["megabytes"] < 300) == (True, True), said


@pytest.mark.parametrize("seed", range(40))
def test_a_shipped_diagram_that_was_broken_somewhere_is_answered(seed: int) -> None:
    """Attributes exchanged, removed, emptied or filled with nonsense; elements moved, doubled and dropped."""
    chance = random.Random(seed)
    source = broken(chance.choice(SHIPPED).read_bytes(), chance)

    said, loads = found(source)

    assert all(re.search("[一-鿿]", each) for each in said), said
    if not loads:
        with pytest.raises(workflows.DiagramRefused, match=r"[一-鿿]"):
            workflows.compile_diagrams({"x.bpmn": source})


def found(source: bytes) -> tuple[list[str], bool]:
    """What the check says of a file, and whether the engine can load it."""
    try:
        (report,) = check({"x.bpmn": source}, book=BOOK, tables=TABLES)
    except workflows.NotBpmn as refused:
        return [refused.sentence], False
    return [each.message for each in report.findings], report.loads


NONSENSE = ("", " ", "x" * 3000, "学", "-1", "1e99", "9" * 400, "a b", "{x}", "%s", "None", "__import__", "\u202e", "🂠")


def broken(source: bytes, chance: random.Random) -> bytes:
    """The file with some dozen faults, still XML for the most part."""
    text = source.decode()
    for _ in range(chance.randint(1, 12)):
        values = list(re.finditer(r'="([^"]*)"', text))
        elements = list(re.finditer(r"<(bpmn:\w+)[^<>]*/>|<(bpmn:\w+)[^<>]*>[^<]*</\2>", text))
        match chance.randrange(6):
            case 0:
                one, other = chance.sample(values, 2)
                text = _put(text, one.span(1), other[1])
            case 1:
                text = _put(text, chance.choice(values).span(1), chance.choice(NONSENSE))
            case 2 if elements:
                text = _put(text, chance.choice(elements).span(), "")
            case 3 if elements:
                one, other = chance.choice(elements), chance.choice(elements)
                text = _put(text, (other.start(), other.start()), one[0])
            case 4:
                kinds = ["userTask", "serviceTask", "endEvent", "parallelGateway", "subProcess", "callActivity"]
                text = re.sub(rf"bpmn:{chance.choice(kinds)}\b", f"bpmn:{chance.choice(kinds)}", text)
            case _:
                begin = chance.randrange(len(text))
                text = _put(text, (begin, begin + chance.randint(1, 40)), "")
    return text.encode()


def _put(text: str, span: tuple[int, int], instead: str) -> str:
    return text[: span[0]] + instead + text[span[1] :]
