"""Why nobody can act on a case, or a step of it, any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases.rules.refusals import TaskEnded
from app.errors import Refused, Stale


class Recalled(Stale):
    """The applicant took the case back; whoever comes later reads that, not that somebody has decided."""

    text = "本件已由申请单位撤回，不再办理。"


def too_late(outcome: str | None) -> Stale:
    """Why a case can no longer be acted on, from how it has ended (None: somebody was faster at this step)."""
    return Recalled() if outcome == "recalled" else Stale()


def why_over(note: Mapping[str, Any] | None, outcome: str | None) -> Refused:
    """Why a task can no longer be decided: what ended it, as its note says, or how its case has ended."""
    if note and note.get("ended"):
        return TaskEnded(note["ended"], note["detail"])
    return too_late(outcome)
