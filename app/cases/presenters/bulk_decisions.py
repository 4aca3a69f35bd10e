"""Tasks that are decided together, as programs read what became of each."""

from __future__ import annotations

from typing import TypedDict


class BulkDecisionJson(TypedDict):
    """What became of one of the tasks that were decided together; `case` is null for one that is not the caller's."""

    task: int
    case: str | None
    ok: bool
    code: str | None
    detail: str | None


class BulkDecisionsJson(TypedDict):
    """批量办理的结果: in the order of the tasks; `decided` counts."""

    results: list[BulkDecisionJson]
    decided: int
