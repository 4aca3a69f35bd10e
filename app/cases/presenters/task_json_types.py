"""What programs read of acts on tasks beside deciding them."""

from __future__ import annotations

from typing import TypedDict

from app.cases.models import AdviceKind
from app.cases.presenters.json_types import OfficeBriefJson
from app.web import Instant


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
