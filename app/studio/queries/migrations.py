"""Migrations of running cases, and how far they have come; for the analysts and publishers of their office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, load_only

from app.access import Actor, found
from app.cases.models import Case, MigratedCase, MigratedStatus, Migration, MigrationStatus
from app.cases.models.migrations import OPEN_MIGRATIONS
from app.cases.queries.migrations import MigrationRehearsal, rehearse
from app.database import db
from app.definitions.models import ProcessVersion
from app.definitions.queries import CompiledVersion, compiled_version
from app.studio.queries.catalogue import version_of
from app.studio.queries.drafts import line_of, require_drawing


def versions_between(actor: Actor, key: str, source: int, target: int) -> tuple[CompiledVersion, CompiledVersion]:
    """Two versions of a process by their numbers: the province's, or a bureau's own variant's, whose analyst asks.

    Raises NotAllowed, Missing.
    """
    require_drawing(actor)
    line = line_of(actor)
    own, other = (compiled_version(version_of(key, number, line).id) for number in (source, target))
    return own, other


def rehearsal_of(migration: Migration) -> MigrationRehearsal:
    """What a migration would make of the cases that run by now."""
    own, target = compiled_version(migration.from_id), compiled_version(migration.to_id)
    return rehearse(own, target, migration.mapping)


def migration_for(actor: Actor, migration_id: int, *, lock: bool = False) -> Migration:
    """A migration of the actor's office. lock -- let no other transaction change it. Raises NotAllowed, Missing."""
    require_drawing(actor)
    asked = sa.select(Migration).where(Migration.id == migration_id, Migration.office_id == actor.office_id)
    if lock:
        asked = asked.with_for_update(of=Migration).execution_options(populate_existing=True)
    migration: Migration = found(db.session.scalar(asked))
    return migration


def open_migration_of(key: str, office_id: int) -> Migration | None:
    """The migration of a process by that office that waits or is under way."""
    mine = Migration.process_key == key, Migration.office_id == office_id
    return db.session.scalar(sa.select(Migration).where(*mine, sa.text(OPEN_MIGRATIONS)))


def migrations_of(actor: Actor, *, process: str | None = None, most: int = 100) -> Sequence[Migration]:
    """The migrations of the actor's office, the newest first."""
    require_drawing(actor)
    asked = sa.select(Migration).where(Migration.office_id == actor.office_id)
    if process is not None:
        asked = asked.where(Migration.process_key == process)
    number = load_only(ProcessVersion.number)
    joined = asked.options(
        joinedload(Migration.source).options(number),
        joinedload(Migration.target).options(number),
        joinedload(Migration.proposed_by),
        joinedload(Migration.decided_by),
        joinedload(Migration.undone_by),
    )
    return db.session.scalars(joined.order_by(Migration.id.desc()).limit(most)).all()


def count_proposed(actor: Actor) -> int:
    """How many migrations of the actor's office wait for a publisher."""
    require_drawing(actor)
    asked = sa.select(sa.func.count()).where(Migration.office_id == actor.office_id, sa.text(OPEN_MIGRATIONS))
    return db.session.scalar(asked.where(Migration.status == MigrationStatus.PROPOSED)) or 0


def counts_of(migration_id: int) -> Mapping[MigratedStatus, int]:
    """How many cases of a migration are how far."""
    asked = sa.select(MigratedCase.status, sa.func.count()).where(MigratedCase.migration_id == migration_id)
    counted = {row[0]: row[1] for row in db.session.execute(asked.group_by(MigratedCase.status))}
    return {each: counted.get(each, 0) for each in MigratedStatus}


@dataclass(frozen=True)
class ListedCase:
    """One case of a migration, and what became of it."""

    number: str
    status: MigratedStatus
    detail: str
    id: int


def cases_of(
    migration_id: int, *, status: MigratedStatus | None = None, after: int = 0, limit: int = 100
) -> Sequence[ListedCase]:
    """The cases of a migration in the order of their ids, behind that one."""
    columns: tuple[Any, ...] = (Case.number, MigratedCase.status, MigratedCase.detail, Case.id)
    asked = sa.select(*columns).join(Case, Case.id == MigratedCase.case_id)
    asked = asked.where(MigratedCase.migration_id == migration_id, MigratedCase.case_id > after)
    if status is not None:
        asked = asked.where(MigratedCase.status == status)
    rows = db.session.execute(asked.order_by(MigratedCase.case_id).limit(limit))
    return [ListedCase(*row) for row in rows]
