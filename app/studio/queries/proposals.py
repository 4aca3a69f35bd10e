"""A proposal with all that a publisher must know of it: its findings, and the difference to the version before."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.database import db
from app.definitions.models import Process, ProcessVersion
from app.definitions.operations import content_of as content_of_version
from app.studio.models import Proposal
from app.studio.queries.findings import Check, base_of, check
from app.studio.rules.difference import Difference, differences
from app.studio.rules.files import content_of


def check_of(proposal: Proposal) -> Check:
    """The findings of what was proposed."""
    return check(proposal.process_key, proposal.files, base_of(proposal.draft))


def differences_of(proposal: Proposal) -> Sequence[Difference]:
    """What changes against the version that the draft began from; of a first variant, against the province's."""
    before = version_before(proposal)
    names = {row.key: row.name for row in db.session.execute(sa.select(Process.key, Process.name))}
    return differences(content_of_version(before) if before else None, content_of(proposal.files), names)


def version_before(proposal: Proposal) -> ProcessVersion | None:
    """What a proposal is compared with: the version that it changes, of a first variant the province's; or None."""
    return proposal.base or proposal.draft.based_on
