"""What pages and programming interface both do: look at a draft or a proposal first, which takes time, then act."""

from __future__ import annotations

from app.access import Actor
from app.database import end_reading, transaction
from app.studio.operations import proposals as operations
from app.studio.queries.drafts import draft_for, files_of, proposal_for
from app.studio.queries.findings import check
from app.studio.queries.proposals import check_of
from app.studio.rules.files import content_of


def propose_draft(draft_id: int, note: str, *, actor: Actor) -> int:
    """Check a draft and propose it; the proposal's id. Raises as `operations.propose`."""
    draft = draft_for(actor, draft_id)
    key, files = draft.process_key, files_of(draft.id)
    operations.checked_words("note", "修改说明", note)
    end_reading()
    found, checksum = check(key, files), content_of(files).checksum
    end_reading()
    with transaction():
        return operations.propose(draft_id, note, check=found, checksum=checksum, actor=actor).id


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
    found = check_of(proposal)
    end_reading()
    with transaction():
        return operations.approve(proposal_id, opinion, check=found, actor=actor).id
