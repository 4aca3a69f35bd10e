"""What a school has issued about a child, and the picture it keeps: proofs and photos."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime
from app.students.models.enrolments import Enrolment
from app.students.models.students import Student


class Proof(Model):
    """在籍证明 – a numbered paper that a school has issued; what it stated on that day stays as it was."""

    __tablename__ = "proof"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(30), unique=True)  # Z2026-2133010601-0001
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id"))
    purpose: Mapped[str] = mapped_column(sa.String(60))
    stated: Mapped[Any] = mapped_column(Json)  # name, grade, class, standing, since
    issued_by: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    issued_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[dt.date]

    student: Mapped[Student] = relationship()
    enrolment: Mapped[Enrolment] = relationship()


class Photo(Model):
    """照片 – a child's picture, cropped and small; its hash names the sealed file."""

    __tablename__ = "photo"

    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    size: Mapped[int]  # bytes
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    added_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
