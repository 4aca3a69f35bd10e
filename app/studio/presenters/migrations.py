"""Migrations of running cases, for programs."""

from __future__ import annotations

from collections.abc import Mapping

from app.cases.models import MigratedStatus, Migration
from app.cases.queries.migrations import MigrationRehearsal
from app.studio.presenters.migration_types import (
    MigratedCaseJson,
    MigrationBriefJson,
    MigrationJson,
    MigrationRehearsalJson,
)
from app.studio.queries.migrations import ListedCase
from app.web import instant

REHEARSED = "rehearsed"  # the status of what was not even proposed


def migration_brief(migration: Migration) -> MigrationBriefJson:
    """A migration: who, when, why, and where it stands."""
    return {
        "id": migration.id,
        "process": migration.process_key,
        "source": migration.source.number,
        "target": migration.target.number,
        "mapping": dict(migration.mapping),
        "status": migration.status,
        "reason": migration.reason,
        "proposed_by": migration.proposed_by.name,
        "proposed_at": instant(migration.proposed_at),
        "decided_by": migration.decided_by.name if migration.decided_by else None,
        "decided_at": instant(migration.decided_at),
        "opinion": migration.opinion,
        "finished_at": instant(migration.finished_at),
        "undone_by": migration.undone_by.name if migration.undone_by else None,
        "undone_at": instant(migration.undone_at),
        "undo_reason": migration.undo_reason,
    }


def migration_json(
    migration: Migration, counts: Mapping[MigratedStatus, int], rehearsal: MigrationRehearsal | None = None
) -> MigrationJson:
    """A migration with how far its cases are."""
    said = rehearsal_json(rehearsal) if rehearsal else None
    return {
        **migration_brief(migration),
        "rehearsal": said,
        "progress": {each.value: counts[each] for each in MigratedStatus},
    }


def rehearsed_json(
    key: str, source: int, target: int, mapping: Mapping[str, str], rehearsal: MigrationRehearsal
) -> MigrationJson:
    """What a migration would be that nobody has proposed."""
    return {
        "id": None,
        "process": key,
        "source": source,
        "target": target,
        "mapping": dict(mapping),
        "status": REHEARSED,
        "reason": None,
        "proposed_by": None,
        "proposed_at": None,
        "decided_by": None,
        "decided_at": None,
        "opinion": None,
        "finished_at": None,
        "undone_by": None,
        "undone_at": None,
        "undo_reason": None,
        "rehearsal": rehearsal_json(rehearsal),
        "progress": {each.value: 0 for each in MigratedStatus},
    }


def rehearsal_json(rehearsal: MigrationRehearsal) -> MigrationRehearsalJson:
    """Every case and what becomes of it."""
    return {
        "total": len(rehearsal.cases),
        "more_cases": rehearsal.is_cut,
        "verdicts": {verdict.value: count for verdict, count in rehearsal.counts.items()},
        "items": [
            {
                "case": each.number,
                "waits_at": each.waits_at,
                "verdict": each.plan.verdict.value,
                "detail": each.plan.sentence,
            }
            for each in rehearsal.cases
        ],
    }


def migrated_case_json(case: ListedCase) -> MigratedCaseJson:
    """One case of a migration."""
    return {"case": case.number, "status": case.status, "detail": case.detail}
