"""What the people of a shown office do with what waits: they take it, share it, begin it, hurry it, put it away."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import operations
from app.cases.models import AdviceKind, Case, Task, TaskStatus
from app.cases.operations import Wish
from app.cases.rules.form_drafts import DraftPlace
from app.database import db, end_reading, transaction
from app.demo.pupils import Pupils
from app.demo.schools import DemoSchool
from app.demo.walking import Walk
from app.divisions.models import Office
from app.errors import Refused
from app.identity.models import Duty, Post, User
from app.inbox import operations as lists

PHRASES = ("同意，请按规定办理。", "材料齐全，符合条件，同意。", "请学校核实住址后重报。")
OWN_PHRASES = ("同意。", "经核，情况属实，同意办理。")


@dataclass(frozen=True)
class Waiting:
    """A task that waits at the desk, with what is done by its case's number and applicant."""

    id: int
    number: str
    process: str
    applicant: int
    late: bool


def at_work(walk: Walk, bureau: Office, schools: Sequence[DemoSchool], pupils: Pupils) -> None:
    """Let the people of that bureau and its schools handle what waits there. What is refused is left out."""
    approver, second = walk.people[bureau.id, "approver"], second_approver(bureau.id)
    operator, waiting = walk.people[bureau.id, "operator"], _waiting(bureau, walk.real)
    walk.at(0.1)
    _shared(waiting, approver, second, operator)
    _begun(waiting, approver, operator, schools)
    _hurried(walk, bureau, waiting)
    _kept(approver, second)
    if child := pupils.take(schools[0]):
        clerk = walk.people[schools[0].id, "operator"]
        typed = [("explanation", "拟于下周住院手术，"), ("hospital", "浙江大学医学院附属儿童医院")]
        place = DraftPlace(process="suspension", student=child.id)
        _do(operations.keep_draft, place, typed, revision=0, actor=clerk)


def _waiting(bureau: Office, now: dt.datetime) -> list[Waiting]:
    """What waits for the approvers, the one with most time left first."""
    asked = (
        sa.select(Task.id, Task.deadline, Case.number, Case.process_key, Case.applicant_office_id)
        .join(Case, Case.id == Task.case_id)
        .where(Task.office_id == bureau.id, Task.duty == Duty.APPROVER, Task.status == TaskStatus.OPEN)
        .order_by(Task.deadline.desc(), Task.id)
    )
    found = [
        Waiting(row.id, row.number, row.process_key, row.applicant_office_id, row.deadline < now)
        for row in db.session.execute(asked)
    ]
    end_reading()
    return found


def _shared(waiting: Sequence[Waiting], approver: Actor, second: Actor, operator: Actor) -> None:
    """初审, 签收, 转办, 加签, 委托."""
    to_first, to_second = approver.user_id or 0, second.user_id or 0
    for each in waiting[2:10:2]:
        _do(operations.pre_review, each.id, "agree", "材料已核对，建议同意。", actor=operator)
    for each in waiting[1:3]:
        _do(operations.claim, each.id, actor=second)
    for each in waiting[5:6]:
        _do(operations.claim, each.id, actor=approver)
    for each in waiting[7:9]:
        _do(operations.hand_over, each.id, to_first, "本周外出培训，请代为办理。", actor=second)
    for each in waiting[11:12]:
        _do(operations.hand_over, each.id, to_second, "该校由您联系，请办理。", actor=approver)
    for each in waiting[12:14]:
        asked = "家长提供的证明是否有效，请提出意见。"
        _do(operations.ask_advice, each.id, AdviceKind.BEFORE, [to_second], asked, actor=approver)
    today = clock.today()
    wish = Wish(to_second, today, today + dt.timedelta(days=6), ["transfer"], "外出参加学籍管理培训。")
    _do(operations.delegate, wish, actor=approver)


def _begun(waiting: Sequence[Waiting], approver: Actor, operator: Actor, schools: Sequence[DemoSchool]) -> None:
    """关注, 暂存, 暂停."""
    for each in waiting[3:9:2]:
        _do(operations.star, each.number, actor=approver)
    for each in waiting[14:17]:
        typed = [("opinion", "经与学校电话核实，申请与证明一致，")]
        _do(operations.keep_draft, DraftPlace(task=each.id), typed, revision=0, actor=approver)
    for each in waiting[18:19]:
        _do(operations.pause, each.number, "等待公安机关答复。", actor=approver)
    typed = [("school", schools[-1].code), ("basis", "普通高中招生计划（征求意见稿）")]
    _do(operations.keep_draft, DraftPlace(process="quota_setting"), typed, revision=0, actor=operator)


def _hurried(walk: Walk, bureau: Office, waiting: Sequence[Waiting]) -> None:
    """催办 by schools, 督办 by the city, 抄送 by schools elsewhere."""
    late = [each for each in waiting if each.late]
    for each in late[:4]:
        clerk = walk.people[each.applicant, "operator"]
        _do(operations.urge, each.id, actor=clerk)
    for each in late[4:6]:
        above = walk.people[bureau.superior_id or 0, "approver"]
        _do(operations.supervise, each.id, "已超过办理时限，请于本周内办结并说明原因。", actor=above)
    for each in [each for each in waiting if each.process == "transfer"][:4]:
        head = walk.people[each.applicant, "approver"]
        _do(operations.copy_case, each.number, [bureau.code], "该生有过敏史，请转告接收班级。", actor=head)


def _kept(approver: Actor, second: Actor) -> None:
    """常用语, 视图."""
    for text in PHRASES:
        _do(operations.keep_phrase, text, of_office=True, actor=approver)
    for text in OWN_PHRASES:
        _do(operations.keep_phrase, text, of_office=False, actor=approver)
    _do(lists.save_list, "本周先办", {"light": "yellow"}, shared=True, actor=second)
    _do(
        lambda: lists.save_list("退回过的转学", {"process": "transfer", "returned": True}, shared=False, actor=approver)
    )


def second_approver(office_id: int) -> Actor:
    """The second approver of an office."""
    asked = sa.select(Post).where(Post.office_id == office_id, Post.duty == Duty.APPROVER).join(User)
    posts = db.session.scalars(asked.options(sa.orm.joinedload(Post.user)).order_by(Post.id).limit(2)).all()
    return posts[1].actor()


def _do(act: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """One act in its transaction, where nothing stands against it."""
    with contextlib.suppress(Refused), transaction():
        act(*args, **kwargs)
