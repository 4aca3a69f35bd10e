"""What a diagram may say in the properties of its elements, and the words of an outcome where it says none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workflows.translation import gettext, gettext_noop, quoted

PROCESS = frozenset({"applicant", "category", "start_order", "releasing_as", "rules_of", "subject"})
APPLICANTS = frozenset({"school", "bureau", "province", "nobody"})  # who starts a process; nobody: another case does
SUBJECTS = frozenset({"student", "office", "person"})  # what a process by configuration is about
LANE = frozenset({"role"})
TASK = frozenset(
    {
        "duty",
        "working_days",
        "accepts_within",
        "outcomes",
        "form",
        "route_order",
        "returns_as",
        "status",
        "kind",
        "side",
        "joint",
        "veto",
        "in_bulk",
    }
)
END = frozenset({"outcome"})
#: what people call a property
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "applicant": gettext_noop("由谁发起"),
        "category": gettext_noop("所属类别"),
        "start_order": gettext_noop("卡片次序"),
        "releasing_as": gettext_noop("对方学校的称谓"),
        "rules_of": gettext_noop("沿用规则的流程"),
        "subject": gettext_noop("办理对象"),
        "role": gettext_noop("办理机构"),
        "duty": gettext_noop("岗位"),
        "working_days": gettext_noop("时限"),
        "accepts_within": gettext_noop("受理期限"),
        "outcomes": gettext_noop("可选结果"),
        "form": gettext_noop("表单"),
        "route_order": gettext_noop("流转次序"),
        "returns_as": gettext_noop("退回时的记号"),
        "status": gettext_noop("办件状态"),
        "kind": gettext_noop("环节含义"),
        "side": gettext_noop("所属一方"),
        "in_bulk": gettext_noop("批量办理"),
        "joint": gettext_noop("会签规则"),
        "veto": gettext_noop("一票否决"),
        "outcome": gettext_noop("办件结果"),
    }
)
BUTTON, RECORD = "button.", "record."  # before an outcome: what its button says, what the record says once it is given
DUTIES = frozenset({"operator", "approver"})
STATUSES = frozenset({"repairing"})  # of the case while the task waits: the clocks of the offices stand still
IN_BULK = frozenset({"never", "below_senior"})  # of a task that is decided one by one: always, for senior schools
SIDES = frozenset({"here", "source"})  # of a confirmation: the school's own bureau, the bureau of the source


@dataclass(frozen=True)
class Words:
    """An outcome in Chinese.

    button -- what is said on the button that gives it; None where a diagram must say it for each task.
    record -- what is said of it once it is given: in the timeline, on the printed sheet, to whoever gave it.
    """

    button: str | None
    record: str


OUTCOMES: Mapping[str, Words] = MappingProxyType(
    {
        "agree": Words(gettext_noop("同意"), gettext_noop("同意")),
        "refuse": Words(gettext_noop("不同意"), gettext_noop("不同意")),
        "send_back": Words(gettext_noop("退回补正"), gettext_noop("退回补正")),
        # an opinion, a receipt, something noted: no word on a button fits them all
        "acknowledge": Words(None, gettext_noop("确认")),
    }
)


class Kind(StrEnum):
    """What a task means beyond its order and its office."""

    REPAIR = "repair"  # 补正: the applicant completes the application, papers come with it; who does so drafts it
    PULL = "pull"  # 调档: the record is drawn on a directive, whose number stands in the form
    FILING = "filing"  # 备案: the province reads what is filed, and not what the others said
    IDENTITY = "identity"  # 核对身份: is the child that was found the one who is applied for?
    CONFIRMATION = "confirmation"  # 确认名单: a bureau (`side`) confirms a list, and marks whom it does not
    GUARDIAN_NOTICE = "guardian_notice"  # 告知监护人: told before what cannot be undone, with the proof of service
    OBJECTION_PERIOD = "objection_period"  # 异议期: lasts until the guardian has had the days to object, or consents


OF_A_KIND: Mapping[tuple[Kind, str], Words] = MappingProxyType(  # where an outcome means the same at every such task
    {
        (Kind.REPAIR, "agree"): Words(gettext_noop("再次提交"), gettext_noop("已再次提交")),
        (Kind.GUARDIAN_NOTICE, "agree"): Words(gettext_noop("登记送达"), gettext_noop("已告知监护人")),
        (Kind.OBJECTION_PERIOD, "agree"): Words(gettext_noop("异议期结束"), gettext_noop("异议期已结束")),
    }
)


def property_name(key: str) -> str:
    """How a sentence calls a property; by its key where people have no name for it."""
    if key.startswith(BUTTON):
        return gettext("按钮文字")
    if key.startswith(RECORD):
        return gettext("记录文字")
    return gettext(NAMES[key]) if key in NAMES else key


def outcomes_of(own: Mapping[str, str]) -> tuple[str, ...]:
    """The outcomes that a user task with these properties offers."""
    return tuple(each.strip() for each in own.get("outcomes", "agree").split(","))


def facts_of_answer(outcome: object, *, returns_as: str | None, side: str | None) -> dict[str, object]:
    """What an answer makes known besides its outcome: who sent back, and what the side of a confirmation has said."""
    found: dict[str, object] = {}
    if outcome == "send_back" and returns_as:
        found["returned_by"] = returns_as
    if side and outcome is not None:
        found[side] = outcome
    return found


def words_of(kind: Kind | None, outcome: str) -> Words:
    """The words of an outcome where the diagram says none."""
    own = OF_A_KIND.get((kind, outcome)) if kind else None
    return own or OUTCOMES.get(outcome) or Words(None, outcome)


def outcome_name(outcome: str) -> str:
    """How a sentence calls an outcome: by its word in the record, by itself where there is none such."""
    words = OUTCOMES.get(outcome)
    return quoted(gettext(words.record)) if words else outcome
