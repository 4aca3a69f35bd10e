"""A proposal with all that a publisher must know of it: its findings, and the difference to the version before."""

from __future__ import annotations

from collections.abc import Sequence

from app.definitions.operations import content_of as content_of_version
from app.studio.models import Proposal
from app.studio.queries.findings import Check, check
from app.studio.rules.difference import Difference, differences
from app.studio.rules.files import content_of


def check_of(proposal: Proposal) -> Check:
    """The findings of what was proposed."""
    return check(proposal.process_key, proposal.files)


def differences_of(proposal: Proposal) -> Sequence[Difference]:
    """What changes against the version that the draft began from."""
    before = content_of_version(proposal.base) if proposal.base else None
    return differences(before, content_of(proposal.files))
