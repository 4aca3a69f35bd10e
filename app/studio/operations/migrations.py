"""迁移在办办件: an analyst proposes with a reason and a rehearsal, another person starts it."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor, found, require
from app.cases import operations as cases
from app.cases.models import Case, MigratedCase, MigratedStatus, Migration, MigrationStatus
from app.cases.queries.migrations import MigrationRehearsal
from app.cases.rules.migrations import Verdict
from app.database import db, execute, serialise, table
from app.definitions.queries import CompiledVersion
from app.errors import InvalidInput, Stale
from app.studio.operations.proposals import LONGEST, checked_words
from app.studio.queries.catalogue import process_of
from app.studio.queries.drafts import require_drawing
from app.studio.queries.migrations import migration_for, open_migration_of
from app.studio.rules.migrations import STATUS_NAMES, MigrationUnderWay, NothingToMigrate, NotUndoable, OwnMigration

MIGRATED, CASES = table(MigratedCase), table(Case)
MOST_GROUPS = 100  # of what a rehearsal said, kept with the proposal
STARTED = (MigrationStatus.RUNNING, MigrationStatus.DONE)


def checked_mapping(own: CompiledVersion, target: CompiledVersion, mapping: Mapping[str, str]) -> dict[str, str]:
    """The steps that go on as another one. Raises InvalidInput for one that is not there, and for one version twice."""
    if own.version_id == target.version_id:
        raise InvalidInput(sentence="请选择两个不同的版本。", field="to")
    for key, new in mapping.items():
        if key not in own.diagrams.tasks:
            raise InvalidInput(sentence=f"原版本没有环节 {key}。", field="mapping")
        if new not in target.diagrams.tasks:
            raise InvalidInput(sentence=f"新版本没有环节 {new}。", field="mapping")
    return {key: new for key, new in mapping.items() if key != new}


def propose(
    own: CompiledVersion,
    target: CompiledVersion,
    mapping: Mapping[str, str],
    reason: str,
    rehearsal: MigrationRehearsal,
    *,
    actor: Actor,
) -> Migration:
    """Propose to migrate every case that runs on `own`.

    rehearsal -- what it said just now. Raises NotAllowed, InvalidInput, MigrationUnderWay, NothingToMigrate.
    """
    require_drawing(actor)
    checked_words("reason", "迁移原因", reason)
    if not rehearsal.cases:
        raise NothingToMigrate(why=f"第 {own.number} 版上没有在办的办件")
    if rehearsal.counts[Verdict.CANNOT] == len(rehearsal.cases):
        raise NothingToMigrate(why=f"第 {own.number} 版上的办件都不能迁移到第 {target.number} 版")
    serialise(f"migration:{own.key}")
    if waiting := open_migration_of(own.key, actor.office_id):
        status = STATUS_NAMES[waiting.status]
        raise MigrationUnderWay(name=process_of(own.key).name, number=waiting.id, status=status)
    migration = Migration(
        process_key=own.key,
        from_id=own.version_id,
        to_id=target.version_id,
        mapping=dict(mapping),
        reason=reason.strip(),
        rehearsal=[[each.verdict, each.sentence, len(each.cases)] for each in rehearsal.groups[:MOST_GROUPS]],
        office_id=actor.office_id,
        proposed_by_id=actor.user_id,
        proposed_at=clock.now(),
    )
    db.session.add(migration)
    db.session.flush()
    _record("studio/propose_migration", migration, actor)
    return migration


def approve(migration_id: int, opinion: str, *, actor: Actor) -> Migration:
    """Start it: every case that runs on the version by now waits for the worker.

    Raises Missing, OwnMigration, InvalidInput, Stale.
    """
    if len(opinion) > LONGEST:
        raise InvalidInput(sentence=f"意见不能超过 {LONGEST} 字。", field="opinion")
    migration = _waiting(migration_id, actor)
    refuse_own(migration, actor)
    _decide(migration, MigrationStatus.RUNNING, actor, opinion)
    running = sa.select(sa.literal(migration.id), CASES.c.id, sa.literal("waiting"), sa.literal("")).where(
        CASES.c.process_key == migration.process_key,
        CASES.c.version_id == migration.from_id,
        sa.text("cases.status <> 'closed'"),
    )
    running = running.order_by(CASES.c.id)
    db.session.flush()
    execute(sa.insert(MIGRATED).from_select(["migration_id", "case_id", "status", "detail"], running))
    return migration


def return_migration(migration_id: int, opinion: str, *, actor: Actor) -> Migration:
    """Give it back to its analyst with an opinion. Raises Missing, OwnMigration, InvalidInput, Stale."""
    checked_words("opinion", "意见", opinion)
    migration = _waiting(migration_id, actor)
    refuse_own(migration, actor)
    _decide(migration, MigrationStatus.RETURNED, actor, opinion)
    return migration


def withdraw(migration_id: int, *, actor: Actor) -> Migration:
    """Take back a migration that waits. Raises Missing, Stale."""
    migration = _waiting(migration_id, actor)
    _decide(migration, MigrationStatus.WITHDRAWN, actor)
    return migration


def undo(migration_id: int, reason: str, *, actor: Actor) -> Migration:
    """撤销迁移: every case to which nothing has happened since goes back; those that wait yet stay where they are.

    Raises Missing, InvalidInput, NotUndoable.
    """
    checked_words("reason", "撤销原因", reason)
    migration = migration_for(actor, migration_id, lock=True)
    if migration.status not in STARTED:
        raise NotUndoable(number=migration.id, status=STATUS_NAMES[migration.status])
    serialise(f"migration:{migration.process_key}")
    other = open_migration_of(migration.process_key, migration.office_id)
    if other is not None and other.id != migration.id:
        status = STATUS_NAMES[other.status]
        raise MigrationUnderWay(name=process_of(migration.process_key).name, number=other.id, status=status)
    migration.status, migration.undone_by_id = MigrationStatus.UNDOING, actor.user_id
    migration.undone_at, migration.undo_reason = clock.now(), reason.strip()
    db.session.flush()
    of_it = MIGRATED.c.migration_id == migration.id
    waiting = sa.update(MIGRATED).where(of_it, MIGRATED.c.status == MigratedStatus.WAITING)
    execute(waiting.values(status=MigratedStatus.LEFT, detail="迁移已撤销", worked_at=clock.now()))
    moved = sa.update(MIGRATED).where(of_it, MIGRATED.c.status == MigratedStatus.MOVED)
    execute(moved.values(status=MigratedStatus.UNDOING))
    _record("studio/undo_migration", migration, actor)
    return migration


def undo_case(migration_id: int, number: str, reason: str, *, actor: Actor) -> Migration:
    """撤销一件的迁移. Raises Missing, InvalidInput, NotUndoable, NotUndone (E-UNDO), Stale."""
    checked_words("reason", "撤销原因", reason)
    migration = migration_for(actor, migration_id, lock=True)
    if migration.status not in STARTED:
        raise NotUndoable(number=migration.id, status=STATUS_NAMES[migration.status])
    asked = sa.select(MIGRATED.c.case_id).join(CASES, CASES.c.id == MIGRATED.c.case_id)
    case_id = found(execute(asked.where(MIGRATED.c.migration_id == migration.id, CASES.c.number == number)).scalar())
    cases.undo_one(migration.id, case_id, actor=actor)
    _record("studio/undo_migration", migration, actor, case=number)
    return migration


def refuse_own(migration: Migration, actor: Actor) -> None:
    """Raises OwnMigration for whoever has proposed it, in whichever post."""
    require(actor.user_id != migration.proposed_by_id, OwnMigration())


def _waiting(migration_id: int, actor: Actor) -> Migration:
    migration = migration_for(actor, migration_id, lock=True)
    if migration.status is not MigrationStatus.PROPOSED:
        raise Stale()
    return migration


VERBS = {
    MigrationStatus.RUNNING: "studio/start_migration",
    MigrationStatus.RETURNED: "studio/return_migration",
    MigrationStatus.WITHDRAWN: "studio/withdraw_migration",
}


def _decide(migration: Migration, status: MigrationStatus, actor: Actor, opinion: str = "") -> None:
    migration.status, migration.decided_at, migration.decided_by_id = status, clock.now(), actor.user_id
    migration.opinion = opinion.strip() or None
    _record(VERBS[status], migration, actor)


def _record(verb: str, migration: Migration, actor: Actor, **more: str) -> None:
    before = {"version": migration.source.number}
    after = {"process": migration.process_key, "version": migration.target.number, **more}
    audit.record(verb, f"migration:{migration.id}", actor=actor, before=before, after=after)
