"""The record itself: enrolments, what altered them, suspensions. No row of it changes without a case."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.database import Json, Model, UtcDateTime, choice
from app.schools.models import GRADES, School, SchoolClass, Stage
from app.students.models.students import Student


class Standing(StrEnum):
    """学籍状态"""

    ACTIVE = "active"  # 在读: by registration, a pull, resumption, reinstatement
    SUSPENDED = "suspended"  # 休学: active -> suspended
    DROPPED_OUT = "dropped_out"  # 辍学: active -> dropped_out, the record is kept
    TRANSFERRED = "transferred"  # 转出: active -> transferred, by a pull elsewhere
    WITHDRAWN = "withdrawn"  # 退学
    ABROAD = "abroad"  # 出境: the archive lies with the superior
    GRADUATED = "graduated"  # 毕业
    COMPLETED = "completed"  # 结业
    LEFT_EARLY = "left_early"  # 肄业
    DECEASED = "deceased"  # 死亡
    CLOSED = "closed"  # 注销


STANDING_NAMES = {
    Standing.ACTIVE: "在读",
    Standing.SUSPENDED: "休学",
    Standing.DROPPED_OUT: "辍学",
    Standing.TRANSFERRED: "转出",
    Standing.WITHDRAWN: "退学",
    Standing.ABROAD: "出境",
    Standing.GRADUATED: "毕业",
    Standing.COMPLETED: "结业",
    Standing.LEFT_EARLY: "肄业",
    Standing.DECEASED: "死亡",
    Standing.CLOSED: "注销",
}


#: a child of these has an enrolment without an end; of all others the last one has ended
OPEN_STANDINGS = (Standing.ACTIVE, Standing.SUSPENDED, Standing.DROPPED_OUT)


class Enrolment(Model):
    """学籍 – one student's tie to one school, from a day until a day; a move closes epoch N and opens N+1."""

    __tablename__ = "enrolment"
    __table_args__ = (
        sa.UniqueConstraint("student_id", "epoch"),
        sa.Index(
            "uq_enrolment_one_open",
            "student_id",
            unique=True,
            sqlite_where=sa.text("ends_on IS NULL"),
            postgresql_where=sa.text("ends_on IS NULL"),
        ),
        sa.CheckConstraint(
            "(ends_on IS NULL) = (standing IN ('active', 'suspended', 'dropped_out'))", name="ended_when_over"
        ),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.CheckConstraint(
            "grade IN ('11','12','13','14','15','16','21','22','23','31','32','33')", name="grade_exists"
        ),
        sa.CheckConstraint("epoch >= 1", name="epoch_counts"),
        sa.CheckConstraint(
            "starts_on <= recorded_on"
            " OR CAST(starts_on AS VARCHAR(10)) = substr(CAST(recorded_on AS VARCHAR(10)), 1, 4) || '-09-01'",
            name="starts_by_its_record",
        ),
        sa.Index("ix_enrolment_school", "school_id", "grade", "standing"),
        sa.Index("ix_enrolment_grade", "school_id", "grade", "student_id"),
        sa.Index("ix_enrolment_standing", "school_id", "standing", "student_id"),
        sa.Index(
            "ix_enrolment_unplaced",
            "school_id",
            "starts_on",
            sqlite_where=sa.text("ends_on IS NULL AND school_class_id IS NULL"),
            postgresql_where=sa.text("ends_on IS NULL AND school_class_id IS NULL"),
        ),
        sa.Index(
            "ix_enrolment_open",
            "school_id",
            "student_id",
            sqlite_where=sa.text("ends_on IS NULL"),
            postgresql_where=sa.text("ends_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"))
    epoch: Mapped[int]
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    owner_division: Mapped[str] = mapped_column(sa.String(6))  # the division whose data centre writes this row
    stage: Mapped[Stage] = mapped_column(choice(Stage))
    entry_year: Mapped[int]
    grade: Mapped[str] = mapped_column(sa.String(2))
    school_class_id: Mapped[int | None] = mapped_column(sa.ForeignKey("school_class.id"))
    standing: Mapped[Standing] = mapped_column(choice(Standing))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    recorded_on: Mapped[dt.date] = mapped_column(default=clock.today)  # the day on which the row was written
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))  # under which the row last changed

    student: Mapped[Student] = relationship(back_populates="enrolments")
    school: Mapped[School] = relationship(lazy="joined")
    school_class: Mapped[SchoolClass | None] = relationship()

    @property
    def class_name(self) -> str:
        """小学三年级（2）班: the class belongs to the cohort, so its name rolls forward with the grade."""
        return f"{GRADES[self.grade]}（{self.school_class.number}）班" if self.school_class else GRADES[self.grade]


class Change(Model):
    """学籍异动 – one dated alteration of an enrolment, made under a case."""

    __tablename__ = "change"
    __table_args__ = (
        sa.Index("uq_change_reverses_id", "reverses_id", unique=True),
        sa.Index("ix_change_school", "school_id", "code", "effective_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), index=True)
    epoch: Mapped[int]
    code: Mapped[str] = mapped_column(sa.String(2))  # 学籍异动类别码, JY/T 1001: 21 转出, 22 转入 …
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    owner_division: Mapped[str] = mapped_column(sa.String(6))
    effective_on: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    before: Mapped[Any] = mapped_column(Json, nullable=True)
    after: Mapped[Any] = mapped_column(Json)
    reverses_id: Mapped[int | None] = mapped_column(sa.ForeignKey("change.id"))  # 反向更正: the entry it takes back

    school: Mapped[School] = relationship()
    reverses: Mapped[Change | None] = relationship(remote_side=[id], back_populates="reversed_by")
    reversed_by: Mapped[Change | None] = relationship(back_populates="reverses", uselist=False)


CHANGE_NAMES = {  # 学籍异动类别码 (JY/T 1001), letters are the province's own
    "00": "初始建库",
    "02": "留级",
    "04": "跳级",
    "11": "休学",
    "12": "复学",
    "17": "学籍恢复",
    "21": "转出",
    "22": "转入",
    "29": "转班级",
    "31": "退学",
    "51": "死亡",
    "99": "更正",  # 其他: until it had a code of its own, what took back an error was written under it
    "Z1": "小学新生注册",
    "Z2": "初中新生注册",
    "Z3": "高中新生注册",
    "Z4": "省外新建",
    "Z5": "外招转入",
    "Z6": "升级",
    "Z7": "毕业",
    "Z8": "结业",
    "Z9": "肄业",
    "ZA": "辍学",
    "ZB": "辍学返校",
    "ZC": "出境",
    "ZD": "转往省外",
    "ZE": "关键信息变更",
    "ZF": "锁后修改",
    "ZG": "问题学籍处理",
    "ZH": "续休",
    "ZJ": "学校撤并划转",
    "ZK": "一般信息变更",
    "ZL": "反向更正",
}


class Suspension(Model):
    """休学 – one certified interval of an enrolment's suspension; a renewal is another row."""

    __tablename__ = "suspension"
    __table_args__ = (sa.CheckConstraint("ends_on > starts_on", name="ends_after_start"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"), index=True)
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"))
    certificate: Mapped[str] = mapped_column(sa.String(30), unique=True)  # 休学证书编号
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date] = mapped_column(index=True)  # 期满: by then resumption or renewal
    reason: Mapped[str] = mapped_column(sa.String(200))
    ended_on: Mapped[dt.date | None]  # when the child came back, or left otherwise
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))

    enrolment: Mapped[Enrolment] = relationship()
    student: Mapped[Student] = relationship()
