"""What programs read of cases, tasks, lists, directives and notices; `forms` builds them, and mypy compares the two."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from app.cases.models import CaseOutcome, CaseStatus, Outcome, RowStatus, TaskStatus
from app.cases.rules import Light
from app.divisions.presenters import OfficeBriefJson
from app.identity.models import Duty
from app.schools.api import Grade
from app.students.models import DirectiveKind, DirectiveStatus
from app.students.models.cohorts import LeftOutBecause
from app.web import Day, Instant


class TaskBriefJson(TypedDict):
    """An open task as it stands in lists; `code` and `note` say why it waits."""

    id: int
    key: str
    name: str
    office: OfficeBriefJson
    duty: Duty
    arrived_at: Instant
    deadline: Instant
    light: Light
    code: str | None
    note: str | None


class OverdueTaskJson(TaskBriefJson):
    """A task of an office below that is overdue."""

    case: str


class ReasonJson(TypedDict):
    """A reason for which one may refuse or send back; `text` stands in the opinion."""

    code: str
    text: str


class JointAnswerJson(TypedDict):
    """One person's answer to a task that several answer; what was said is null while it may not be read yet."""

    by: str
    outcome: Outcome | None
    reason_code: str | None
    opinion: str | None
    at: Instant


class JointJson(TypedDict):
    """会签: how many people are asked, how many must agree, and who has answered so far."""

    people: int
    needed: int
    veto: bool
    in_turn: bool
    answers: list[JointAnswerJson]


class TaskJson(TaskBriefJson):
    """A task with its form (JSON Schema), what stands in it already, its outcomes and reasons."""

    case: str
    status: TaskStatus
    form: dict[str, Any]
    values: dict[str, Any]
    outcomes: list[Outcome]
    reasons: list[ReasonJson]
    joint: JointJson | None


class DecisionJson(TypedDict):
    """办理结果: what an office decided."""

    task: str
    office: OfficeBriefJson
    by: str
    outcome: Outcome
    reason_code: str | None
    opinion: str
    form: dict[str, str]
    at: Instant
    stands: bool


State = Literal["done", "waiting", "to come", "skipped"]
NoticeWord = Literal["reminder", "urge", "supervision", "escalation", "result"]


class RouteStepJson(TypedDict):
    """A step of the route, with why it leads to that office."""

    key: str
    name: str
    office: OfficeBriefJson
    duty: Duty
    reason: str
    state: State


class DirectiveJson(TypedDict):
    """指令: a bureau's signed, single-use permission to pull one archive."""

    number: str
    title: str
    kind: DirectiveKind
    status: DirectiveStatus
    student: int
    issuer: str
    to_school: str
    issued_at: Instant
    expires_at: Instant


class StudentBriefJson(TypedDict):
    """The child a case is about, the main number masked."""

    id: int
    name: str
    main_number: str


class ProgressJson(TypedDict):
    """How far the list of a case has come."""

    total: int
    accepted: int
    refused: int
    waiting: int
    finished: bool


class ComingJson(TypedDict):
    """待生效变动: the day from which what was agreed to holds, and why it could not when that day had come."""

    on: Day
    fault: FaultJson | None


class FaultJson(TypedDict):
    """A refusal in short."""

    code: str
    detail: str


class CaseJson(TypedDict):
    """办件; what the office may not see yet is null, its decisions an empty list. A takeover has no version."""

    number: str
    process: str
    version: int | None
    variant: str | None
    profile: str
    status: CaseStatus
    outcome: CaseOutcome | None
    student: StudentBriefJson | None
    application: dict[str, Any] | None
    ended_because: str | None
    coming: ComingJson | None
    late: str | None
    reported_late: str | None
    opened_at: Instant
    closed_at: Instant | None
    waiting: list[TaskBriefJson]
    decisions: list[DecisionJson]
    route: list[RouteStepJson]
    directive: DirectiveJson | None
    list: ProgressJson | None


class CaseBriefJson(TypedDict):
    """办件 in brief: where it stands and whom it waits for, for a program that asked for no more."""

    number: str
    status: CaseStatus
    waiting: list[TaskBriefJson]


class CaseProofJson(TypedDict):
    """证明材料: a kind of paper that the process asks for, and whether one has come."""

    kind: str
    title: str
    required: bool
    attached: bool


class AskedProofJson(TypedDict):
    """证明材料: a kind of paper that an application brings; `when`, the values of its fields for which it does."""

    kind: str
    title: str
    required: bool
    when: dict[str, list[Any]]
    note: str


class AttachmentJson(TypedDict):
    """附件, by its digest; its kind is one of the process's, or none."""

    id: int
    kind: str | None
    name: str
    media_type: str
    size: int
    sha256: str
    office: OfficeBriefJson
    added_at: Instant


class PausedJson(TypedDict):
    """暂停: the office that lets the case stand still, since when and why; `reason` null where it is not shown."""

    office: OfficeBriefJson
    since: Instant
    reason: str | None


class CaseWithPapersJson(CaseJson):
    """A case with its attachments and what it must prove, null where they are not for the caller; who has paused it."""

    paused: PausedJson | None
    attachments: list[AttachmentJson] | None
    proofs: list[CaseProofJson] | None


class RowJson(TypedDict):
    """A child of a list; a process may add what else stands with it."""

    position: int
    name: str
    main_number: str
    status: RowStatus
    student: int | None
    code: str | None
    detail: str | None


class NoticeJson(TypedDict):
    """通知 of the caller's office; the child of its case where that has one and the office sees the case."""

    id: int
    kind: NoticeWord
    text: str
    case: str
    student: str | None
    task: int | None
    at: Instant
    read_at: Instant | None


class MovedJson(TypedDict):
    """Children of a grade, and the grade or standing they go to."""

    grade: Grade
    to: str
    children: int


class LeftOutJson(TypedDict):
    """A child that does not go with the others, and why."""

    student: int
    name: str
    grade: Grade
    because: LeftOutBecause
    text: str


class RehearsalJson(TypedDict):
    """预演: who would move and who would not; once `done`, who did."""

    done: bool
    moved: list[MovedJson]
    left_out: list[LeftOutJson]


class ProcessBriefJson(TypedDict):
    """A process that the caller may start."""

    key: str
    name: str


class ProcessJson(ProcessBriefJson):
    """A process with the form of its application (JSON Schema; null where it has none) and the papers it asks for."""

    version: int
    form: dict[str, Any] | None
    proofs: list[AskedProofJson]


class DraftJson(TypedDict):
    """What stands in an application already."""

    application: dict[str, Any]


def add_fields(*shapes: Any, required: bool = True, **kinds: Any) -> None:
    """Let a family of processes add fields to what programs read; the description of the interface names them too.

    shapes -- the types that get the fields; required -- False: only some answers have them
    """
    for shape in shapes:
        shape.__annotations__.update(kinds)
        keys = "__required_keys__" if required else "__optional_keys__"
        setattr(shape, keys, getattr(shape, keys) | frozenset(kinds))
