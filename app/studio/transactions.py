"""What pages and programming interface both do: look at a draft or a proposal first, which takes time, then act."""

from __future__ import annotations

from collections.abc import Mapping

from app.access import Actor
from app.cases.queries.migrations import MigrationRehearsal, rehearse
from app.database import end_reading, transaction
from app.errors import Refused
from app.studio.operations import migrations, moves, scenarios
from app.studio.operations import proposals as operations
from app.studio.queries.drafts import draft_for, files_of, proposal_for
from app.studio.queries.findings import Check, base_of, check
from app.studio.queries.migrations import versions_between
from app.studio.queries.proposals import check_of
from app.studio.rules.files import content_of
from app.studio.rules.scenarios import Script


def propose_draft(draft_id: int, note: str, *, actor: Actor) -> int:
    """Check a draft and propose it; the proposal's id. Raises as `operations.propose`."""
    draft = draft_for(actor, draft_id)
    key, files = draft.process_key, files_of(draft.id)
    operations.checked_words("note", "修改说明", note)
    base = base_of(draft)
    end_reading()
    found, checksum = check(key, files, base), content_of(files).checksum
    failing = _failing(key, files, found, actor=actor)
    end_reading()
    with transaction():
        proposed = operations.propose(draft_id, note, check=found, failing=failing, checksum=checksum, actor=actor)
        return proposed.id


def decide_proposal(proposal_id: int, outcome: str, opinion: str, *, actor: Actor) -> int:
    """Publish (`agree`) or return (`send_back`) a proposal; its id.

    What was proposed never changes, so it is looked over before the transaction that publishes it. Raises as
    `operations.approve` and `operations.return_proposal`.
    """
    if outcome != "agree":
        with transaction():
            return operations.return_proposal(proposal_id, opinion, actor=actor).id
    proposal = proposal_for(actor, proposal_id)
    operations.refuse_own(proposal, actor)
    key, files, found = proposal.process_key, proposal.files, check_of(proposal)
    failing = _failing(key, files, found, actor=actor)
    end_reading()
    with transaction():
        return operations.approve(proposal_id, opinion, check=found, failing=failing, actor=actor).id


def keep_rehearsal(draft_id: int, name: str, script: Script, *, actor: Actor, file: str | None = None) -> str:
    """Keep a finished rehearsal as a scenario of its draft; the name of its file. Raises as `scenarios.prepare`."""
    scenario = scenarios.prepare(draft_id, name, script, actor=actor)
    end_reading()
    with transaction():
        return scenarios.keep(draft_id, scenario, actor=actor, file=file).name


def _failing(key: str, files: Mapping[str, str], found: Check, *, actor: Actor) -> list[Refused]:
    """The scenarios that do not take their course, where nothing else is in the way."""
    if not found.publishable:
        return []
    return scenarios.failures(scenarios.results_of(key, files, actor=actor))


def rehearse_migration(
    key: str, source: int, target: int, mapping: Mapping[str, str], *, actor: Actor
) -> MigrationRehearsal:
    """What migrating would make of every case that runs on a version, nothing written.

    Raises NotAllowed, Missing, InvalidInput.
    """
    own, other = versions_between(actor, key, source, target)
    checked = migrations.checked_mapping(own, other, mapping)
    found = rehearse(own, other, checked)
    end_reading()
    return found


def propose_migration(
    key: str, source: int, target: int, mapping: Mapping[str, str], reason: str, *, actor: Actor
) -> tuple[int, MigrationRehearsal]:
    """Rehearse a migration and propose it; its id, and what the rehearsal said. Raises as `migrations.propose`."""
    own, other = versions_between(actor, key, source, target)
    checked = migrations.checked_mapping(own, other, mapping)
    operations.checked_words("reason", "迁移原因", reason)
    found = rehearse(own, other, checked)
    end_reading()
    with transaction():
        return migrations.propose(own, other, checked, reason, found, actor=actor).id, found


def decide_migration(migration_id: int, outcome: str, opinion: str, *, actor: Actor) -> int:
    """Start (`agree`) or return (`send_back`) a migration; its id. Raises as `approve` and `return_migration`."""
    with transaction():
        if outcome == "agree":
            return migrations.approve(migration_id, opinion, actor=actor).id
        return migrations.return_migration(migration_id, opinion, actor=actor).id


def decide_move(move_id: int, outcome: str, opinion: str, *, actor: Actor) -> int:
    """Carry out (`agree`) or return (`send_back`) a move of a case; its id. Raises as `approve` and `return_move`."""
    with transaction():
        if outcome == "agree":
            return moves.approve(move_id, opinion, actor=actor).id
        return moves.return_move(move_id, opinion, actor=actor).id
