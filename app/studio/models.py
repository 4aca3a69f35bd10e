"""Drafts of processes, and the proposals to publish them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime, choice
from app.definitions.models import ProcessVersion
from app.divisions.models import Office
from app.identity.models import User


class DraftStatus(StrEnum):
    """草稿状态"""

    OPEN = "open"  # 编辑中
    PUBLISHED = "published"  # 已发布: open -> published, with its proposal
    DELETED = "deleted"  # 已删除: open -> deleted, its files with it


class ProposalStatus(StrEnum):
    """发布申请状态"""

    OPEN = "open"  # 待审批
    APPROVED = "approved"  # 已发布
    RETURNED = "returned"  # 已退回
    WITHDRAWN = "withdrawn"  # 已撤回: by its analyst, by proposing anew, or with the draft


class ProcessDraft(Model):
    """流程草稿 – the files of one process as an analyst changes them; nothing runs on them."""

    __tablename__ = "process_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(40), index=True)  # of a process that may not exist yet
    name: Mapped[str] = mapped_column(sa.String(60))
    base_id: Mapped[int | None] = mapped_column(sa.ForeignKey("process_version.id"))  # current when the draft began
    source_id: Mapped[int | None] = mapped_column(sa.ForeignKey("process_version.id"))  # whose files it began with
    based_on_id: Mapped[int | None] = mapped_column(sa.ForeignKey("process_version.id"))  # to which a variant adds
    status: Mapped[DraftStatus] = mapped_column(choice(DraftStatus), default=DraftStatus.OPEN)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)
    created_by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    editor_ids: Mapped[list[int]] = mapped_column(Json)  # who has changed a file: none of them may approve it

    base: Mapped[ProcessVersion | None] = relationship(foreign_keys=[base_id])
    source: Mapped[ProcessVersion | None] = relationship(foreign_keys=[source_id])
    based_on: Mapped[ProcessVersion | None] = relationship(foreign_keys=[based_on_id])
    office: Mapped[Office] = relationship()
    created_by: Mapped[User] = relationship(foreign_keys=[created_by_id])
    changed_by: Mapped[User] = relationship(foreign_keys=[changed_by_id])
    files: Mapped[list[DraftFile]] = relationship(order_by="DraftFile.name", back_populates="draft")

    @property
    def line(self) -> int | None:
        """The bureau of whose variant it is a draft; None of the province's own versions."""
        return self.office_id if self.based_on_id is not None else None


class DraftFile(Model):
    """草稿文件 – one diagram, decision table or form of a draft, as text."""

    __tablename__ = "draft_file"

    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("process_draft.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    changed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    draft: Mapped[ProcessDraft] = relationship(back_populates="files")
    changed_by: Mapped[User] = relationship()


class Proposal(Model):
    """发布申请 – a draft as it was proposed, for another person to publish or to return."""

    __tablename__ = "proposal"
    __table_args__ = (
        sa.Index(
            "ix_proposal_open",
            "draft_id",
            unique=True,
            postgresql_where=sa.text("status = 'open'"),
            sqlite_where=sa.text("status = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("process_draft.id"))
    process_key: Mapped[str] = mapped_column(sa.String(40), index=True)
    base_id: Mapped[int | None] = mapped_column(sa.ForeignKey("process_version.id"))
    files: Mapped[Any] = mapped_column(Json)  # file name -> text, as proposed
    checksum: Mapped[str] = mapped_column(sa.String(64))
    editor_ids: Mapped[list[int]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(sa.String(2000))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    status: Mapped[ProposalStatus] = mapped_column(choice(ProposalStatus), default=ProposalStatus.OPEN)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    opinion: Mapped[str | None] = mapped_column(sa.String(2000))
    version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("process_version.id"))  # what it became

    draft: Mapped[ProcessDraft] = relationship()
    base: Mapped[ProcessVersion | None] = relationship(foreign_keys=[base_id])
    version: Mapped[ProcessVersion | None] = relationship(foreign_keys=[version_id])
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    @property
    def is_returned(self) -> bool:
        """True where its analyst has to change the draft and to propose it anew, or give it up."""
        return self.status is ProposalStatus.RETURNED
