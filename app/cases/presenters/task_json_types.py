"""What programs read of acts on tasks beside deciding them."""

from __future__ import annotations

from typing import TypedDict

from app.cases.models import AcceptanceKind, AdviceKind, AdviceRule, CaseOutcome, CaseStatus
from app.cases.presenters.claim_types import ClaimJson
from app.cases.presenters.json_types import OfficeBriefJson
from app.cases.rules import Light
from app.identity.models import Duty
from app.students.models import Standing
from app.web import Day, Instant


class CopyJson(TypedDict):
    """抄送: a case that another party has brought to an office's notice."""

    id: int
    case: str
    by: OfficeBriefJson
    remark: str
    at: Instant
    read_at: Instant | None


class PersonJson(TypedDict):
    """人员: who may act."""

    id: int
    name: str


class PeopleJson(TypedDict):
    """人员列表: to whom a task may be handed over."""

    people: list[PersonJson]


class TargetJson(TypedDict):
    """退回目标: a step done before, to which a task may be sent back."""

    key: str
    name: str
    office: str
    by: str
    at: Instant
    why_not: str | None
    ends: list[str]


class TargetsJson(TypedDict):
    """退回目标列表: every step done before."""

    targets: list[TargetJson]


class AdviceJson(TypedDict):
    """征求意见: what a colleague asks about a task."""

    id: int
    case: str
    task: int
    name: str
    kind: AdviceKind
    rule: AdviceRule
    by: str
    question: str
    at: Instant


class PhraseJson(TypedDict):
    """意见常用语: a sentence for opinions."""

    id: int
    text: str
    of_office: bool


class PhrasesJson(TypedDict):
    """意见常用语列表: last used first."""

    phrases: list[PhraseJson]


class ContactJson(TypedDict):
    """可办理人员: a step that waits or is to come, who can act there, and the telephone of the office's service."""

    key: str
    name: str
    state: str
    office: OfficeBriefJson
    duty: Duty
    telephone: str | None
    people: list[str]
    more: int


class ContactsJson(TypedDict):
    """可办理人员列表: the steps that wait first."""

    steps: list[ContactJson]


class TelephoneJson(TypedDict):
    """服务电话: of the caller's office."""

    telephone: str | None


class ChildChangeJson(TypedDict):
    """学籍异动: something that changed a child's record, and from which day."""

    code: str
    name: str
    on: Day
    school: str


class ChildCaseJson(TypedDict):
    """其他办件: another case about the child that the caller's office sees."""

    number: str
    process: str
    status: CaseStatus
    outcome: CaseOutcome | None


class ChildOfCaseJson(TypedDict):
    """办件学生: the child behind a case, as far as its reader may know; `changes` null where they may not."""

    name: str
    main_number: str
    sex: str
    born_on: Day
    age: int
    school: str | None
    grade: str | None
    school_class: int | None
    standing: Standing | None
    contested: bool
    has_photo: bool
    changes: list[ChildChangeJson] | None
    cases: list[ChildCaseJson]


class InboxItemJson(TypedDict):
    """A task in the caller's inbox; `left` is what remains of its time, in words; `returned`: it was sent back;
    `assignee`: who alone decides it.
    """

    id: int
    key: str
    name: str
    case: str
    process: str
    student: str
    receiving: str
    releasing: str
    returned: bool
    urged_at: Instant | None
    assignee: str | None
    claimed: ClaimJson | None
    arrived_at: Instant
    deadline: Instant
    light: Light
    left: str
    office: OfficeBriefJson
    duty: Duty


class LackJson(TypedDict):
    """须补正内容: a paper that was told to be missing, or a rule that stands against the application.

    `kind` is the kind of paper or the code of the rule; `again` it was told before, `late` it could have been.
    """

    kind: str
    title: str
    note: str
    basis: str
    again: bool
    late: bool


class AcceptanceJson(TypedDict):
    """受理记录: what an office said of the papers."""

    id: int
    kind: AcceptanceKind
    office: OfficeBriefJson
    at: Instant
    lacks: list[LackJson]
    reason: str


class AcceptancesJson(TypedDict):
    """受理记录列表; `until` is when it must be said at the latest."""

    until: Instant | None
    said: list[AcceptanceJson]
