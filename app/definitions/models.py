"""Processes and their published versions; a case pins one for life."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime


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


class ProcessVersion(Model):
    """流程版本 – one published version: diagrams, tables and forms as they were, never edited."""

    __tablename__ = "process_version"
    __table_args__ = (sa.UniqueConstraint("process_key", "number"), sa.UniqueConstraint("process_key", "checksum"))

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.ForeignKey("process.key"))
    number: Mapped[int]
    checksum: Mapped[str] = mapped_column(sa.String(64))
    files: Mapped[Any] = mapped_column(Json)  # file name -> text, *.bpmn and *.dmn
    forms: Mapped[Any] = mapped_column(Json)  # task key -> JSON Schema; "application" is the opening form
    published_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(sa.String(40))
    drawn_by: Mapped[str | None] = mapped_column(sa.String(40))  # who proposed it; None: shipped with the system
    note: Mapped[str | None] = mapped_column(sa.String(2000))  # what it changes, and why
