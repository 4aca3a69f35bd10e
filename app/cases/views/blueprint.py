"""The package's blueprint, its menu, and the words its pages share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import Blueprint

from app.cases.models import OUTCOME_NAMES, Case, CaseStatus, Outcome
from app.cases.queries.coming_changes import live
from app.cases.views import desk_counts
from app.web import add_menu
from workflows import TaskSpec

bp = Blueprint("cases", __name__, template_folder="../templates")

STATUS_NAMES = {
    CaseStatus.OPEN: ("办理中", "blue"),
    CaseStatus.REPAIRING: ("补正中", "amber"),
    CaseStatus.PAUSED: ("暂停计时", "grey"),
    CaseStatus.CLOSED: ("已办结", "grey"),
}
CASE_OUTCOMES = {
    "agreed": ("同意", "green"),
    "refused": ("不予办理", "red"),
    "recalled": ("已撤回", "grey"),
    "redirected": ("转为其他办件", "grey"),
    "terminated": ("已终止", "grey"),
}

add_menu("我的工作", "草稿", "cases.drafts", ("operator", "approver"), desk_counts.drafts_count, place=35, calls=False)


def status_tag(case: Case) -> tuple[str, str]:
    """What the case's stamp says, and its colour."""
    if case.outcome:
        return CASE_OUTCOMES[case.outcome.value]
    return ("待生效", "blue") if live(case) else STATUS_NAMES[case.status]


@dataclass(frozen=True)
class Button:
    """One outcome of the reader's task."""

    outcome: str
    text: str

    @property
    def style(self) -> str:
        return {"agree": "primary", "acknowledge": "primary", "refuse": "danger"}.get(self.outcome, "")


def flash_words(number: str, spec: TaskSpec, outcome: Outcome) -> str:
    """What is said to whoever has decided, or answered a task that several answer."""
    if spec.joint:
        return f"办件 {number}：会签意见已提交。"
    words = spec.record(outcome)
    return f"办件 {number}：{words}。" if words.startswith("已") else f"办件 {number}：{words}，已办理。"


def opinion_help(outcomes: Collection[str]) -> tuple[str, str] | None:
    """For which of a task's outcomes an opinion and a reason must be given; None where it has none of them."""
    names = [OUTCOME_NAMES[each] for each in (Outcome.REFUSE, Outcome.SEND_BACK) if each in outcomes]
    return (f"{'、'.join(names)}时必填，最多 2000 字", f"{'、'.join(names)}时必选") if names else None


def recommendations(spec: TaskSpec) -> list[dict[str, str]]:
    """What a pre-review may recommend at that task: whatever its approver may then decide."""
    offered = [each for each in (Outcome.AGREE, Outcome.REFUSE, Outcome.SEND_BACK) if each in {"agree", *spec.outcomes}]
    return [{"code": each.value, "text": spec.record(each)} for each in offered]
