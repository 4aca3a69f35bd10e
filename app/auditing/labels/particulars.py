"""Which particulars of an event an auditor may read, and what they say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.students.models import CHANGE_NAMES

# an auditor sees what happened, never the child: a particular that is not named here is withheld
PARTICULARS = {
    "process": "流程",
    "task": "环节",
    "outcome": "结果",
    "reason": "原因",
    "code": "异动",
    "codes": "拒绝代码",
    "case": "办件",
    "directive": "指令",
    "school": "学校序号",
    "to_school": "转入校序号",
    "office": "机构",
    "duty": "岗位",
    "epoch": "学籍段",
    "grade": "年级",
    "standing": "学籍状态",
    "stage": "学段",
    "year": "年度",
    "total": "总数",
    "days": "天数",
    "term": "学期",
    "children": "学生数",
    "schools": "学校数",
    "left_out": "未含学生数",
    "listed": "在册",
    "present": "在校",
    "posts": "岗位数",
    "count": "人数",
    "imported": "导入行数",
    "transfer": "转学办件",
    "attachment": "附件序号",
    "paper": "文书",
    "failures": "已错次数",
    "program": "程序接口",
    "where": "查看处",
    "students": "学生数",
    "rows": "行数",
    "revision": "结构版本",
    "kind": "类别",
    "size": "字节数",
    "cap": "计划数",
    "closes_on": "招生截止",
    "returned": "退回次数",
    "version": "版本",
    "from": "开始",
    "until": "截止",
    "leave": "请假",
    "draft": "草稿序号",
    "migration": "迁移序号",
    "move": "环节调整序号",
}
CODE = re.compile(r"[A-Za-z0-9_:./-]{0,60}")
VALUES: dict[Any, str] = {
    True: "是",
    False: "否",
    "agree": "同意",
    "refuse": "不同意",
    "send_back": "退回补正",
    "acknowledge": "知悉",
    "operator": "经办",
    "approver": "审核",
    "clock": "系统",
}
# what a code means depends on the particular that it is given for: `transfer` is a process, and never a paper
VALUES_OF: dict[str, dict[str, str]] = {
    "paper": {
        "sheet": "审批表",
        "directive": "指令",
        "suspension": "休学证书",
        "proof": "在籍证明",
        "application_receipt": "申请回执",
        "accepted": "受理通知书",
        "told": "一次性告知书",
        "declined": "不予受理通知书",
    },
    "code": CHANGE_NAMES,
    "kind": {"windows": "受理时段", "reasons": "办理原因", "pre_review": "初审", "legal_bases": "办理依据"},
    "where": {"page": "学生页", "card": "学籍卡片", "api": "程序接口"},
}


def readable(particulars: Mapping[str, Any] | None) -> tuple[dict[str, Any], list[str]]:
    """What an auditor may read of an event's before or after, and the names of what is withheld.

    Free text and personal data (a corrected name, an address) stay with those who keep the child.
    """
    shown = {name: value for name, value in (particulars or {}).items() if name in PARTICULARS and _is_code(value)}
    return shown, [name for name in particulars or () if name not in shown]


def _is_code(value: Any) -> bool:
    if isinstance(value, list):
        return all(_is_code(each) for each in value)
    return value is None or isinstance(value, int) or (isinstance(value, str) and bool(CODE.fullmatch(value)))


def sentence(
    particulars: Mapping[str, Any], processes: Mapping[str, str], of_case: Mapping[str, Mapping[str, str]] | None = None
) -> str:
    """流程 转学，环节 上级核准，结果 同意

    of_case -- by particular, what codes of the case's diagram and forms mean; an outcome is called as its task has it
    """
    known, of_case = {**VALUES, **processes}, of_case or {}
    of_particular = {**VALUES_OF, "outcome": of_case.get(f"outcome of {particulars.get('task')}", {}), **of_case}
    return "，".join(
        f"{PARTICULARS[name]} {_text(value, {**known, **of_particular.get(name, {})})}"
        for name, value in particulars.items()
        if value not in (None, "") and not (name == "program" and value is False)
    )


def _text(value: Any, known: Mapping[Any, str]) -> str:
    if isinstance(value, list):
        return "、".join(_text(each, known) for each in value)
    return known[value] if isinstance(value, bool | str) and value in known else str(value)
