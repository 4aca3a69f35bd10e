"""What is read of a case for programs: plain values with the names of the models, so that the same words show both."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from app.cases.models import CaseOutcome, CaseStatus, Outcome, TaskStatus
from app.divisions.models import OfficeKind
from app.identity.models import Duty
from app.students.models import DirectiveKind, DirectiveStatus
from app.students.models.directives import title_of


@dataclass(frozen=True, slots=True)
class OfficeRead:
    """An office beside something else."""

    code: str
    name: str
    kind: OfficeKind
    path: str = ""


@dataclass(frozen=True, slots=True)
class ChildRead:
    """The child a case is about."""

    id: int
    name: str
    main_number_masked: str


@dataclass(frozen=True, slots=True)
class TaskRead:
    """A step that was asked for, and where it stands."""

    id: int
    case: CaseRead
    key: str
    name: str
    office_id: int
    office: OfficeRead
    duty: Duty
    status: TaskStatus
    arrived_at: dt.datetime
    deadline: dt.datetime
    note: Any
    seen_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class StepRead:
    """A step of the route."""

    position: int
    key: str
    name: str
    office_id: int
    office: OfficeRead
    duty: Duty
    reason: str
    skipped: bool


@dataclass(frozen=True, slots=True)
class DecisionRead:
    """What an office decided."""

    id: int
    case: CaseRead
    key: str
    office: OfficeRead
    by: str
    outcome: Outcome
    reason_code: str | None
    opinion: str
    form: Any
    at: dt.datetime
    user_id: int
    undone_id: int | None


@dataclass(frozen=True, slots=True)
class PaperRead:
    """An attachment, without its content."""

    id: int
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    office: OfficeRead
    added_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ComingRead:
    """What was agreed to for a later day."""

    takes_effect_on: dt.date
    ended_at: dt.datetime | None
    fault: Any


@dataclass(frozen=True, slots=True)
class SchoolRead:
    """A school by its office."""

    office: OfficeRead


@dataclass(frozen=True, slots=True)
class DirectiveRead:
    """The newest directive issued under a case."""

    number: str
    kind: DirectiveKind
    status: DirectiveStatus
    student_id: int
    issuer: OfficeRead
    to_school: SchoolRead
    issued_at: dt.datetime
    expires_at: dt.datetime

    @property
    def title(self) -> str:
        """The number as it stands on paper."""
        return title_of(self.kind, self.number)


@dataclass(slots=True)
class CaseRead:
    """A case; its lists in the order of their making, the route in its own."""

    id: int
    number: str
    process_key: str
    version_id: int | None
    profile: str
    status: CaseStatus
    outcome: CaseOutcome | None
    applicant_office_id: int
    application: Any
    ended_because: str
    late_at: dt.datetime | None
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    student: ChildRead | None
    coming: ComingRead | None
    directive: DirectiveRead | None
    tasks: list[TaskRead] = field(default_factory=list)
    route: list[StepRead] = field(default_factory=list)
    decisions: list[DecisionRead] = field(default_factory=list)
    attachments: list[PaperRead] = field(default_factory=list)
