"""Drafts, their files and their findings, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from app.studio.models import DraftFile, ProcessDraft, Proposal
from app.studio.presenters.json_types import (
    CheckJson,
    DraftFileJson,
    FileReportJson,
    FindingJson,
    ProcessDraftBriefJson,
    ProcessDraftJson,
    ProposalBriefJson,
)
from app.studio.queries.findings import Check, Found
from app.studio.rules.files import etag_of, size_of
from app.web import instant


def draft_brief(draft: ProcessDraft, proposal: Proposal | None) -> ProcessDraftBriefJson:
    """A draft without its files."""
    return {
        "id": draft.id,
        "process": draft.process_key,
        "name": draft.name,
        "base": draft.base.number if draft.base else None,
        "source": draft.source.number if draft.source else None,
        "based_on": draft.based_on.number if draft.based_on else None,
        "created_at": instant(draft.created_at),
        "created_by": draft.created_by.name,
        "changed_at": instant(draft.changed_at),
        "changed_by": draft.changed_by.name,
        "proposal": proposal_brief(proposal) if proposal else None,
    }


def draft_json(draft: ProcessDraft, proposal: Proposal | None) -> ProcessDraftJson:
    """A draft with its files."""
    return {**draft_brief(draft, proposal), "files": [file_json(each) for each in draft.files]}


def file_json(file: DraftFile) -> DraftFileJson:
    """One file without its text."""
    return {
        "name": file.name,
        "etag": etag_of(file.text),
        "size": size_of(file.text),
        "changed_at": instant(file.changed_at),
        "changed_by": file.changed_by.name,
    }


def proposal_brief(proposal: Proposal) -> ProposalBriefJson:
    """A proposal without its content."""
    return {
        "id": proposal.id,
        "draft": proposal.draft_id,
        "process": proposal.process_key,
        "note": proposal.note,
        "status": proposal.status.value,
        "proposed_at": instant(proposal.proposed_at),
        "proposed_by": proposal.proposed_by.name,
        "decided_at": instant(proposal.decided_at),
        "decided_by": proposal.decided_by.name if proposal.decided_by else None,
        "opinion": proposal.opinion,
        "version": proposal.version.number if proposal.version else None,
    }


def check_json(check: Check) -> CheckJson:
    """The check of a draft."""
    return {
        "publishable": check.publishable,
        "findings": findings_json(check.findings),
        "files": [cast(FileReportJson, dict(each)) for each in check.reports],
    }


def findings_json(findings: Sequence[Found]) -> list[FindingJson]:
    """Findings, each with its file."""
    return [cast(FindingJson, {"file": each.file, **_known(each), "advice": each.advice}) for each in findings]


def _known(found: Found) -> dict[str, Any]:
    names = FindingJson.__annotations__
    return {name: value for name, value in found.said.items() if name in names}
