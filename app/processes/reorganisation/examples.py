"""With what a rehearsal about a school of the bureau begins: another school of its own, that is renamed."""

from __future__ import annotations

from app.cases.hooks import Example, examples

examples["school_reorganisation"] = Example(
    {"apart": "same"},
    {"school": "=other", "kind": "renaming", "new_name": "新校名（示例）", "new_short_name": "新简称（示例）"},
)
