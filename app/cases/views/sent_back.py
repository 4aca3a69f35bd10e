"""退回补正: why a case was sent back, and what the applicant has changed since."""

from __future__ import annotations

from collections.abc import Iterator
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
    stand = [each for each in case.decisions if each.undone_id is None]
    back = next((each for each in reversed(stand) if each.outcome is Outcome.SEND_BACK), None)
    if back is None:
        return None
    repairs = [each for each in stand if each.id > back.id and Kind.REPAIR in version.kinds([each.key])]
    reasons = {each["code"]: each["text"] for each in version.reasons}
    return SentBack(
        back,
        reasons.get(back.reason_code or "", ""),
        bool(repairs),
        [change for each in repairs for change in changes_of(each, version)],
        [each for each in case.attachments if each.added_at >= back.at],
    )


def changes_of(repair: Decision, version: Any) -> list[tuple[str, str, str]]:
    """What a repair changed in the application, in the words of its form; empty for what was or is not there."""
    form = repair.form or {}
    parts = (version.forms.get(APPLICATION) or {}).get("properties", {})
    return [
        line
        for name, old in (form.get("before") or {}).items()
        if name in parts
        for line in _changes(parts[name], name, old, form.get(name))
    ]


def _changes(part: dict[str, Any], name: str, old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    if part.get("type") == "object":
        for inner, each in part["properties"].items():
            was, becomes = ((side or {}).get(inner) for side in (old, new))
            if was != becomes:
                yield from _changes(each, inner, was, becomes)
        return
    yield part.get("title", name), *("" if each in (None, "") else words_of(part, each) for each in (old, new))
