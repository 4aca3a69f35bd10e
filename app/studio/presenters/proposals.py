"""Proposals and differences, for programs."""

from __future__ import annotations

from collections.abc import Sequence

from app.studio.models import Proposal
from app.studio.presenters.drafts import findings_json, proposal_brief
from app.studio.presenters.json_types import DifferenceJson, ProposalJson
from app.studio.queries.proposals import check_of, differences_of
from app.studio.rules.things import Difference


def proposal_json(proposal: Proposal) -> ProposalJson:
    """A proposal with everything that a publisher looks at."""
    found = check_of(proposal)
    return {
        **proposal_brief(proposal),
        "base": proposal.base.number if proposal.base else None,
        "publishable": found.publishable,
        "findings": findings_json(found.findings),
        "differences": differences_json(differences_of(proposal)),
    }


def differences_json(differences: Sequence[Difference]) -> list[DifferenceJson]:
    """Differences, what was only moved about last."""
    return [
        {
            "what": each.what,
            "change": each.change,
            "file": each.file,
            "element": each.element or None,
            "name": each.name,
            "details": list(each.details),
        }
        for each in differences
    ]
