"""Contested records (问题学籍): what is in doubt about a child's record, and how it was settled."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office
from app.students.models.students import Student


class ContestKind(StrEnum):
    """问题学籍类别"""

    SAME_PERSON = "same_person"  # 疑似重复: two records of what may be one child
    WRONG_NUMBER = "wrong_number"  # 证件号不存在、与姓名不符或已变更
    NO_NUMBER = "no_number"  # 无证件号而身份存疑


CONTEST_NAMES = {
    ContestKind.SAME_PERSON: "疑似重复学籍",
    ContestKind.WRONG_NUMBER: "证件号错误",
    ContestKind.NO_NUMBER: "无证件号，身份存疑",
}


class Remedy(StrEnum):
    """处理方式"""

    EVIDENCE = "evidence"  # 佐证: proved, both records stay
    MERGE = "merge"  # 合并: one of two records is kept
    SEPARATE = "separate"  # 变更: two children, this one's data corrected


REMEDY_NAMES = {Remedy.EVIDENCE: "佐证保留", Remedy.MERGE: "合并", Remedy.SEPARATE: "更正身份信息"}


class Contest(Model):
    """问题学籍 – a doubt about one record, or about two being one child; open until a case has settled it."""

    __tablename__ = "contest"
    __table_args__ = (
        sa.Index(
            "uq_contest_one_open",
            "student_id",
            unique=True,
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        ),
        sa.Index(
            "ix_contest_open",
            "id",
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        ),
        sa.CheckConstraint("(cleared_at IS NULL) = (remedy IS NULL)", name="remedy_when_cleared"),
        sa.CheckConstraint("(cleared_at IS NULL) = (case_id IS NULL)", name="case_when_cleared"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"))
    other_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student.id"), index=True)
    kind: Mapped[ContestKind] = mapped_column(choice(ContestKind))
    explanation: Mapped[str] = mapped_column(sa.String(500))
    marked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    marked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    remedy: Mapped[Remedy | None] = mapped_column(choice(Remedy))
    cleared_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"))

    student: Mapped[Student] = relationship(foreign_keys=[student_id])
    other: Mapped[Student | None] = relationship(foreign_keys=[other_id])
    marked_by: Mapped[Office] = relationship()
