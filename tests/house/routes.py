"""`python -m tests.house.routes` writes `routes.txt`: every address of the house and who may call it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from tests.conftest import make_app

FILE = Path(__file__).with_name("routes.txt")
UNGUARDED = {"static"}  # files that hold nothing of anybody; served before the house is asked


def rules(app: Flask) -> Iterator[Rule]:
    """Every rule of the house that leads to a view."""
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint not in UNGUARDED)


def routes(app: Flask) -> list[str]:
    """One line per address and method, sorted by address: `GET /cases  approver operator`."""
    lines = [
        (rule.rule, method, " ".join(sorted(getattr(app.view_functions[rule.endpoint], "allowed", ()))))
        for rule in rules(app)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    return [f"{method:6} {address}  [{duties}]" for address, method, duties in sorted(lines)]


if __name__ == "__main__":
    FILE.write_text("\n".join(routes(make_app("sqlite://"))) + "\n", encoding="utf-8")
