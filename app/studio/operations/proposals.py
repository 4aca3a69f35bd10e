"""Publishing in four eyes: an analyst proposes a draft with a note, another person publishes it or returns it."""

from __future__ import annotations

from collections.abc import Sequence

from app import audit, clock
from app.access import Actor, require
from app.database import db, serialise
from app.definitions import operations as definitions
from app.definitions.models import ProcessVersion
from app.definitions.queries import followers
from app.errors import InvalidInput, Objected, Refused, Stale
from app.students.operations.lawful_changes_table import keep_matrix
from app.studio.models import DraftStatus, ProcessDraft, Proposal, ProposalStatus
from app.studio.operations.drafts import end
from app.studio.queries.catalogue import current_of
from app.studio.queries.drafts import draft_for, files_of, lock_draft, open_proposal_of, proposal_for
from app.studio.queries.findings import Check, Found
from app.studio.queries.lanes import faults_beyond
from app.studio.rules.files import content_of
from app.studio.rules.refusals import (
    ChangedSince,
    NewerProvinceVersion,
    NewerVersion,
    NewerVersionMeanwhile,
    NothingAdded,
    NothingChanged,
    OwnProposal,
    Unproposable,
)
from app.web.formatting import moment

LONGEST = 2000


def propose(
    draft_id: int, note: str, *, check: Check, failing: Sequence[Refused], checksum: str, actor: Actor
) -> Proposal:
    """Propose a draft as it is now; an earlier proposal of it that waits is withdrawn.

    check, failing, checksum -- the findings, the scenarios that fail, and the content of which they were made; when the
        draft has changed meanwhile the proposal is not made.
    Raises Missing, InvalidInput, Objected with what forbids it, NothingChanged, NewerVersion, Stale.
    """
    checked_words("note", "修改说明", note)
    draft = draft_for(actor, draft_id, lock=True)
    files = files_of(draft.id)
    content = content_of(files)
    if content.checksum != checksum:
        raise Stale()
    refuse_forbidden(check, failing)
    current = _current_for(draft)
    if draft.based_on and draft.based_on.checksum == content.checksum:
        raise NothingAdded(number=draft.based_on.number)
    if current is not None and definitions.content_of(current).checksum == content.checksum:
        raise NothingChanged(number=current.number)
    if before := open_proposal_of(draft.id):
        _decide(before, ProposalStatus.WITHDRAWN, actor)
        db.session.flush()  # one waits at a time
    proposal = Proposal(
        draft_id=draft.id,
        process_key=draft.process_key,
        base_id=draft.base_id,
        files=files,
        checksum=content.checksum,
        editor_ids=draft.editor_ids,
        note=note.strip(),
        proposed_by_id=actor.user_id,
        proposed_at=clock.now(),
    )
    db.session.add(proposal)
    db.session.flush()
    after = {"process": draft.process_key, "draft": draft.id, "version": draft.base.number if draft.base else None}
    audit.record("studio/propose", f"proposal:{proposal.id}", actor=actor, after=after)
    return proposal


def withdraw(proposal_id: int, *, actor: Actor) -> Proposal:
    """Take back a proposal that waits. Raises Missing, Stale."""
    proposal = _waiting(proposal_id, actor)
    _decide(proposal, ProposalStatus.WITHDRAWN, actor)
    audit.record("studio/withdraw", f"proposal:{proposal.id}", actor=actor, after={"process": proposal.process_key})
    return proposal


def return_proposal(proposal_id: int, opinion: str, *, actor: Actor) -> Proposal:
    """Give a proposal back to its analyst with an opinion; the draft goes on. Raises Missing, Stale, OwnProposal."""
    checked_words("opinion", "意见", opinion)
    proposal = _waiting(proposal_id, actor)
    refuse_own(proposal, actor)
    _decide(proposal, ProposalStatus.RETURNED, actor, opinion)
    audit.record("studio/return", f"proposal:{proposal.id}", actor=actor, after={"process": proposal.process_key})
    return proposal


def approve(proposal_id: int, opinion: str, *, check: Check, failing: Sequence[Refused], actor: Actor) -> Proposal:
    """Publish what was proposed under the next number; running cases stay on their version.

    check, failing -- the findings of what was proposed, and the scenarios that fail; both made before the transaction,
        which others wait for
    Raises Missing, Stale when another was faster, OwnProposal, Objected with what forbids it, ChangedSince,
    NewerVersion, NotPublishable.
    """
    if len(opinion) > LONGEST:
        raise InvalidInput(sentence=f"意见不能超过 {LONGEST} 字。", field="opinion")
    serialise(definitions.PUBLICATIONS)
    proposal = _waiting(proposal_id, actor)
    refuse_own(proposal, actor)
    refuse_forbidden(check, failing)
    draft, content = draft_for(actor, proposal.draft_id), content_of(proposal.files)
    if content_of(files_of(draft.id)).checksum != proposal.checksum:
        raise ChangedSince(who=draft.changed_by.name, when=moment(draft.changed_at))
    current = _current_for(draft)
    version = definitions.publish_content(
        proposal.process_key,
        content,
        actor.name,
        faults_beyond,
        drawn_by=proposal.proposed_by.name,
        note=proposal.note,
        looked_over=True,
        variant=definitions.VariantOf(draft.office_id, draft.based_on_id) if draft.based_on_id else None,
    )
    keep_matrix(followers())
    proposal.version_id = version.id
    _decide(proposal, ProposalStatus.APPROVED, actor, opinion)
    end(draft, DraftStatus.PUBLISHED)
    audit.record(
        "studio/publish",
        f"proposal:{proposal.id}",
        actor=actor,
        before={"version": current.number if current else None},
        after={"process": proposal.process_key, "version": version.number},
    )
    return proposal


def checked_words(field: str, title: str, words: str) -> None:
    """Raises InvalidInput where nothing is said, or too much."""
    if not words.strip():
        raise InvalidInput(sentence=f"请填写{title}。", field=field)
    if len(words) > LONGEST:
        raise InvalidInput(sentence=f"{title}不能超过 {LONGEST} 字（现有 {len(words)} 字）。", field=field)


def refuse_forbidden(check: Check, failing: Sequence[Refused] = ()) -> None:
    """Raises Objected with every finding that forbids to publish, and every scenario that fails."""
    if against := [*(unproposable(each) for each in check.forbidding), *failing]:
        raise Objected(against)


def unproposable(found: Found) -> Unproposable:
    """A finding as a refusal."""
    where = f"{found.file}：" if found.file and not found.message.startswith(found.file) else ""
    return Unproposable(where=where, message=found.message.rstrip("。"), field=found.said.get("element"))


def refuse_own(proposal: Proposal, actor: Actor) -> None:
    """Raises OwnProposal for whoever has proposed or edited it, in whichever post."""
    require(actor.user_id not in {proposal.proposed_by_id, *proposal.editor_ids}, OwnProposal())


def _waiting(proposal_id: int, actor: Actor) -> Proposal:
    """The proposal, its draft and itself locked in this order, as `propose` does. Raises Missing, Stale."""
    lock_draft(proposal_for(actor, proposal_id).draft_id)
    proposal = proposal_for(actor, proposal_id, lock=True)
    if proposal.status is not ProposalStatus.OPEN:
        raise Stale()
    return proposal


def _decide(proposal: Proposal, status: ProposalStatus, actor: Actor, opinion: str | None = None) -> None:
    proposal.status, proposal.decided_at, proposal.decided_by_id = status, clock.now(), actor.user_id
    proposal.opinion = (opinion or "").strip() or None


def _current_for(draft: ProcessDraft) -> ProcessVersion | None:
    """The version that a draft changes, which must be the one it began from. Raises NewerVersion and its kinds."""
    current = current_of(draft.process_key, draft.line)
    _refuse_newer(draft.base_id, draft.base.number if draft.base else None, current)
    if draft.based_on is not None:
        province = current_of(draft.process_key)
        if province is None or province.id != draft.based_on_id:
            raise NewerProvinceVersion(base=draft.based_on.number, number=getattr(province, "number", None))
    return current


def _refuse_newer(base_id: int | None, base: int | None, current: object) -> None:
    """Raises NewerVersion where the process is no longer as it was when the draft began."""
    now = getattr(current, "id", None)
    if now == base_id:
        return
    number = getattr(current, "number", None)
    raise NewerVersion(base=base, number=number) if base is not None else NewerVersionMeanwhile(number=number)
