"""Whose archive an office keeps though the child is enrolled nowhere: what lists of such children are read from."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class KeptStudent(Model):
    """离校留档学生 – a child who is enrolled nowhere and whose archive an office keeps, with the last enrolment.

    The triggers of revision l03 keep it, whoever writes: an enrolment that ends or begins, an archive that moves.
    """

    __tablename__ = "kept_student"
    __table_args__ = (
        sa.Index("ix_kept_student_custodian", "custodian_id", "student_id"),
        sa.Index("ix_kept_student_grade", "custodian_id", "grade", "student_id"),
        sa.Index("ix_kept_student_standing", "custodian_id", "standing", "student_id"),
    )

    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), primary_key=True, autoincrement=False)
    custodian_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))  # of the last enrolment, as what follows
    grade: Mapped[str] = mapped_column(sa.String(2))
    standing: Mapped[str] = mapped_column(sa.String(11))
