"""What programs read of the studio."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from app.web import Instant


class FindingJson(TypedDict):
    """One finding, as `python -m workflows check --json` prints it, with the file it was made in."""

    file: str | None
    rule: str
    severity: str
    element: str | None
    message: str
    kind: NotRequired[str]
    counter_example: NotRequired[list[dict[str, Any]] | None]


class FileReportJson(TypedDict):
    """The verdict on one BPMN file, as `python -m workflows check --json` prints it."""

    file: str
    loads: bool
    safe: bool | None
    sound: bool | None
    findings: list[dict[str, Any]]


class CheckJson(TypedDict):
    """The check of a draft: every finding, the worst first, and the verdict on each file."""

    publishable: bool
    findings: list[FindingJson]
    files: list[FileReportJson]


class DraftFileJson(TypedDict):
    """One file of a draft; `etag` names its content in `If-Match`."""

    name: str
    etag: str
    size: int
    changed_at: Instant
    changed_by: str


class ProposalBriefJson(TypedDict):
    """A proposal in brief."""

    id: int
    draft: int
    process: str
    note: str
    status: str
    proposed_at: Instant
    proposed_by: str
    decided_at: Instant | None
    decided_by: str | None
    opinion: str | None
    version: int | None


class ProcessDraftBriefJson(TypedDict):
    """A draft of a process in brief; `base` is the version it changes, `source` the one whose files it began with."""

    id: int
    process: str
    name: str
    base: int | None
    source: int | None
    created_at: Instant
    created_by: str
    changed_at: Instant
    changed_by: str
    proposal: ProposalBriefJson | None


class ProcessDraftJson(ProcessDraftBriefJson):
    """A draft of a process with the names of its files."""

    files: list[DraftFileJson]


class DifferenceJson(TypedDict):
    """One difference to the version before: what kind of thing, which, and in words what has changed."""

    what: str
    change: str
    file: str
    element: str | None
    name: str
    details: list[str]


class ProposalJson(ProposalBriefJson):
    """A proposal with its difference to the version before and its findings."""

    base: int | None
    publishable: bool
    findings: list[FindingJson]
    differences: list[DifferenceJson]


class VersionAboutJson(TypedDict):
    """Of a published version: who, when, why, and how many cases run on it."""

    process: str
    number: int
    current: bool
    published_at: Instant
    published_by: str
    drawn_by: str | None
    note: str | None
    open_cases: int


class VersionBriefJson(VersionAboutJson):
    """A published version with the names of what it consists of."""

    files: list[str]
    forms: list[str]


class VersionJson(VersionAboutJson):
    """A published version with its content: files by name as text, forms as JSON Schema by their keys."""

    files: dict[str, str]
    forms: dict[str, Any]


class ProcessStateJson(TypedDict):
    """Whether a process may be started."""

    key: str
    name: str
    version: int
    off: bool
    off_since: Instant | None
    off_by: str | None
    off_reason: str | None


class ReplayedTaskJson(TypedDict):
    """A task of a replayed case: one more than was decided, or one that is not asked any more."""

    key: str
    name: str
    office: str


class ReplayedCaseJson(TypedDict):
    """A closed case that would have gone another way: more, fewer, other, stuck."""

    case: str
    way: str
    outcome: str
    would_be: str | None
    further: list[ReplayedTaskJson]
    left_out: list[ReplayedTaskJson]
    why: str


class OfficeLoadJson(TypedDict):
    """Decisions more and fewer that an office would have taken."""

    office: str
    further: int
    left_out: int


class ReplaysJson(TypedDict):
    """A replay: how many cases, which way they would have gone, and the list behind the numbers."""

    since: str
    cases: int
    more_cases: bool
    ways: dict[str, int]
    items: list[ReplayedCaseJson]
    offices: list[OfficeLoadJson]
