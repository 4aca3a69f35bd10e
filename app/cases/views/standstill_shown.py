"""暂停, 恢复, 终止 as the page of a case says and offers them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.access import Actor
from app.cases.models import Case, CaseOutcome, CaseStatus, Halt, Termination
from app.cases.queries.standstill import (
    pause_of,
    pauses_of,
    termination_of,
    why_not_pause,
    why_not_resume,
    why_not_terminate,
)
from app.cases.rules.permissions import Effects


@dataclass(frozen=True)
class Standstill:
    """Whether the case stands still or was ended by an office, and which of the three the reader may do."""

    paused: Halt | None
    ended: Termination | None
    pauses: bool
    resumes: bool
    terminates: bool


def standstill_of(case: Case, reader: Actor, effects: Effects) -> Standstill:
    """What the page of that case says and offers to that reader; effects -- what it has led to."""
    paused = pause_of(case.id) if case.status is CaseStatus.PAUSED else None
    return Standstill(
        paused=paused,
        ended=termination_of(case.id) if case.outcome is CaseOutcome.TERMINATED else None,
        pauses=why_not_pause(case, effects, reader) is None,
        resumes=why_not_resume(case, reader, paused) is None,
        terminates=why_not_terminate(case, effects, reader) is None,
    )


def stood_still(case: Case, see: bool) -> Iterator[dict[str, Any]]:
    """Each time an office has paused the case and let it go on, as its page tells it."""
    for each in pauses_of(case.id):
        assert each.office is not None
        said = {"title": "办理时限", "office": each.office.name, "kind": "grey", "reason": "", "state": "done"}
        who = each.by.name if see else ""
        opinion = each.reason if see else ""
        yield {**said, "who": who, "outcome": "暂停办理", "opinion": opinion, "at": each.since, "duration": ""}
        if each.ended_at is not None:
            yield {**said, "who": "", "outcome": "恢复办理", "opinion": "", "at": each.ended_at, "duration": ""}
