"""收回、退回: each time a case went back, as its page tells it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.cases.models import Case, StepBack, StepBackKind
from app.cases.presenters.cases import compiled_version_of
from app.cases.queries.step_backs import step_backs_of
from app.definitions.queries import CompiledVersion


def went_back(case: Case, see: bool) -> Iterator[dict[str, Any]]:
    """What was taken back, or sent back over by the office that came after."""
    version = compiled_version_of(case) if case.version_id else None
    for back in step_backs_of(case.id) if any(each.undone_id is not None for each in case.decisions) else ():
        taken = back.kind is StepBackKind.TAKEN_BACK
        yield {
            "title": back.task.name,
            "office": back.office.name,
            "who": back.user.name if see else "",
            "outcome": "收回，重新办理" if taken else "退回，重新办理",
            "kind": "amber",
            "opinion": _because(version, back) if see else "",
            "reason": "",
            "at": back.at,
            "state": "done",
            "duration": "",
        }


def _because(version: CompiledVersion | None, back: StepBack) -> str:
    chosen = version.reason_text(back.reason_code) if version else ""
    return "：".join(filter(None, [chosen, back.reason]))
