"""预演: what a case about a whole school would do, before anybody signs, and what it has done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access import Actor
from app.cases import hooks
from app.cases.models import Case, CaseOutcome, CaseStatus
from app.students.operations.dry_run import Rehearsal, done_under


def draft_for(process: str, actor: Actor) -> dict[str, Any]:
    """What stands in the opening form of that process before anything is typed."""
    drafted = hooks.draft.of(process)
    return dict(drafted(actor)) if drafted else {}


def rehearsal_for(process: str, school_id: int, application: Mapping[str, Any] | None = None) -> Rehearsal | None:
    """What an application of that process would do now; None for a process that moves nobody by the school."""
    rehearse = hooks.rehearsal.of(process)
    return rehearse(school_id, application or {}) if rehearse else None


def rehearsal_of(case: Case) -> Rehearsal | None:
    """What a case has done, or would do now; None when it moves nobody by the school or was not agreed to."""
    if hooks.rehearsal.of(case.process_key) is None:
        return None
    if case.status is not CaseStatus.CLOSED:
        return rehearsal_for(case.process_key, case.applicant_office_id, case.application)
    return done_under(case.id) if case.outcome is CaseOutcome.AGREED else None
