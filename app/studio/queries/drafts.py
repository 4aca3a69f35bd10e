"""Drafts and proposals of an office, for its analysts and publishers; for others there are none."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import defer, joinedload

from app.access import Actor, found, require
from app.database import db
from app.definitions.models import ProcessVersion
from app.studio.models import DraftFile, DraftStatus, ProcessDraft, Proposal, ProposalStatus

DRAWING = ("analyst", "publisher")


def require_studio(actor: Actor) -> None:
    """Processes belong to the province: its analysts and publishers alone rule over them. Raises NotAllowed."""
    require(actor.duty in DRAWING and actor.office_kind == "province")


def require_drawing(actor: Actor) -> None:
    """Those of the province, and those of a bureau, who draw its variants. Raises NotAllowed."""
    require(actor.duty in DRAWING and actor.office_kind != "school")


def line_of(actor: Actor) -> int | None:
    """The bureau whose variants the actor draws; None for those who draw the province's own versions."""
    return None if actor.office_kind == "province" else actor.office_id


def draft_for(actor: Actor, draft_id: int, *, lock: bool = False) -> ProcessDraft:
    """An open draft of the actor's office.

    lock -- let no other transaction change it or its files before this one ends.
    Raises NotAllowed without a studio, Missing when there is no such draft, or it is another office's.
    """
    require_drawing(actor)
    asked = sa.select(ProcessDraft).where(
        ProcessDraft.id == draft_id,
        ProcessDraft.office_id == actor.office_id,
        ProcessDraft.status == DraftStatus.OPEN,
    )
    if lock:
        asked = asked.with_for_update(of=ProcessDraft).execution_options(populate_existing=True)
    draft: ProcessDraft = found(db.session.scalar(asked))
    return draft


def lock_draft(draft_id: int) -> None:
    """Let no other transaction change a draft, its files or its proposals before this one ends."""
    locked = sa.select(ProcessDraft).where(ProcessDraft.id == draft_id).with_for_update(of=ProcessDraft)
    db.session.scalar(locked.execution_options(populate_existing=True))


def drafts_of(actor: Actor, *, process: str | None = None) -> Sequence[ProcessDraft]:
    """The open drafts of the actor's office, the last changed first."""
    require_drawing(actor)
    asked = sa.select(ProcessDraft).where(
        ProcessDraft.office_id == actor.office_id, ProcessDraft.status == DraftStatus.OPEN
    )
    if process is not None:
        asked = asked.where(ProcessDraft.process_key == process)
    joined = asked.options(
        joinedload(ProcessDraft.created_by),
        joinedload(ProcessDraft.changed_by),
        joinedload(ProcessDraft.base).load_only(ProcessVersion.number),
        joinedload(ProcessDraft.source).load_only(ProcessVersion.number, ProcessVersion.office_id),
        joinedload(ProcessDraft.based_on).load_only(ProcessVersion.number),
    )
    return db.session.scalars(joined.order_by(ProcessDraft.changed_at.desc(), ProcessDraft.id.desc())).all()


def files_of(draft_id: int) -> dict[str, str]:
    """The texts of a draft's files by their names, as they are now."""
    asked = sa.select(DraftFile.name, DraftFile.text).where(DraftFile.draft_id == draft_id).order_by(DraftFile.name)
    return {row.name: row.text for row in db.session.execute(asked)}


def file_of(draft_id: int, name: str) -> DraftFile | None:
    """One file as it is now, None when there is none of that name."""
    asked = sa.select(DraftFile).where(DraftFile.draft_id == draft_id, DraftFile.name == name)
    return db.session.scalar(asked.execution_options(populate_existing=True))


def open_proposal_of(draft_id: int) -> Proposal | None:
    """The proposal of a draft that waits for a publisher, None when there is none."""
    asked = sa.select(Proposal).where(Proposal.draft_id == draft_id, Proposal.status == ProposalStatus.OPEN)
    return db.session.scalar(asked.options(defer(Proposal.files)))


def returned_proposal_of(draft: ProcessDraft) -> Proposal | None:
    """The last proposal of a draft, where it was returned; None where another was made or taken back since."""
    latest = latest_proposals_of([draft]).get(draft.id)
    return latest if latest is not None and latest.is_returned else None


def latest_proposals_of(drafts: Sequence[ProcessDraft]) -> dict[int, Proposal]:
    """The last proposal of each of these drafts, where it waits or was returned."""
    ids, keys = [each.id for each in drafts], {each.process_key for each in drafts}
    last = sa.select(sa.func.max(Proposal.id)).where(Proposal.process_key.in_(keys), Proposal.draft_id.in_(ids))
    asked = sa.select(Proposal).where(Proposal.id.in_(last.group_by(Proposal.draft_id)))
    asked = asked.where(Proposal.status.in_((ProposalStatus.OPEN, ProposalStatus.RETURNED)))
    joined = asked.options(defer(Proposal.files), joinedload(Proposal.decided_by), joinedload(Proposal.draft))
    return {each.draft_id: each for each in db.session.scalars(joined)}


def open_proposals_of(draft_ids: Sequence[int]) -> dict[int, Proposal]:
    """The waiting proposals of these drafts."""
    asked = sa.select(Proposal).where(Proposal.draft_id.in_(draft_ids), Proposal.status == ProposalStatus.OPEN)
    return {each.draft_id: each for each in db.session.scalars(asked.options(defer(Proposal.files)))}


def proposal_for(actor: Actor, proposal_id: int, *, lock: bool = False) -> Proposal:
    """A proposal of the actor's office, whatever has become of it. Raises NotAllowed, Missing."""
    require_drawing(actor)
    asked = sa.select(Proposal).join(ProcessDraft, ProcessDraft.id == Proposal.draft_id)
    asked = asked.where(Proposal.id == proposal_id, ProcessDraft.office_id == actor.office_id)
    if lock:
        asked = asked.with_for_update(of=Proposal).execution_options(populate_existing=True)
    proposal: Proposal = found(db.session.scalar(asked))
    return proposal


def edited_since(proposal: Proposal) -> bool:
    """True where a draft no longer says what was proposed of it."""
    return files_of(proposal.draft_id) != proposal.files


def count_open_proposals(actor: Actor) -> int:
    """How many proposals of the actor's office wait for a publisher."""
    require_drawing(actor)
    asked = sa.select(sa.func.count(Proposal.id)).join(ProcessDraft, ProcessDraft.id == Proposal.draft_id)
    asked = asked.where(ProcessDraft.office_id == actor.office_id, Proposal.status == ProposalStatus.OPEN)
    return db.session.scalar(asked) or 0


def proposals_of(
    actor: Actor, *, status: ProposalStatus | None = None, process: str | None = None, most: int = 100
) -> Sequence[Proposal]:
    """The proposals of the actor's office, the newest first."""
    require_drawing(actor)
    asked = sa.select(Proposal).join(ProcessDraft, ProcessDraft.id == Proposal.draft_id)
    asked = asked.where(ProcessDraft.office_id == actor.office_id)
    if status is not None:
        asked = asked.where(Proposal.status == status)
    if process is not None:
        asked = asked.where(Proposal.process_key == process)
    joined = asked.options(defer(Proposal.files), joinedload(Proposal.draft), joinedload(Proposal.proposed_by))
    joined = joined.options(joinedload(Proposal.decided_by))
    return db.session.scalars(joined.order_by(Proposal.id.desc()).limit(most)).all()
