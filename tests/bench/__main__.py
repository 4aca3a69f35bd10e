"""Measure every line, print it beside its goal, keep it in instance/bench.json."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from dataclasses import asdict
from pathlib import Path

import tests.bench as bench
from tests.bench import Figure

KEPT = Path(__file__).parents[2] / "instance" / "bench.json"


def _line(key: str, figure: Figure) -> str:
    value = " / ".join(str(each) for each in figure.value) if isinstance(figure.value, list) else str(figure.value)
    return f"{key:<28} {value:>12} {figure.unit:<20} goal {figure.goal:<32} {figure.note}".rstrip()


def _keep(figures: dict[str, Figure]) -> None:
    """Lines measured now replace their own; a run of one module leaves the others' standing."""
    lines = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for key, figure in figures.items():
        lines[key] = {name: value for name, value in asdict(figure).items() if name != "note"}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(lines, ensure_ascii=False, indent=2, sort_keys=True) + "\n")


def main(words: list[str]) -> None:
    """Run the modules whose name holds one of the words, all without any."""
    names = sorted(each.name for each in pkgutil.iter_modules(bench.__path__) if not each.name.startswith("_"))
    for name in names:
        if words and not any(word in name for word in words):
            continue
        figures = importlib.import_module(f"tests.bench.{name}").measure()
        for key, figure in figures.items():
            print(_line(key, figure), flush=True)
        _keep(dict(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
