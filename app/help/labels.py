"""What the guides say, by duty.

A word in “…” stands on the page that the picture shows: a test opens that page and looks for it. The picture is taken
by the same test; `make help-pictures` takes it anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.identity.models import Duty


@dataclass(frozen=True)
class Topic:
    """One thing to do: on which page, in which steps; `more` is what one asks about it."""

    key: str  # of the picture and of the place in the page
    title: str
    endpoint: str  # of the page where it is done
    steps: tuple[str, ...]
    more: str = ""


START = Topic(
    "start",
    "发起一件办件",
    "applications.index",
    (
        "打开“发起办件”，按业务类别找到要办的业务。",
        "从卡片进入申请页，先查找学生，再逐项填写；不符合规定的，页面当场说明原因。",
        "核对后提交。提交后在左侧“我发起的”中看进展，还没有下达指令前可以撤回。",
    ),
    "内容没填完离开也不会丢：自动存为草稿，下次接着填。退学、死亡注销和问题学籍处理提交后，由经办人先书面告知监护人、上传送达凭证，"
    "送达满十五日或有监护人书面同意，才能转交审核。",
)
REPAIR = Topic(
    "repair",
    "办理退回补正",
    "inbox.index",
    (
        "退回的申请出现在“待办”中。",
        "打开后先看退回的原因，改好申请、补齐附件，再次提交。",
        "补正期间，退回它的机构暂停计时。",
    ),
)
INBOX = Topic(
    "inbox",
    "审核待办",
    "inbox.index",
    (
        "打开“待办”，红灯的已超期，黄灯的将到期，先办排在前面的。",
        "打开一件，核对申请、附件和流转依据，选择结果并填写意见；不同意和退回须写明原因。",
        "办完自动打开下一件。按 J、K 上下移动，按 Enter 打开。",
    ),
    "本人经办的业务不能由本人审核，由同岗位的同事办理。监护人提出异议的，办理时须填写对异议的答复。",
)
NOTICES = Topic(
    "notices",
    "查看通知，选择通知方式",
    "inbox.notices",
    (
        "“通知”列出催办、督办、提醒和办理结果，带学生姓名，看过的标为已读。",
        "要在邮箱里收到，点“通知方式”选择哪些立即发、哪些列入每日汇总，以及免打扰的时段。",
        "邮件只写办件编号、流程、环节和时间，不含学生信息。",
    ),
)
PEOPLE = Topic(
    "people",
    "提出任职、离任，移交待办",
    "personnel.index",
    (
        "在“人员与岗位”中看现任与待任人员。",
        "新任的，填写姓名、用户名、岗位和起止日期，点“提出任职”；由安全管理员审批，提出人和本人都不能审批。",
        "离任的，点人员后面的“离任与移交”，填写最后一日和接手的同事；名下的待办也可以马上移交。",
    ),
    "受理时段、办理原因、初审和办理依据在“办理设置”中设定：选一项设置，再选流程，写明内容、生效日期和依据；已办的不因设定改变。",
)
ACCOUNTS = Topic(
    "accounts",
    "账号锁定、封存与恢复",
    "accounts.index",
    (
        "在“账号与登录锁定”中按用户名开头或姓名查询。",
        "登录锁定 30 分钟后自行解除；须提前解除的，先核实本人身份。",
        "不再使用的账号点“封存”；90 天未使用的由系统自动封存，核实身份后点“恢复”。",
    ),
)
APPOINTING = Topic(
    "appointing",
    "审批任职和离任",
    "personnel.proposals",
    (
        "在“任职审批”中逐件核对人员、机构、岗位和起止日期。",
        "点“同意”或“不同意”；不同意须填写理由。",
        "新账号的初始密码只显示一次，请当面交给本人，首次登录须修改。",
    ),
)
PUSHING = Topic(
    "pushing",
    "把通知推送到本单位系统",
    "notifications.webhooks",
    (
        "在“通知推送”中填写机构代码、推送地址和签名密钥，选择推送哪些通知，点“添加”。",
        "打开该机构的推送地址，先测试推送。",
        "自动重试仍不成的列在未送达中，对方恢复后可以重发。",
    ),
)
CALENDAR = Topic(
    "calendar",
    "导入放假通知",
    "calendars.index",
    (
        "国务院办公厅的通知下来后，在“工作日历”中粘贴全文，填写文号。",
        "先点“核对”看读成的日期，再点“导入”。",
        "没有导入的年份按法定节假日计算，不含调休。",
    ),
)
AUDIT = Topic(
    "audit",
    "检索日志",
    "auditing.index",
    ("在“日志检索”中按对象、人员和时间查询。", "日志只能查看，谁也不能修改或删除；学生的个人信息不在其中。"),
)
STUDIO = Topic(
    "studio",
    "修改流程并提请发布",
    "studio.index",
    (
        "在“流程库”中打开一个流程，新建草稿。",
        "画图、改表单或决策表，检查通过后试运行，再提请发布。",
        "不用鼠标也能画：按 Alt+↓ 选元素，按 F6 到属性，可接上或连到别的元素、在下方加泳道；按 ? 看全部快捷键。",
        "由另一位发布员审阅差异后发布；在办的办件留在原版本。",
    ),
)
GUIDES: dict[Duty, tuple[Topic, ...]] = {
    Duty.OPERATOR: (START, REPAIR, NOTICES),
    Duty.APPROVER: (INBOX, NOTICES, PEOPLE),
    Duty.ANALYST: (STUDIO,),
    Duty.PUBLISHER: (STUDIO,),
    Duty.AUDITOR: (AUDIT,),
    Duty.SYSADMIN: (PUSHING, CALENDAR),
    Duty.SECADMIN: (APPOINTING, ACCOUNTS),
}
TOPICS = {topic.key: topic for topics in GUIDES.values() for topic in topics}
