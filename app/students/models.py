"""The record itself. No row of it changes without a case."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime, choice
from app.divisions.models import Office
from app.schools.models import GRADES, School, SchoolClass, Stage
from app.sealing import Sealed


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
OPEN_STANDINGS = (Standing.ACTIVE, Standing.SUSPENDED, Standing.DROPPED_OUT)


class Sex(StrEnum):
    """性别 (GB/T 2261.1)"""

    MALE = "1"  # 男
    FEMALE = "2"  # 女


class Student(Model):
    """学生 – the person, one row for life."""

    __tablename__ = "student"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(36), index=True)
    sex: Mapped[Sex] = mapped_column(choice(Sex))
    born_on: Mapped[dt.date]
    ethnic_group: Mapped[str] = mapped_column(sa.String(2), default="01")  # GB/T 3304
    document_type: Mapped[str] = mapped_column(sa.String(1), default="1")  # 身份证件类型码; 1 = 居民身份证
    main_number: Mapped[str] = mapped_column(Sealed)  # 学籍主号
    main_number_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    main_number_masked: Mapped[str] = mapped_column(sa.String(18))  # 330102********0017
    household_division: Mapped[str] = mapped_column(sa.String(6), default="")  # 户口所在地区划
    contested: Mapped[bool] = mapped_column(default=False)  # 问题学籍
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student.id"), index=True)  # 已并入: a tombstone
    particulars: Mapped[Any] = mapped_column(Json, default=dict)  # 一般信息: address, phone, health …
    is_demo: Mapped[bool] = mapped_column(default=False)

    numbers: Mapped[list[StudentNumber]] = relationship(order_by="StudentNumber.valid_from")
    guardians: Mapped[list[Guardian]] = relationship(order_by="Guardian.id")
    enrolments: Mapped[list[Enrolment]] = relationship(order_by="Enrolment.epoch", back_populates="student")
    archive: Mapped[Archive | None] = relationship(back_populates="student", uselist=False)

    @property
    def open_enrolment(self) -> Enrolment | None:
        return next((each for each in self.enrolments if each.ends_on is None), None)

    @property
    def awaits_progression(self) -> bool:
        """待升学: out of primary or junior school, the archive still with the school left."""
        last = self.last_enrolment
        done = last is not None and last.standing in (Standing.GRADUATED, Standing.COMPLETED)
        return done and last is not None and last.stage is not Stage.SENIOR

    @property
    def last_enrolment(self) -> Enrolment | None:
        return self.enrolments[-1] if self.enrolments else None


def masked(number: str) -> str:
    """330102********0017: what of a main number may be shown to anybody who may see the child."""
    return f"{number[:6]}{'*' * min(8, len(number) - 10)}{number[-4:]}"


class NumberKind(StrEnum):
    """学籍号类别"""

    STAGE = "stage"  # 学籍辅号, one per stage
    NATIONAL = "national"  # 全国学籍号
    CARD = "card"  # 义务教育卡号
    FORMER_MAIN = "former_main"  # an earlier main number, as its keyed hash


class StudentNumber(Model):
    """学籍号 – a number beside the main one, with the days it was valid."""

    __tablename__ = "student_number"
    __table_args__ = (
        sa.UniqueConstraint("kind", "value"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), index=True)
    kind: Mapped[NumberKind] = mapped_column(choice(NumberKind))
    value: Mapped[str] = mapped_column(sa.String(64))
    valid_from: Mapped[dt.date]
    valid_until: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(sa.String(80), default="")
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))


class NumberReservation(Model):
    """学籍主号占用 – a main number while its registration is under way: one child, one school at a time."""

    __tablename__ = "number_reservation"

    number_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))  # holds as long as this case is open
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    reserved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Guardian(Model):
    """监护人 – the adult answerable for the student."""

    __tablename__ = "guardian"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(36))
    relation: Mapped[str] = mapped_column(sa.String(1))  # 1 父 2 母 3 祖父 4 祖母 5 外祖父 6 外祖母 7 其他监护人
    phone: Mapped[str] = mapped_column(Sealed)


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
        sa.Index("ix_enrolment_school", "school_id", "grade", "standing"),
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
    __table_args__ = (sa.Index("uq_change_reverses_id", "reverses_id", unique=True),)

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
    "99": "更正",
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


class LawfulChange(Model):
    """学籍状态变迁规则 – the matrix of `rules/lawful.py`, for the trigger that refuses what is not in it."""

    __tablename__ = "lawful_change"

    profile: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    process: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    stage: Mapped[str] = mapped_column(sa.String(10), primary_key=True)  # * is every stage
    before: Mapped[str] = mapped_column(sa.String(20), primary_key=True)  # empty: no enrolment before
    after: Mapped[str] = mapped_column(sa.String(20), primary_key=True)  # * is every standing


class Section(StrEnum):
    """档案部分 (教基一〔2013〕7号 Art. 7)"""

    BASIC = "basic"  # (一) 基本信息及其变动
    PROOF = "proof"  # (二) 证明材料
    GROWTH = "growth"  # (三) 综合素质发展报告
    HEALTH = "health"  # (四) 体质健康、体检、预防接种
    AWARD = "award"  # (五) 获奖
    AID = "aid"  # (六) 资助
    OTHER = "other"  # (七) 省级规定的其他内容


SECTION_NAMES = {
    Section.BASIC: "基本信息及其变动情况",
    Section.PROOF: "证明材料",
    Section.GROWTH: "综合素质发展报告",
    Section.HEALTH: "体质健康与体检、预防接种",
    Section.AWARD: "在校期间获奖",
    Section.AID: "享受资助",
    Section.OTHER: "省级教育行政部门规定的其他信息",
}


class Archive(Model):
    """电子学籍档案 – the student's dossier, one for life; has one custodian."""

    __tablename__ = "archive"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), unique=True)
    custodian_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)
    owner_division: Mapped[str] = mapped_column(sa.String(6))
    version: Mapped[int] = mapped_column(default=1)  # counts what changed in it; a directive names one
    opened_on: Mapped[dt.date]
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    left_to: Mapped[str] = mapped_column(sa.String(6), default="")  # 已转往的省: the custodian keeps a copy only

    student: Mapped[Student] = relationship(back_populates="archive")
    custodian: Mapped[Office] = relationship(lazy="joined")
    entries: Mapped[list[ArchiveEntry]] = relationship(order_by="ArchiveEntry.dated")


class ArchiveEntry(Model):
    """档案条目 – one dated, signed entry of a section; moves with the custodian."""

    __tablename__ = "archive_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    archive_id: Mapped[int] = mapped_column(sa.ForeignKey("archive.id"), index=True)
    section: Mapped[Section] = mapped_column(choice(Section))
    dated: Mapped[dt.date]
    title: Mapped[str] = mapped_column(sa.String(80))
    body: Mapped[str] = mapped_column(sa.Text, default="")
    signed_by: Mapped[str] = mapped_column(sa.String(40))
    signed_at_office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    owner_division: Mapped[str] = mapped_column(sa.String(6))
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))

    signed_at_office: Mapped[Office] = relationship()


class DirectiveKind(StrEnum):
    """指令类别"""

    ALLOW_TRANSFER = "allow_transfer"  # 允许转学
    ALLOW_OUTSIDE = "allow_outside"  # 允许外招


class DirectiveStatus(StrEnum):
    """指令状态"""

    ISSUED = "issued"  # 有效: may be consumed
    CONSUMED = "consumed"  # 已使用: issued -> consumed, by the pull
    REVOKED = "revoked"  # 已撤销: issued -> revoked, by the bureau that issued it
    EXPIRED = "expired"  # 已过期: issued -> expired, by the clock


class Directive(Model):
    """指令 – a bureau's signed, single-use permission to pull one archive."""

    __tablename__ = "directive"
    __table_args__ = (
        sa.Index(
            "uq_directive_one_issued",
            "archive_id",
            unique=True,
            sqlite_where=sa.text("status = 'issued'"),
            postgresql_where=sa.text("status = 'issued'"),
        ),
        sa.CheckConstraint("(consumed_at IS NOT NULL) = (status = 'consumed')", name="consumed_when"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(24), unique=True)  # T2026-330212-000001
    kind: Mapped[DirectiveKind] = mapped_column(choice(DirectiveKind))
    status: Mapped[DirectiveStatus] = mapped_column(choice(DirectiveStatus))
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), index=True)
    archive_id: Mapped[int] = mapped_column(sa.ForeignKey("archive.id"))
    archive_version: Mapped[int]
    from_office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    to_school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"), index=True)
    issuer_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)
    issued_by: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    issued_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    consumed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    signature: Mapped[bytes] = mapped_column(sa.LargeBinary(64))

    issuer: Mapped[Office] = relationship(foreign_keys=[issuer_id])
    from_office: Mapped[Office] = relationship(foreign_keys=[from_office_id])
    to_school: Mapped[School] = relationship()
    student: Mapped[Student] = relationship()

    @property
    def title(self) -> str:
        """The number as it stands on paper: 浙教学籍允转〔2026〕330212-000001号."""
        word = "允转" if self.kind is DirectiveKind.ALLOW_TRANSFER else "允外招"
        return f"浙教学籍{word}〔{self.number[1:5]}〕{self.number[6:]}号"
