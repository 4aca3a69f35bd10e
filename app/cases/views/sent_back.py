"""退回补正: why a case was sent back, and what the applicant has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.cases.models import Attachment, Case, Decision, Outcome
from app.cases.views.timeline import words_of
from app.definitions.queries import APPLICATION
from workflows import Kind


@dataclass(frozen=True)
class SentBack:
    """The last time a case was sent back."""

    decision: Decision
    reason: str
    repaired: bool
    changes: list[tuple[str, str, str]]  # what, as it was, as it is
    papers: list[Attachment]  # added since


def sent_back(case: Case, version: Any) -> SentBack | None:
    """The last send-back with what came of it; None for a case that never was."""
    back = next((each for each in reversed(case.decisions) if each.outcome is Outcome.SEND_BACK), None)
    if back is None:
        return None
    repairs = [each for each in case.decisions if each.id > back.id and Kind.REPAIR in version.kinds([each.key])]
    reasons = {each["code"]: each["text"] for each in version.reasons}
    return SentBack(
        back,
        reasons.get(back.reason_code or "", ""),
        bool(repairs),
        [change for each in repairs for change in changes_of(each, version)],
        [each for each in case.attachments if each.added_at >= back.at],
    )


def changes_of(repair: Decision, version: Any) -> list[tuple[str, str, str]]:
    """What a repair changed in the application, in the words of its form."""
    before = (repair.form or {}).get("before") or {}
    parts = (version.forms.get(APPLICATION) or {}).get("properties", {})
    return [
        (parts[name].get("title", name), words_of(parts[name], old), words_of(parts[name], repair.form.get(name)))
        for name, old in before.items()
        if name in parts
    ]
