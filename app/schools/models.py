"""Schools, school classes, quotas; what a grade code means."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office


class Stage(StrEnum):
    """学段"""

    PRIMARY = "primary"  # 小学: grades 11–16
    JUNIOR = "junior"  # 初中: grades 21–23
    SENIOR = "senior"  # 高中: grades 31–33


STAGE_NAMES = {Stage.PRIMARY: "小学", Stage.JUNIOR: "初中", Stage.SENIOR: "高中"}


class Ownership(StrEnum):
    """办学性质"""

    PUBLIC = "public"  # 公办
    PRIVATE = "private"  # 民办


GRADES: dict[str, str] = {
    "11": "小学一年级",
    "12": "小学二年级",
    "13": "小学三年级",
    "14": "小学四年级",
    "15": "小学五年级",
    "16": "小学六年级",
    "21": "初中一年级",
    "22": "初中二年级",
    "23": "初中三年级",
    "31": "高中一年级",
    "32": "高中二年级",
    "33": "高中三年级",
}


def stage_of(grade: str) -> Stage:
    """The stage a grade code belongs to."""
    return {"1": Stage.PRIMARY, "2": Stage.JUNIOR, "3": Stage.SENIOR}[grade[0]]


def entry_year_of(grade: str, school_year: int) -> int:
    """The year in which children who are in that grade in that school year entered the stage."""
    return school_year - int(grade[1]) + 1


class School(Model):
    """学校 – what a school has beyond being an office; shares the office's id."""

    __tablename__ = "school"

    id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), primary_key=True)
    ownership: Mapped[Ownership] = mapped_column(choice(Ownership))
    stages: Mapped[str] = mapped_column(sa.String(30))  # comma separated, in order
    tier: Mapped[str] = mapped_column(
        sa.String(10), default=""
    )  # 等级, e.g. 一级特色: only like moves to like (senior)
    contact: Mapped[str] = mapped_column(sa.String(40), default="")
    township_number: Mapped[str] = mapped_column(sa.String(2), default="01")  # 学籍辅号中的乡镇代号
    school_number: Mapped[str] = mapped_column(sa.String(2), default="01")  # 学籍辅号中的学校代号

    office: Mapped[Office] = relationship(lazy="joined")

    def teaches(self, stage: Stage) -> bool:
        return stage.value in self.stages.split(",")


def grades_in(stages: str) -> dict[str, str]:
    """The grades of these stages (comma separated), for choosing from: a primary school has no senior grades."""
    return {grade: name for grade, name in GRADES.items() if stage_of(grade).value in stages.split(",")}


class SchoolClass(Model):
    """班级 – one class of a cohort; children are assigned to it."""

    __tablename__ = "school_class"
    __table_args__ = (sa.UniqueConstraint("school_id", "stage", "entry_year", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    stage: Mapped[Stage] = mapped_column(choice(Stage))
    entry_year: Mapped[int]
    number: Mapped[int]


class Quota(Model):
    """新生学籍总数 – how many of one cohort a school may hold: used by open enrolments, reserved by rosters."""

    __tablename__ = "quota"
    __table_args__ = (
        sa.UniqueConstraint("school_id", "stage", "entry_year"),
        sa.CheckConstraint("used >= 0 AND reserved >= 0", name="not_negative"),
        sa.CheckConstraint("used + reserved <= total", name="within_total"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    stage: Mapped[Stage] = mapped_column(choice(Stage))
    entry_year: Mapped[int]
    total: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    outside: Mapped[int | None]  # 其中外招: how many of them from outside the school's area; None: no limit of its own
    #: recruits from outside who were registered; a seat one of them leaves goes to whoever comes next
    recruited: Mapped[int] = mapped_column(default=0, server_default="0")

    school: Mapped[School] = relationship()

    @property
    def free(self) -> int:
        """Seats that nobody uses and nobody has reserved."""
        return self.total - self.used - self.reserved


class QuotaVersion(Model):
    """学籍总数沿革 – one number as it was set, with the case that set it."""

    __tablename__ = "quota_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    quota_id: Mapped[int] = mapped_column(sa.ForeignKey("quota.id"), index=True)
    total: Mapped[int]
    before: Mapped[int | None]
    basis: Mapped[str] = mapped_column(sa.String(200))
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    set_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class RecruitingScope(Model):
    """招生范围 – one division from which a school recruits as from its own area, set by its superior."""

    __tablename__ = "recruiting_scope"
    __table_args__ = (sa.UniqueConstraint("school_id", "division_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    division_code: Mapped[str] = mapped_column(sa.ForeignKey("division.code"))
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))  # under which it was set
    set_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class QuotaEntryKind(StrEnum):
    """学籍总数流水类别"""

    RESERVE = "reserve"  # 预留: a confirmed child of a roster
    CONFIRM = "confirm"  # 转为已用: reserved -> used, by the registration
    RELEASE = "release"  # 释放: by refusal, recall or expiry


class QuotaEntry(Model):
    """学籍总数流水 – one movement of a reserved seat; their sum is what the quota says is reserved."""

    __tablename__ = "quota_entry"
    __table_args__ = (sa.Index("ix_quota_entry_quota_id_case_id", "quota_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quota_id: Mapped[int] = mapped_column(sa.ForeignKey("quota.id"))
    kind: Mapped[QuotaEntryKind] = mapped_column(choice(QuotaEntryKind))
    seats: Mapped[int]
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
