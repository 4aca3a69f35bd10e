"""The person: one row for life, the numbers a child is known by, the guardians."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime, choice
from app.encryption import Sealed
from app.schools.models import Stage

if TYPE_CHECKING:
    from app.students.models.archives import Archive
    from app.students.models.enrolments import Enrolment


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
    #: of the type and number of another document, whose number lies sealed among the particulars; none for the later of
    #: two records that had one document already when documents became unique
    document_hash: Mapped[str | None] = mapped_column(sa.String(64), index=True, unique=True)
    main_number: Mapped[str] = mapped_column(Sealed)  # 学籍主号
    main_number_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    main_number_masked: Mapped[str] = mapped_column(sa.String(18))  # 330102********0017
    household_division: Mapped[str] = mapped_column(sa.String(6), default="")  # 户口所在地区划
    contested: Mapped[bool] = mapped_column(default=False)  # 问题学籍
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student.id"), index=True)  # 已并入: a tombstone
    particulars: Mapped[Any] = mapped_column(Json, default=dict)  # 一般信息: address, phone, health …
    is_demo: Mapped[bool] = mapped_column(default=False)

    numbers: Mapped[list[StudentNumber]] = relationship(order_by="[StudentNumber.valid_from, StudentNumber.id]")
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
        return last is not None and last.stage is not Stage.SENIOR and last.standing in ("graduated", "completed")

    @property
    def last_enrolment(self) -> Enrolment | None:
        return self.enrolments[-1] if self.enrolments else None


def masked(number: str) -> str:
    """330102********0017: what of a main number may be shown to anybody who may see the child."""
    return f"{number[:6]}{'*' * min(8, len(number) - 10)}{number[-4:]}"


class NumberKind(StrEnum):
    """学籍号类别"""

    STAGE = "stage"  # 学籍辅号, one per stage
    NATIONAL = "national"  # 全国学籍号: G and the identity number, or L or J and 18 characters of its own
    CARD = "card"  # 义务教育卡号
    FORMER_MAIN = "former_main"  # an earlier main number


class StudentNumber(Model):
    """学籍号 – a number beside the main one, with the days it was valid.

    What holds an identity number is kept as the main number is: encrypted, found by its keyed hash, shown masked. Of a
    main number given up before such were encrypted the hash alone is known.
    """

    __tablename__ = "student_number"
    __table_args__ = (
        sa.UniqueConstraint("kind", "value"),
        sa.UniqueConstraint("kind", "number_hash"),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="ends_after_start"),
        sa.CheckConstraint("(value IS NULL) = (kind IN ('national', 'former_main'))", name="sealed_by_kind"),
        sa.CheckConstraint("(value IS NULL) = (number_hash IS NOT NULL)", name="clear_or_sealed"),
        sa.CheckConstraint("student_id IS NOT NULL OR kind = 'national'", name="declared_or_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: none: 待核验, declared by an arrival whose child has no record here until the other province has answered
    student_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student.id"), index=True)
    kind: Mapped[NumberKind] = mapped_column(choice(NumberKind))
    value: Mapped[str | None] = mapped_column(sa.String(64))  # of a number that says nothing of the person
    number: Mapped[str | None] = mapped_column(Sealed)
    number_hash: Mapped[str | None] = mapped_column(sa.String(64))
    number_masked: Mapped[str] = mapped_column(sa.String(19), default="")  # G330102********0017
    valid_from: Mapped[dt.date]
    valid_until: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(sa.String(80), default="")
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))

    @property
    def shown(self) -> str:
        """What may be shown to anybody who may see the child."""
        return self.value or self.number_masked or "—"

    @property
    def in_full(self) -> str:
        """For whoever keeps the child; the view is written to the audit."""
        return self.value or self.number or self.shown


class NumberReservation(Model):
    """学籍主号占用 – a child's number while an open case is about it: one child, one open case at a time."""

    __tablename__ = "number_reservation"

    number_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))  # holds as long as this case is open
    reserved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class Guardian(Model):
    """监护人 – the adult answerable for the student."""

    __tablename__ = "guardian"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(36))
    relation: Mapped[str] = mapped_column(sa.String(1))  # 1 父 2 母 3 祖父 4 祖母 5 外祖父 6 外祖母 7 其他监护人 9 其他
    phone: Mapped[str] = mapped_column(Sealed)
