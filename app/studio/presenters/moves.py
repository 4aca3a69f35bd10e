"""Moves of cases, and where cases stand, for programs."""

from __future__ import annotations

from typing import TypedDict

from app.cases.models import Move
from app.studio.queries.moves import Position
from app.web import Instant, instant


class MoveTargetJson(TypedDict):
    """Another step of the diagram; `why_not` says why the case cannot go there and is null where it can."""

    key: str
    name: str
    why_not: str | None


class WaitingStepJson(TypedDict):
    """A step at which the case waits."""

    key: str
    name: str
    office: str
    arrived_at: Instant
    deadline: Instant
    targets: list[MoveTargetJson]


class PositionJson(TypedDict):
    """Where a case stands."""

    case: str
    process: str
    version: int
    variant: str | None
    closed: bool
    waits_at: list[WaitingStepJson]


class MoveJson(TypedDict):
    """A move of a case from one step to another: who, when, why, and what became of it."""

    id: int
    case: str
    process: str
    task: str
    to: str
    status: str
    reason: str
    proposed_by: str
    proposed_at: Instant | None
    decided_by: str | None
    decided_at: Instant | None
    opinion: str | None


def position_json(position: Position) -> PositionJson:
    """Where a case stands, and where it might go from there."""
    return {
        "case": position.number,
        "process": position.process_key,
        "version": position.version,
        "variant": position.variant,
        "closed": position.closed,
        "waits_at": [
            {
                "key": each.key,
                "name": each.name,
                "office": each.office,
                "arrived_at": instant(each.arrived_at),
                "deadline": instant(each.deadline),
                "targets": [{"key": to.key, "name": to.name, "why_not": to.why_not or None} for to in each.targets],
            }
            for each in position.waits_at
        ],
    }


def move_json(move: Move) -> MoveJson:
    """One move."""
    return {
        "id": move.id,
        "case": move.case.number,
        "process": move.case.process_key,
        "task": move.from_key,
        "to": move.to_key,
        "status": move.status,
        "reason": move.reason,
        "proposed_by": move.proposed_by.name,
        "proposed_at": instant(move.proposed_at),
        "decided_by": move.decided_by.name if move.decided_by else None,
        "decided_at": instant(move.decided_at),
        "opinion": move.opinion,
    }
