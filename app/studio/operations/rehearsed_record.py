"""What a rehearsal comes to: its steps, and what they have done to the record – child, seats, papers, notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.cases.models import Notice
from app.database import db
from app.divisions.models import Office
from app.schools.models import Quota
from app.students.models import STANDING_NAMES, Change, Directive, DirectiveStatus, Student, Suspension
from app.students.models.enrolments import CHANGE_NAMES
from app.studio.operations.rehearsed_cast import Cast
from app.studio.operations.rehearsed_desks import ApplicationDesk, Desk

DIRECTIVE_STATUSES = {
    DirectiveStatus.ISSUED: "已下达",
    DirectiveStatus.CONSUMED: "已使用",
    DirectiveStatus.REVOKED: "已撤销",
    DirectiveStatus.EXPIRED: "已过期",
}


@dataclass(frozen=True)
class RecordLine:
    """One thing that the record says, before and after."""

    title: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Effects:
    """What the cases of a rehearsal have led to, in words."""

    changes: Sequence[str]  # 学籍异动
    directives: Sequence[str]
    papers: Sequence[str]
    notices: Sequence[str]


@dataclass(frozen=True)
class Played:
    """One step that was taken: who has said what, and what the diagram has done then."""

    task: str
    name: str
    process: str  # of a case that follows; empty for the first one
    office: str
    role: str
    duty: str
    outcome: str
    words: str  # what the record says of the outcome
    opinion: str
    verbs: Sequence[str]
    days: int | None  # working days that the office has


@dataclass(frozen=True)
class Rehearsal:
    """How far a script has come.

    known -- by name, what stands in forms for those who take part; opened -- the verbs that ran at the opening; None
    while there is no application. course -- tasks with their outcomes, verbs and the end, as a scenario expects them;
    refused -- why the last step could not be taken, or the application not be opened; taken -- steps before it.
    """

    process: str
    people: Mapping[str, str]
    today: dt.date  # of the rehearsal
    rules: str  # under which it opens, in words
    titles: Mapping[str, str]  # of verbs, as its policies call them
    known: Mapping[str, Any]
    names: Mapping[str, Any]  # of those, what has gone before, which may bear another number each time it is rehearsed
    form: ApplicationDesk | None
    opened: Sequence[str] | None
    played: Sequence[Played]
    desks: Sequence[Desk]
    takes_effect_on: dt.date | None
    outcome: str | None
    course: Sequence[Mapping[str, str]]
    refused: Sequence[Any]
    taken: int
    record: Sequence[RecordLine]
    effects: Effects
    involved: Sequence[str]
    days: int

    def named(self, verbs: Sequence[str]) -> str:
        """下达允许转学指令、转入档案并注册"""
        return "、".join(self.titles.get(each, each) for each in verbs)

    @property
    def is_over(self) -> bool:
        return self.outcome is not None


def snapshot_of(cast: Cast) -> dict[str, str]:
    """What the record says now of the child and the two schools, by title."""
    db.session.expire_all()
    said: dict[str, str] = {}
    if cast.child is not None:
        said |= _of_child(db.session.get_one(Student, cast.child.id))
    for office in (cast.applicant, cast.other):
        if office is not None and not office.is_bureau:
            said |= _of_seats(office)
    return said


def lines_of(before: Mapping[str, str], after: Mapping[str, str]) -> list[RecordLine]:
    """Title by title; of the seats only those of a cohort that has moved."""
    titles = dict.fromkeys([*before, *after])
    lines = [RecordLine(each, before.get(each, "—"), after.get(each, "—")) for each in titles]
    return [each for each in lines if each.is_changed or "学位" not in each.title]


def _of_child(child: Student) -> dict[str, str]:
    last = child.open_enrolment or child.last_enrolment
    archive = child.archive
    return {
        "姓名": child.name,
        "学籍主号": child.main_number_masked,
        "就读学校": last.school.office.name if last else "—",
        "年级和班级": last.class_name if last else "—",
        "学籍状态": STANDING_NAMES[last.standing] if last else "—",
        "学籍起止": f"{last.starts_on} 起{f'，{last.ends_on} 止' if last.ends_on else ''}" if last else "—",
        "档案保管": archive.custodian.name if archive else "—",
        "问题学籍": "是" if child.contested else "否",
    }


def _of_seats(office: Office) -> dict[str, str]:
    rows = db.session.execute(
        sa.select(Quota.stage, Quota.entry_year, Quota.total, Quota.used, Quota.reserved)
        .where(Quota.school_id == office.id)
        .order_by(Quota.stage, Quota.entry_year)
    )
    return {
        f"{office.name} {row.entry_year} 级学位": f"共 {row.total}，已用 {row.used}，预留 {row.reserved}"
        for row in rows
    }


def effects_of(case_ids: Sequence[int]) -> Effects:
    """What stands under these cases."""
    changes = db.session.execute(
        sa.select(Change.code, Change.effective_on, Student.name)
        .join(Student, Student.id == Change.student_id)
        .where(Change.case_id.in_(case_ids))
        .order_by(Change.id)
    ).all()
    directives = db.session.scalars(
        sa.select(Directive).where(Directive.case_id.in_(case_ids)).order_by(Directive.id)
    ).all()
    suspensions = db.session.scalars(sa.select(Suspension.certificate).where(Suspension.case_id.in_(case_ids))).all()
    notices = db.session.execute(
        sa.select(Office.name, Notice.text)
        .join(Office, Office.id == Notice.office_id)
        .where(Notice.case_id.in_(case_ids))
        .order_by(Notice.id)
    ).all()
    return Effects(
        [f"{row.name}：{CHANGE_NAMES.get(row.code, row.code)}，自 {row.effective_on} 起" for row in changes],
        [f"{each.title}（{DIRECTIVE_STATUSES[each.status]}），{each.issuer.name}" for each in directives],
        [
            "审批表",
            *(f"指令 {each.number}" for each in directives),
            *(f"休学证书 {each}" for each in suspensions),
        ],
        [f"{row.name}：{row.text}" for row in notices],
    )
