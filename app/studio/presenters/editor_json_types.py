"""What the editors of forms and decision tables read of the server."""

from __future__ import annotations

from typing import TypedDict


class FormFindingJson(TypedDict):
    """One thing against a form that is being edited; `field` is the place of the field, `guardian.phone`."""

    field: str | None
    message: str


class FormPreviewJson(TypedDict):
    """A form as it would be shown, and what stands against it; `html` is null while it cannot be shown."""

    findings: list[FormFindingJson]
    html: str | None


class TableFindingJson(TypedDict):
    """One thing about a decision table: overlap, gap, unreachable, impossible, undecided; rules by number from 1."""

    kind: str
    severity: str
    rules: list[int]
    message: str


class CheckedTableJson(TypedDict):
    """A decision table with what stands against it."""

    id: str
    name: str
    findings: list[TableFindingJson]


class TablesCheckJson(TypedDict):
    """The tables of a file; `fault` says why the engine cannot read them."""

    fault: str | None
    tables: list[CheckedTableJson]


class TriedTableJson(TypedDict):
    """What a decision table makes of some values: which rules hold, by number from 1, and what it answers."""

    hits: list[int]
    answers: list[dict[str, str | int | float | bool | None]]
    fault: str | None
    without: list[str]
