"""退回补正: why a case was sent back, and what the applicant has changed since the reader last decided here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.cases.models import Attachment, Case, Decision, Outcome
from app.cases.views.timeline import words_of
from app.definitions.queries import APPLICATION
from workflows import Kind


@dataclass(frozen=True)
class SentBack:
    """What has happened to an application since an office last decided of it, or since it was last sent back."""

    backs: Sequence[tuple[Decision, str]]  # each time it was sent back, with the reason in words
    repaired: bool
    changes: list[tuple[str, str, str]]  # what, as the reader has seen it, as it is
    papers: list[Attachment]  # added since


def sent_back(case: Case, version: Any, key: str = "", office_id: int | None = None) -> SentBack | None:
    """What came of every send-back since that office last decided at that step; None for a case that never was.

    An office that has not decided there reads of the last send-back: nothing of what was before has been seen by it.
    """
    stand = [each for each in case.decisions if each.undone_id is None]
    backs = [each for each in stand if each.outcome is Outcome.SEND_BACK]
    if not backs:
        return None
    own = [each.id for each in stand if each.key == key and each.office_id == office_id]
    unread = [each for each in backs if own and each.id >= own[-1]] or backs[-1:]
    since = [each for each in stand if each.id > unread[0].id and Kind.REPAIR in version.kinds([each.key])]
    return SentBack(
        [(each, version.reason_text(each.reason_code)) for each in unread],
        bool(since),
        _together(change for each in since for change in _changes_of(each, version)),
        [each for each in case.attachments if each.added_at >= unread[0].at],
    )


def _together(changes: Iterator[tuple[str, str, str, str]]) -> list[tuple[str, str, str]]:
    """One line for each field: as it was before the first repair, and as the last one has left it."""
    found: dict[str, tuple[str, str, str]] = {}
    for field, label, old, new in changes:
        found[field] = (label, found[field][1] if field in found else old, new)
    return [each for each in found.values() if each[1] != each[2]]


def _changes_of(repair: Decision, version: Any) -> Iterator[tuple[str, str, str, str]]:
    """Field, label, what was and what is: what a repair changed in the application, in the words of its form."""
    form = repair.form or {}
    parts = (version.forms.get(APPLICATION) or {}).get("properties", {})
    for name, old in (form.get("before") or {}).items():
        if name in parts:
            yield from _changes(parts[name], name, old, form.get(name))


def _changes(part: dict[str, Any], name: str, old: Any, new: Any) -> Iterator[tuple[str, str, str, str]]:
    if part.get("type") == "object":
        for inner, each in part["properties"].items():
            was, becomes = ((side or {}).get(inner) for side in (old, new))
            if was != becomes:
                yield from _changes(each, f"{name}.{inner}", was, becomes)
        return
    was, becomes = ("" if each in (None, "") else words_of(part, each) for each in (old, new))
    yield name, part.get("title", name.rsplit(".", 1)[-1]), was, becomes
