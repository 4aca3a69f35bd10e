"""The room's blueprint, its menu, and the words its pages share."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint

from app.cases.models import OUTCOME_NAMES, Case, CaseStatus, Outcome
from app.interface import add_menu

bp = Blueprint("cases", __name__, template_folder="templates")

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
BUTTONS = {  # where the outcome's plain name would not say what pressing it does
    ("releasing_bureau", "agree"): "同意并下达允许转学指令",
    ("source_bureau", "agree"): "同意并下达允许外招指令",
    ("repair", "agree"): "再次提交",
    ("pull", "agree"): "转入档案并注册",
    ("await_seat", "agree"): "再次办理",
    ("await_seat", "refuse"): "放弃转入",
    ("await_other_province", "refuse"): "终止等待，不予办理",
    ("refused_elsewhere", "agree"): "再次向外省申请调档",
    ("refused_elsewhere", "refuse"): "不再办理",
    ("lodge", "agree"): "报送备案",
    ("filing", "agree"): "予以备案",
    ("filing", "send_back"): "退回补充",
    ("local_opinion", "acknowledge"): "提出意见",
    ("source_opinion", "acknowledge"): "提出意见",
    ("confirm_here", "agree"): "确认名单",
    ("confirm_here", "refuse"): "整份不予确认",
    ("confirm_source", "agree"): "确认名单",
    ("confirm_source", "refuse"): "整份不予确认",
    ("directives", "agree"): "逐份签发允许外招指令",
    ("directives", "refuse"): "不予下达",
    ("more_seats", "agree"): "再次预留学位",
    ("more_seats", "refuse"): "终止名单",
    ("pull", "refuse"): "不再转入，交回指令",
    ("county_check", "agree"): "确非同一人，继续办理",
    ("county_check", "refuse"): "系同一人，不予新建",
}

SAID = {  # where the record says it in other words than the outcome's plain name
    ("filing", "agree"): "予以备案",
    ("filing", "send_back"): "退回补充",
    ("lodge", "agree"): "已报送",
    ("local_opinion", "acknowledge"): "已提意见",
    ("source_opinion", "acknowledge"): "已提意见",
}

add_menu("办件", "在办", "cases.running", ("operator", "approver"))
add_menu("办件", "办结", "cases.closed", ("operator", "approver"))
add_menu("办件", "我发起的", "cases.applied", ("operator",))
add_menu("办事", "发起转学", "cases.start_transfer", ("operator",))


def status_tag(case: Case) -> tuple[str, str]:
    """What the case's stamp says, and its colour."""
    return CASE_OUTCOMES[case.outcome.value] if case.outcome else STATUS_NAMES[case.status]


def decision_words(task_key: str, outcome: Outcome) -> str:
    """How a decision reads among what happened."""
    return SAID.get((task_key, outcome.value), OUTCOME_NAMES[outcome])


def recommendations(task_key: str, outcomes: Collection[str]) -> list[dict[str, str]]:
    """What a pre-review may recommend at that task: whatever its approver may then decide."""
    offered = [each for each in (Outcome.AGREE, Outcome.REFUSE, Outcome.SEND_BACK) if each in {"agree", *outcomes}]
    return [{"code": each.value, "text": decision_words(task_key, each)} for each in offered]


def button_text(task_key: str, outcome: str) -> str:
    """What the button says that gives this outcome at that task."""
    return BUTTONS.get((task_key, outcome), OUTCOME_NAMES[Outcome(outcome)])
