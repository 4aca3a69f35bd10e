"""A step to which a task may be sent back, as programs read it."""

from __future__ import annotations

from app.cases.presenters.task_json_types import TargetJson
from app.cases.queries.send_back_targets import Target
from app.web import instant


def target_json(target: Target) -> TargetJson:
    """One step done before, with what would be gone with it."""
    return {
        "key": target.key,
        "name": target.name,
        "office": target.decision.office,
        "by": target.decision.who,
        "at": instant(target.decision.at),
        "why_not": target.why_not or None,
        "ends": list(target.ends),
    }
