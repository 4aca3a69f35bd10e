"""Spreadsheets that came in, and their rows. What a row says is sealed: it holds a child's numbers."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime, choice
from app.divisions.models import Office
from app.identity.models import Post, User
from app.schools.models import School


class FileStatus(StrEnum):
    """导入状态"""

    RECEIVED = "received"  # 检查中: the rows are being read and checked
    CHECKED = "checked"  # 待确认: received -> checked; the rehearsal can be read
    IMPORTING = "importing"  # 导入中: checked -> importing, by the person who read it
    DONE = "done"  # 已导入: importing -> done; what was wrong stays as failed rows
    REFUSED = "refused"  # 不能读取: received -> refused, with the sentence why; -> received, once matched by hand
    DISCARDED = "discarded"  # 已放弃: checked, refused -> discarded; its rows are gone


STATUS_NAMES = {
    FileStatus.RECEIVED: ("检查中", "blue"),
    FileStatus.CHECKED: ("待确认", "amber"),
    FileStatus.IMPORTING: ("导入中", "blue"),
    FileStatus.DONE: ("已导入", "green"),
    FileStatus.REFUSED: ("不能读取", "red"),
    FileStatus.DISCARDED: ("已放弃", "grey"),
}
WORKING = (FileStatus.RECEIVED, FileStatus.IMPORTING)
MATCHED_IN = (FileStatus.REFUSED, FileStatus.CHECKED)


class ImportFile(Model):
    """导入文件 – one workbook: who sent it, how far it is, until when a worker holds it."""

    __tablename__ = "import_file"
    __table_args__ = (
        sa.Index("ix_import_file_office_id_id", "office_id", "id"),
        sa.Index(
            "ix_import_file_working",
            "id",
            sqlite_where=sa.text("status IN ('received', 'importing')"),
            postgresql_where=sa.text("status IN ('received', 'importing')"),
        ),
        sa.CheckConstraint("(status = 'refused') = (refusal <> '') OR status = 'discarded'", name="says_why"),
        sa.CheckConstraint("share BETWEEN 0 AND 1000", name="share_in_thousandths"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    post_id: Mapped[int] = mapped_column(sa.ForeignKey("post.id"))  # in which its person acts, also in the background
    uploaded_by: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    name: Mapped[str] = mapped_column(sa.String(120))
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(sa.String(64))
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)  # sealed; gone once it is confirmed
    status: Mapped[FileStatus] = mapped_column(choice(FileStatus))
    refusal: Mapped[str] = mapped_column(sa.String(400), default="")
    notices: Mapped[Any] = mapped_column(Json, default=list)  # sentences about the file as a whole
    foreign_captions: Mapped[Any] = mapped_column(Json, default=list)  # that mean no field, and may be matched by hand
    position: Mapped[int] = mapped_column(default=0)  # the place up to which rows are kept
    share: Mapped[int] = mapped_column(default=0)  # of the file that has been read, in thousandths
    with_warnings: Mapped[bool] = mapped_column(default=True)  # import rows with a warning too
    received_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    lease: Mapped[str] = mapped_column(sa.String(32), default="")  # which worker holds it
    leased_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)  # since something of it last succeeded
    trouble: Mapped[str] = mapped_column(sa.String(200), default="")  # where the last attempt failed, and its incident

    office: Mapped[Office] = relationship()
    post: Mapped[Post] = relationship()
    user: Mapped[User] = relationship()

    @property
    def can_be_matched(self) -> bool:
        """True while a person may say which of its columns is which."""
        return bool(self.foreign_captions) and self.confirmed_at is None and self.status in MATCHED_IN


class ImportCaption(Model):
    """表头对应 – what a caption means in the workbooks of an office, as somebody has matched it by hand."""

    __tablename__ = "import_caption"

    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    caption: Mapped[str] = mapped_column(sa.String(60), primary_key=True)  # without what does not tell it apart
    field: Mapped[str] = mapped_column(sa.String(60))  # of the row's form; empty: not to be read
    matched_by: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    matched_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class RowState(StrEnum):
    """导入行状态"""

    OK = "ok"  # 可导入
    WARNING = "warning"  # 有提示, can be imported
    ERROR = "error"  # 有错误; ok, warning -> error when the import refused it
    SKIPPED = "skipped"  # 不必导入: imported before, or the same row twice
    IMPORTED = "imported"  # 已导入: ok, warning -> imported, with its case


STATE_NAMES = {
    RowState.OK: ("可导入", "green"),
    RowState.WARNING: ("有提示", "amber"),
    RowState.ERROR: ("有错误", "red"),
    RowState.SKIPPED: ("已跳过", "grey"),
    RowState.IMPORTED: ("已导入", "blue"),
}


class ImportRow(Model):
    """导入行 – one row of a workbook: what it says (sealed), what is wrong with it, which case took it."""

    __tablename__ = "import_row"
    __table_args__ = (
        sa.Index("ix_import_row_state", "file_id", "state", "school_id", "number"),
        sa.CheckConstraint("(state = 'imported') = (case_id IS NOT NULL)", name="imported_with_a_case"),
    )

    file_id: Mapped[int] = mapped_column(sa.ForeignKey("import_file.id"), primary_key=True)
    #: its place in the file: those of a second roster follow those of the first
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[str] = mapped_column(sa.String(40), default="")  # empty where the file has one roster only
    row: Mapped[int]  # in its sheet
    state: Mapped[RowState] = mapped_column(choice(RowState))
    school_id: Mapped[int | None] = mapped_column(sa.ForeignKey("school.id"))
    number_hash: Mapped[str | None] = mapped_column(sa.String(64))
    payload: Mapped[bytes] = mapped_column(sa.LargeBinary)  # sealed JSON: {"values", "typed"}; imported: the name only
    faults: Mapped[Any] = mapped_column(Json, default=list)
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"))

    school: Mapped[School | None] = relationship()
