"""With what a rehearsal of settling a contested record begins: a child whose record is contested."""

from __future__ import annotations

from app.cases.hooks import Example, examples

examples["contested_record"] = Example(
    {"standing": "contested"},
    {"remedy": "evidence", "name": None, "main_number": None},  # nothing of the child's is corrected
)
