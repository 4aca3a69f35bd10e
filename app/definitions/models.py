"""Processes and their published versions; a case pins one for life."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime
from app.divisions.models import Office


class Process(Model):
    """流程 – a kind of case, by its key."""

    __tablename__ = "process"

    key: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    off_since: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # 停用: nobody can start it, open cases go on
    off_by: Mapped[str | None] = mapped_column(sa.String(40))
    off_reason: Mapped[str | None] = mapped_column(sa.String(200))
    current_id: Mapped[int | None]  # no foreign key: the version points here already, and SQLite has no ring of keys

    current: Mapped[ProcessVersion | None] = relationship(
        primaryjoin="foreign(Process.current_id) == ProcessVersion.id", viewonly=True
    )


class ProcessVariant(Model):
    """本地流程 – a bureau's own line of versions of a process, which the applications of its schools take."""

    __tablename__ = "process_variant"

    process_key: Mapped[str] = mapped_column(sa.ForeignKey("process.key"), primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), primary_key=True)
    off_since: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # 停用: new cases open in the province's version
    off_by: Mapped[str | None] = mapped_column(sa.String(40))
    off_reason: Mapped[str | None] = mapped_column(sa.String(200))
    current_id: Mapped[int]  # no foreign key, as above: the version is written in the same transaction

    office: Mapped[Office] = relationship()
    current: Mapped[ProcessVersion] = relationship(
        primaryjoin="foreign(ProcessVariant.current_id) == ProcessVersion.id", viewonly=True
    )


def _of_the_province(name: str, *columns: str) -> sa.Index:
    where = sa.text("office_id IS NULL")
    return sa.Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)


def _of_a_bureau(name: str, *columns: str) -> sa.Index:
    where = sa.text("office_id IS NOT NULL")
    return sa.Index(name, *columns, unique=True, postgresql_where=where, sqlite_where=where)


class ProcessVersion(Model):
    """流程版本 – one published version: diagrams, tables and forms as they were, never edited."""

    __tablename__ = "process_version"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["process_key", "office_id"],
            ["process_variant.process_key", "process_variant.office_id"],
            name="fk_process_version_variant",
        ),
        sa.CheckConstraint("(office_id IS NULL) = (based_on_id IS NULL)", name="variant_of_a_version"),
        _of_the_province("ix_process_version_number", "process_key", "number"),
        _of_the_province("ix_process_version_checksum", "process_key", "checksum"),
        _of_a_bureau("ix_process_version_variant_number", "process_key", "office_id", "number"),
        _of_a_bureau("ix_process_version_variant_checksum", "process_key", "office_id", "checksum"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.ForeignKey("process.key"))
    office_id: Mapped[int | None]  # the bureau whose variant it is a version of; None: the province's own
    based_on_id: Mapped[int | None] = mapped_column(sa.ForeignKey("process_version.id"))  # to which a variant adds
    number: Mapped[int]
    checksum: Mapped[str] = mapped_column(sa.String(64))
    files: Mapped[Any] = mapped_column(Json)  # file name -> text, *.bpmn and *.dmn
    forms: Mapped[Any] = mapped_column(Json)  # task key -> JSON Schema; "application" is the opening form
    published_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(sa.String(40))
    drawn_by: Mapped[str | None] = mapped_column(sa.String(40))  # who proposed it; None: shipped with the system
    note: Mapped[str | None] = mapped_column(sa.String(2000))  # what it changes, and why

    based_on: Mapped[ProcessVersion | None] = relationship(remote_side=[id])
