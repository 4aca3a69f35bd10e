"""A task that somebody has taken to read, as lists and programs show it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict

from app import clock
from app.access import Actor
from app.cases.models import Task
from app.cases.models.task_claims import TaskClaim
from app.cases.presenters.claim_types import ClaimJson
from app.cases.queries.task_claims import claim_of, claims_of
from app.cases.rules.task_claims import time_since
from app.web import instant


class ClaimedTaskJson(TypedDict):
    """A task with who reads it; `claimed` is null when nobody has taken it."""

    id: int
    case: str
    claimed: ClaimJson | None


@dataclass(frozen=True)
class ShownClaim:
    """Who reads a task: `words` as pages say it, `mine` of the reader's own."""

    words: str
    mine: bool


def shown_claims(task_ids: Collection[int], actor: Actor) -> dict[int, ShownClaim]:
    """Those of the tasks that somebody has taken to read, by the task's id."""
    found, now = claims_of(task_ids), clock.now()
    return {
        task_id: ShownClaim(
            f"{'本人' if each.user_id == actor.user_id else each.user.name} {time_since(each.at, now)}签收",
            each.user_id == actor.user_id,
        )
        for task_id, each in found.items()
    }


def claim_json(claim: TaskClaim | None) -> ClaimJson | None:
    """Who reads a task, for programs."""
    return {"name": claim.user.name, "at": instant(claim.at)} if claim else None


def claimed_json(task: Task) -> ClaimedTaskJson:
    """The task as it now stands."""
    return {"id": task.id, "case": task.case.number, "claimed": claim_json(claim_of(task.id))}
