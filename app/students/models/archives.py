"""The dossier of a child, and its entries."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, choice
from app.divisions.models import Office
from app.students.models.sections import Section
from app.students.models.students import Student


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
