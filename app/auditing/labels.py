"""What the audit's codes mean in Chinese, and which of its particulars an auditor may read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app import audit
from app.students.models import CHANGE_NAMES

PACKAGES = {
    "identity": "登录与账号",
    "cases": "办件",
    "tasks": "催办与督办",
    "attachments": "附件",
    "notices": "通知",
    "notifications": "通知方式",
    "personnel": "人员与岗位",
    "directives": "指令",
    "archives": "档案",
    "enrolments": "学籍异动",
    "students": "学生信息",
    "photos": "学籍照片",
    "exchange": "省际交换",
    "rolls": "学籍核查与名册",
    "cohorts": "锁定",
    "quotas": "学籍总数",
    "plans": "招生方案",
    "recruitment": "招生范围",
    "rosters": "外招名单",
    "schools": "学校调整",
    "imports": "表格导入",
    "figures": "统计",
    "papers": "打印",
    "proofs": "学籍证明",
    "refused": "被拒绝的操作",
    "calendar": "工作日历",
    "backup": "备份",
    "demo": "演示数据",
    "audit": "日志",
    "studio": "流程设计",
}
VERBS = {
    "identity/sign_in": "登录",
    "identity/sign_out": "退出",
    "identity/wrong_password": "密码错误",
    "identity/lock": "锁定账号",
    "identity/change_password": "修改密码",
    "identity/add_user": "添加用户",
    "identity/give_post": "授予岗位",
    "identity/end_posts": "岗位终止",
    "identity/ceiling": "登录失败过多，限制登录处",
    "identity/unlock": "解除登录锁定",
    "identity/reset_password": "重置密码",
    "identity/end_post": "终止岗位",
    "identity/disable": "封存用户",
    "identity/reopen": "恢复用户",
    "cases/open": "提交申请",
    "cases/decide": "办理",
    "cases/fail": "办理出错，未生效",
    "cases/answer_jointly": "会签",
    "cases/pre_review": "初审",
    "cases/repair_row": "补正名单",
    "cases/recall": "撤回",
    "cases/late": "转为补录",
    "cases/take_effect": "到日生效",
    "cases/not_in_effect": "未能按期生效",
    "cases/call_off": "撤销核准",
    "cases/escalate": "逾期上报",
    "cases/redirect": "转为省内转学",
    "cases/rows_done": "名单办毕",
    "cases/terminate": "终止办件",
    "cases/migrate": "迁移到另一版本",
    "cases/undo_migration": "撤销迁移",
    "cases/move": "调整办理环节",
    "cases/readdress": "改由其他机构办理",
    "tasks/urge": "催办",
    "tasks/supervise": "督办",
    "tasks/take_back": "收回",
    "tasks/take_back_answer": "收回会签意见",
    "tasks/send_back_to": "退回到已办环节",
    "tasks/hand_over": "转办",
    "cases/copy": "抄送",
    "cases/read_copy": "已阅抄送",
    "tasks/ask_advice": "加签或委派",
    "tasks/give_advice": "提出征求的意见",
    "tasks/withdraw_advice": "减签",
    "tasks/claim": "签收",
    "tasks/release": "释放签收",
    "tasks/download": "导出待办、已办",
    "tasks/ask_pre_review": "请本机构初审",
    "tasks/ask_decision": "提请审核",
    "attachments/add": "添加附件",
    "attachments/read": "查看附件",
    "notices/read": "已阅通知",
    "notices/read_all": "全部已阅",
    "notifications/choose": "选择通知方式",
    "notifications/set_webhook": "设置推送地址",
    "notifications/change_webhook": "修改推送地址",
    "notifications/try_webhook": "测试推送",
    "notifications/send_again": "重发推送",
    "directives/issue": "下达指令",
    "directives/revoke": "撤销指令",
    "directives/expire": "指令过期",
    "directives/lapse": "指令失效",
    "archives/pull": "转入档案",
    "archives/hand_over": "移交档案",
    "enrolments/promotion": "整体升级",
    "enrolments/graduation": "毕业",
    "enrolments/school_reversal": "撤销毕业或升级",
    "enrolments/school_reorganisation": "学校调整并转学籍",
    "students/national_check": "全国查重结果",
    "students/register": "注册学籍",
    "students/unmask": "查看完整号码",
    "photos/keep": "存入照片",
    "students/contest": "标记问题学籍",
    "students/merge": "合并重复学籍",
    "schools/merger": "并入其他学校",
    "schools/closure": "撤销学校",
    "schools/renaming": "学校更名",
    "schools/superior": "更换主管部门",
    "exchange/act": "处理外省消息",
    "rolls/verify": "学期核查",
    "rolls/settle": "处理人籍不符",
    "rolls/print": "打印名册",
    "figures/download": "导出统计表",
    "figures/event_log": "导出事件日志",
    "rolls/download": "下载名册",
    "cohorts/lock": "锁定快照",
    "cohorts/postpone_lock": "延后锁定",
    "plans/propose": "提出招生方案",
    "plans/consent": "双方同意招生方案",
    "plans/lodge": "报送备案",
    "plans/return_filing": "退回补充",
    "plans/accept_filing": "予以备案",
    "plans/end": "终止招生方案",
    "recruitment/set_scope": "核定招生范围",
    "rosters/mark": "逐名标记名单",
    "quotas/set": "核定学籍总数",
    "quotas/hand_over": "移交学籍总数",
    "imports/receive": "上传表格",
    "imports/match": "对应表头",
    "imports/forget": "删除表头对应",
    "imports/confirm": "确认导入",
    "imports/finish": "导入完成",
    "imports/discard": "放弃导入",
    "imports/hand_out": "下载问题行",
    "papers/print": "打印文书",
    "proofs/issue": "开具学籍证明",
    "calendar/import": "导入工作日历",
    "studio/create_draft": "新建流程草稿",
    "studio/delete_draft": "删除流程草稿",
    "studio/keep_scenario": "保存演练用例",
    "studio/delete_scenario": "删除演练用例",
    "studio/propose": "提出发布流程",
    "studio/withdraw": "撤回发布申请",
    "studio/return": "退回发布申请",
    "studio/publish": "发布流程",
    "studio/propose_migration": "提出迁移办件",
    "studio/withdraw_migration": "撤回迁移办件",
    "studio/return_migration": "退回迁移办件",
    "studio/start_migration": "开始迁移办件",
    "studio/finish_migration": "迁移办件办毕",
    "studio/undo_migration": "撤销迁移办件",
    "studio/propose_move": "提出调整办理环节",
    "studio/withdraw_move": "撤回调整办理环节",
    "studio/return_move": "退回调整办理环节",
    "studio/approve_move": "同意调整办理环节",
    "studio/halt": "挂起",
    "studio/resume": "恢复办理",
    "studio/retry": "重试办理异常",
    "studio/switch_off": "停用流程",
    "studio/switch_on": "启用流程",
    "studio/switch_variant_off": "停用流程的本地版本",
    "studio/switch_variant_on": "启用流程的本地版本",
    "backup/make": "备份数据库",
    "backup/restore": "恢复数据库",
    "demo/begin": "开始装入演示数据",
    "demo/load": "装入演示数据",
    "audit/seal": "封存记录",
    "audit/take_over": "接管现有记录",
    "audit/open_chain": "开设日志链",
    "audit/keep_heads": "记下各链链尾",
}
SUBJECTS = {
    "case": "办件",
    "user": "用户",
    "student": "学生序号",
    "directive": "指令",
    "notice": "通知",
    "office": "机构",
    "school": "学校",
    "quota": "学籍总数",
    "plan": "招生方案",
    "cohort": "入学年",
    "discrepancy": "人籍不符",
    "import": "导入",
    "message": "省际来文",
    "request": "请求",
    "province": "全省",
    "suspension": "休学证书",
    "proof": "在籍证明",
    "year": "年度",
    "schema": "数据库结构",
    "table": "数据表",
    "chain": "日志链",
    "draft": "流程草稿",
    "proposal": "发布申请",
    "process": "流程",
    "migration": "迁移",
    "move": "环节调整",
}
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
    "draft": "草稿序号",
    "migration": "迁移序号",
    "move": "环节调整序号",
}
CODE = re.compile(r"[A-Za-z0-9_:./-]{0,60}")
CHAINS = {audit.SYSTEM: "系统", audit.ANONYMOUS: "登录尝试"}
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
    "paper": {"sheet": "审批表", "directive": "指令", "suspension": "休学证书", "proof": "在籍证明"},
    "code": CHANGE_NAMES,
    "where": {"page": "学生页", "card": "学籍卡片", "api": "程序接口"},
}


def verb_name(verb: str, processes: Mapping[str, str]) -> str:
    """`cases/decide` → 办理, `enrolments/suspension` → 学籍异动：休学; without words of its own, package and code."""
    package, _, rest = verb.partition("/")
    return VERBS.get(verb) or f"{PACKAGES.get(package, package)}：{processes.get(rest, rest)}"


def subject_name(subject: str) -> str:
    """`case:20261124-000001` → 办件 20261124-000001"""
    if subject == audit.UNKNOWN_USER:
        return "没有此用户名"
    kind, _, key = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {chain_name(key) if kind == 'chain' else key}"


def chain_name(chain: str) -> str:
    """`system` → 系统, `signin` → 登录尝试; the chain of an office is named by the beginning of its code."""
    return CHAINS.get(chain, chain)


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
