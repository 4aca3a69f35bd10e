"""Tables of whole cohorts: the lock and its proofs, who was left out, class lists checked, certificates."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, UtcDateTime, choice
from app.schools.models import School
from app.students.models.enrolments import Enrolment
from app.students.models.students import Student


class LockPostponement(Model):
    """锁定延期 – the province lets one cohort's data close later than 30 September; the newest row holds."""

    __tablename__ = "lock_postponement"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_year: Mapped[int] = mapped_column(index=True)
    locks_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    basis: Mapped[str] = mapped_column(sa.String(200))
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class LockSnapshot(Model):
    """锁定快照 – the digest of a cohort's basic data, of one school or of the province, when it closed.

    A correction after the lock adds the school's digest anew, with the digest of all that it did not name.
    """

    __tablename__ = "lock_snapshot"
    __table_args__ = (
        sa.Index(
            "uq_lock_snapshot_whole",
            "entry_year",
            unique=True,
            sqlite_where=sa.text("school_id IS NULL"),
            postgresql_where=sa.text("school_id IS NULL"),
        ),
        sa.Index(
            "uq_lock_snapshot_school",
            "entry_year",
            "school_id",
            unique=True,
            sqlite_where=sa.text("case_id IS NULL"),
            postgresql_where=sa.text("case_id IS NULL"),
        ),
        sa.CheckConstraint("(case_id IS NULL) = (rest IS NULL)", name="rest_under_a_case"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_year: Mapped[int]
    school_id: Mapped[int | None] = mapped_column(sa.ForeignKey("school.id"))  # none: the whole province
    digest: Mapped[str] = mapped_column(sa.String(64))
    rest: Mapped[str | None] = mapped_column(sa.String(64))  # of every field that the case did not name
    children: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"))  # none: the lock itself
    taken_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class LeftOutBecause(StrEnum):
    """未随同办理的原因"""

    SUSPENDED = "suspended"  # 休学
    DROPPED_OUT = "dropped_out"  # 辍学
    OPEN_CASE = "open_case"  # 在办业务
    REPEAT = "repeat"  # 已批准留级
    FINAL_GRADE = "final_grade"  # 毕业年级
    UNGRADUATED = "ungraduated"  # 毕业年级尚未毕业: the grade below it waits
    COHORT = "cohort"  # 入学年份与就读年级不符


LEFT_OUT_TEXTS = {
    LeftOutBecause.SUSPENDED: "休学中",
    LeftOutBecause.DROPPED_OUT: "辍学，未返校",
    LeftOutBecause.OPEN_CASE: "有在办业务，须先办结",
    LeftOutBecause.REPEAT: "已批准留级",
    LeftOutBecause.FINAL_GRADE: "毕业年级，办理毕业，不升级",
    LeftOutBecause.UNGRADUATED: "毕业年级尚未毕业，待其毕业后升级",
    LeftOutBecause.COHORT: "入学年份与就读年级不符，未满相应修业年限",
}


class LeftOut(Model):
    """未随同办理 – one child whom a case about a whole school or grade passed over, and why."""

    __tablename__ = "left_out"
    __table_args__ = (sa.UniqueConstraint("case_id", "student_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"))
    grade: Mapped[str] = mapped_column(sa.String(2))
    because: Mapped[LeftOutBecause] = mapped_column(choice(LeftOutBecause))

    student: Mapped[Student] = relationship()


class ClassCheck(Model):
    """班级名册核对 – what one class's list said in one term's verification of the roll, and who was there."""

    __tablename__ = "class_check"
    __table_args__ = (
        sa.UniqueConstraint("case_id", "grade", "class_number"),
        sa.CheckConstraint("present >= 0 AND present <= listed", name="present_of_listed"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"), index=True)
    year: Mapped[int]  # the school year by its first calendar year
    term: Mapped[int]  # 1 or 2
    grade: Mapped[str] = mapped_column(sa.String(2))
    class_number: Mapped[int]  # 0: children in no class
    teacher: Mapped[str] = mapped_column(sa.String(36))  # 班主任 who confirmed the list
    listed: Mapped[int]
    present: Mapped[int]
    unlisted: Mapped[int]  # persons here without a record
    digest: Mapped[str] = mapped_column(sa.String(64))  # of the list as it was confirmed


class DiscrepancyKind(StrEnum):
    """人籍不符类别"""

    RECORD_ONLY = "record_only"  # 空挂学籍: a record here, the person not
    PERSON_ONLY = "person_only"  # 人在籍不在: a person here, no record


DISCREPANCY_NAMES = {DiscrepancyKind.RECORD_ONLY: "籍在人不在", DiscrepancyKind.PERSON_ONLY: "人在籍不在"}


class Discrepancy(Model):
    """人籍不符 – one child whose record and person are not at the same school; open until it is settled."""

    __tablename__ = "discrepancy"
    __table_args__ = (
        sa.CheckConstraint("(student_id IS NULL) = (kind = 'person_only')", name="record_has_student"),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_how = '')", name="settled_how"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"), index=True)
    kind: Mapped[DiscrepancyKind] = mapped_column(choice(DiscrepancyKind))
    student_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student.id"))
    name: Mapped[str] = mapped_column(sa.String(36))
    grade: Mapped[str] = mapped_column(sa.String(2))
    class_number: Mapped[int]
    found_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))
    settled_how: Mapped[str] = mapped_column(sa.String(200), default="")

    school: Mapped[School] = relationship()


class CertificateKind(StrEnum):
    """证书类别"""

    GRADUATION = "graduation"  # 毕业证书
    COMPLETION = "completion"  # 结业证书
    LEAVING = "leaving"  # 肄业证书


CERTIFICATE_NAMES = {
    CertificateKind.GRADUATION: "毕业证书",
    CertificateKind.COMPLETION: "结业证书",
    CertificateKind.LEAVING: "肄业证书",
}


class Certificate(Model):
    """证书 – of graduation, completion or leaving; its number runs without gaps per school, kind and year.

    One whose graduation has been taken back stays, revoked; its number is not used again.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        sa.Index(
            "uq_certificate_valid",
            "enrolment_id",
            unique=True,
            sqlite_where=sa.text("revoked_case_id IS NULL"),
            postgresql_where=sa.text("revoked_case_id IS NULL"),
        ),
        sa.CheckConstraint("(revoked_on IS NULL) = (revoked_case_id IS NULL)", name="revoked_under_a_case"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[CertificateKind] = mapped_column(choice(CertificateKind))
    number: Mapped[str] = mapped_column(sa.String(24), unique=True)  # B2027-2133010601-0001
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"))
    issued_on: Mapped[dt.date]
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    revoked_on: Mapped[dt.date | None]
    revoked_case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"))

    enrolment: Mapped[Enrolment] = relationship()
