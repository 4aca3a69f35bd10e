"""Migrations of running cases to another version of their process, and what became of each case."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models.cases import Case
from app.database import Json, Model, UtcDateTime, choice
from app.definitions.models import ProcessVersion
from app.identity.models import User


class MigrationStatus(StrEnum):
    """迁移状态"""

    PROPOSED = "proposed"  # 待审批
    RUNNING = "running"  # 迁移中: proposed -> running, by another person; the worker moves the cases
    DONE = "done"  # 已完成: running -> done, after the last case
    RETURNED = "returned"  # 已退回: proposed -> returned
    WITHDRAWN = "withdrawn"  # 已撤回: proposed -> withdrawn, by its analyst
    UNDOING = "undoing"  # 撤销中: running, done -> undoing; the worker moves the cases back
    UNDONE = "undone"  # 已撤销: undoing -> undone


class MigratedStatus(StrEnum):
    """办件迁移状态"""

    WAITING = "waiting"  # 待迁移
    MOVED = "moved"  # 已迁移: in the transaction that wrote the case
    LEFT = "left"  # 未迁移: it cannot, with the reason
    UNDOING = "undoing"  # 待撤销
    UNDONE = "undone"  # 已撤销迁移
    KEPT = "kept"  # 不能撤销: something has happened to it since


OPEN_MIGRATIONS = "status IN ('proposed', 'running', 'undoing')"


class Migration(Model):
    """迁移 – running cases of a process go over to another of its versions: proposed, approved, worked, undone.

    Both versions are the province's, or of the variant of the bureau whose office it is.
    """

    __tablename__ = "case_migration"
    __table_args__ = (
        sa.Index(
            "ix_case_migration_open",  # one at a time of the province, and of each bureau's variant
            "process_key",
            "office_id",
            unique=True,
            postgresql_where=sa.text(OPEN_MIGRATIONS),
            sqlite_where=sa.text(OPEN_MIGRATIONS),
        ),
        sa.CheckConstraint("from_id <> to_id", name="to_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.ForeignKey("process.key"), index=True)
    from_id: Mapped[int] = mapped_column(sa.ForeignKey("process_version.id"))
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("process_version.id"))
    mapping: Mapped[Any] = mapped_column(Json)  # key of a task -> that of the task as which it goes on
    reason: Mapped[str] = mapped_column(sa.String(2000))
    rehearsal: Mapped[Any] = mapped_column(Json)  # what it said when it was proposed: [verdict, sentence, cases]
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    status: Mapped[MigrationStatus] = mapped_column(choice(MigrationStatus), default=MigrationStatus.PROPOSED)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    opinion: Mapped[str | None] = mapped_column(sa.String(2000))
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))
    undone_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    undo_reason: Mapped[str | None] = mapped_column(sa.String(2000))

    source: Mapped[ProcessVersion] = relationship(foreign_keys=[from_id])
    target: Mapped[ProcessVersion] = relationship(foreign_keys=[to_id])
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])


class MigratedCase(Model):
    """迁移办件 – one case of a migration: what became of it, and how it was before."""

    __tablename__ = "migrated_case"
    __table_args__ = (
        sa.Index(
            "ix_migrated_case_to_work",
            "migration_id",
            "case_id",
            postgresql_where=sa.text("status IN ('waiting', 'undoing')"),
            sqlite_where=sa.text("status IN ('waiting', 'undoing')"),
        ),
        sa.CheckConstraint("status NOT IN ('moved', 'undoing') OR before IS NOT NULL", name="before_when_moved"),
    )

    migration_id: Mapped[int] = mapped_column(sa.ForeignKey("case_migration.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True, index=True)
    status: Mapped[MigratedStatus] = mapped_column(choice(MigratedStatus), default=MigratedStatus.WAITING)
    detail: Mapped[str] = mapped_column(sa.String(500), default="")  # what changed for it, or why not
    state: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # its run before, as the former version restores it
    before: Mapped[Any | None] = mapped_column(Json, nullable=True)  # what else was written over
    revision: Mapped[int | None]  # of the case after its migration: while it is this, nothing has happened since
    worked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship()
