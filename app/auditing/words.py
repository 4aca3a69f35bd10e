"""What the audit's codes mean in Chinese, and which of its particulars an auditor may read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ROOMS = {
    "identity": "登录与账号",
    "cases": "办件",
    "directives": "指令",
    "archives": "档案",
    "enrolments": "学籍异动",
    "students": "查看学生信息",
    "quotas": "学籍总数",
    "calendar": "工作日历",
    "refused": "被拒绝的操作",
    "backup": "备份",
    "demo": "演示数据",
}
VERBS = {
    "identity/sign_in": "登录",
    "identity/sign_out": "退出",
    "identity/wrong_password": "密码错误",
    "identity/lock": "锁定账号",
    "identity/change_password": "修改密码",
    "identity/add_user": "添加用户",
    "identity/give_post": "授予岗位",
    "identity/disable": "停用用户",
    "cases/open": "提交申请",
    "cases/decide": "办理",
    "cases/pre_review": "初审",
    "cases/recall": "撤回",
    "cases/escalate": "逾期上报",
    "directives/issue": "下达指令",
    "directives/revoke": "撤销指令",
    "directives/expire": "指令过期",
    "directives/give_up": "交回指令",
    "archives/pull": "转入档案",
    "students/unmask": "查看完整号码",
    "quotas/set": "核定学籍总数",
    "calendar/import": "导入工作日历",
    "backup/make": "备份数据库",
    "backup/restore": "恢复数据库",
    "demo/load": "装入演示数据",
}
SUBJECTS = {
    "case": "办件",
    "user": "用户",
    "student": "学生",
    "directive": "指令",
    "quota": "学籍总数",
    "request": "请求",
    "province": "全省",
    "year": "年度",
    "schema": "数据库结构",
}
# an auditor sees what happened, never the child: a particular that is not named here is withheld
PARTICULARS = {
    "process": "流程",
    "task": "环节",
    "outcome": "结果",
    "reason": "原因代码",
    "code": "异动代码",
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
    "failures": "已错次数",
    "program": "程序接口",
    "where": "位置",
    "students": "学生数",
    "rows": "行数",
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


def verb_name(verb: str) -> str:
    """`cases/decide` → 办理; what has no words of its own goes by its room and its code."""
    room, _, rest = verb.partition("/")
    return VERBS.get(verb) or f"{ROOMS.get(room, room)}：{rest}"


def subject_name(subject: str) -> str:
    """`case:20261124-000001` → 办件 20261124-000001"""
    kind, _, key = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {key}"


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


def sentence(particulars: Mapping[str, Any]) -> str:
    """环节 receiving_school，结果 同意"""
    return "，".join(f"{PARTICULARS[name]} {_text(value)}" for name, value in particulars.items() if value is not None)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(_text(each) for each in value)
    return VALUES[value] if isinstance(value, bool | str) and value in VALUES else str(value)
