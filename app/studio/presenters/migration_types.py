"""What programs read of migrations of running cases."""

from __future__ import annotations

from typing import TypedDict

from app.web import Instant


class MigrationCaseJson(TypedDict):
    """A case of a rehearsal: where it waits, what becomes of it (moves, changed, cannot), and in words why."""

    case: str
    waits_at: str
    verdict: str
    detail: str


class MigrationRehearsalJson(TypedDict):
    """A rehearsal: how many cases, how many of each verdict, and every one of them."""

    total: int
    more_cases: bool
    verdicts: dict[str, int]
    items: list[MigrationCaseJson]


class MigrationBriefJson(TypedDict):
    """A migration of running cases; `id` and who are null where it was only rehearsed."""

    id: int | None
    process: str
    source: int
    target: int
    mapping: dict[str, str]
    status: str
    reason: str | None
    proposed_by: str | None
    proposed_at: Instant | None
    decided_by: str | None
    decided_at: Instant | None
    opinion: str | None
    finished_at: Instant | None
    undone_by: str | None
    undone_at: Instant | None
    undo_reason: str | None


class MigrationJson(MigrationBriefJson):
    """A migration with its rehearsal, where it has just been rehearsed, and how far its cases are."""

    rehearsal: MigrationRehearsalJson | None
    progress: dict[str, int]


class MigratedCaseJson(TypedDict):
    """A case of a migration, and what became of it."""

    case: str
    status: str
    detail: str
