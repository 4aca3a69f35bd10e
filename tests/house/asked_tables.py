"""`python -m tests.house.asked_tables` writes `bpmn/asked_tables.json`: what Python reads of the decision tables.

The declarations stand where the tables are read; `python -m workflows check`, which knows no application, reads them
from the file.
"""

from __future__ import annotations

import json

from app.definitions.rules.asked_tables import asked_tables
from tests.conftest import make_app
from tests.house.sources import TOP
from workflows.asked_tables import as_json
from workflows.checking import ASKED

FILE = TOP / "bpmn" / ASKED


def written() -> str:
    """What the file should hold, of every table that has been declared."""
    rows = [as_json(each) for each in sorted(asked_tables(), key=lambda table: table.id)]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    make_app("sqlite://")
    FILE.write_text(written(), encoding="utf-8")
