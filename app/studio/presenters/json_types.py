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
    advice: str
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


class AddedStepJson(TypedDict):
    """A task that a variant adds to the province's version: in whose lane, and between which elements."""

    key: str
    name: str
    role: str
    after: str
    before: str


class VariantJson(TypedDict):
    """A bureau's own version of a process; `behind`: the province has published since the version it adds to."""

    process: str
    office: str
    office_name: str
    version: int
    based_on: int
    province_version: int
    behind: bool
    published_at: Instant
    published_by: str
    drawn_by: str | None
    open_cases: int
    off: bool
    off_since: Instant | None
    off_by: str | None
    off_reason: str | None


class VariantVersionJson(TypedDict):
    """A version of a variant with the steps it adds and its content."""

    number: int
    based_on: int
    current: bool
    published_at: Instant
    published_by: str
    drawn_by: str | None
    note: str | None
    open_cases: int
    steps: list[AddedStepJson]
    files: dict[str, str]
    forms: dict[str, Any]


class ProcessDraftBriefJson(TypedDict):
    """A draft of a process in brief; `base` is the version it changes, `source` the one whose files it began with.

    `based_on` is, of a variant, the version of the province to which it adds.
    """

    id: int
    process: str
    name: str
    base: int | None
    source: int | None
    based_on: int | None
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


class RefusedJson(TypedDict):
    """One sentence that an official would read, with its code."""

    code: str
    detail: str
    field: str | None


class PlayedJson(TypedDict):
    """A step of a rehearsal: who has said what, and the operations that the diagram has called then."""

    task: str
    name: str
    process: str
    office: str
    role: str
    duty: str
    outcome: str
    words: str
    opinion: str
    operations: list[str]
    working_days: int | None


class RehearsedDeskJson(TypedDict):
    """A task at which a rehearsal waits, with the form as its official would see it."""

    task: str
    process: str
    name: str
    office: str
    role: str
    duty: str
    working_days: int
    joint: str
    note: dict[str, str] | None
    form: dict[str, Any]
    values: dict[str, Any]
    outcomes: list[dict[str, str]]
    reasons: list[dict[str, str]]


class RecordLineJson(TypedDict):
    """One thing that the record says, before and after."""

    title: str
    before: str
    after: str


class DraftRehearsalJson(TypedDict):
    """A rehearsal: the run that would be, nothing written. `script` plays it again."""

    process: str
    people: dict[str, str]
    today: str
    outcome: str | None
    operations_at_opening: list[str]
    played: list[PlayedJson]
    waiting: list[RehearsedDeskJson]
    takes_effect_on: str | None
    refused: list[RefusedJson]
    course: list[dict[str, str]]
    record: list[RecordLineJson]
    changes: list[str]
    directives: list[str]
    papers: list[str]
    notices: list[str]
    involved: list[str]
    working_days: int
    script: dict[str, Any]


class ScenarioBriefJson(TypedDict):
    """A scenario of a draft: its file, its name, and the course that it must take."""

    file: str
    name: str
    expected: list[dict[str, str]]


class ScenarioResultJson(TypedDict):
    """How a scenario went; `where` says what is not as it was."""

    file: str
    name: str
    passed: bool
    where: str
