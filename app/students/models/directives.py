"""Directives: by whose permission an archive moves."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office
from app.schools.models import School
from app.students.models.students import Student


class DirectiveKind(StrEnum):
    """指令类别"""

    ALLOW_TRANSFER = "allow_transfer"  # 允许转学
    ALLOW_OUTSIDE = "allow_outside"  # 允许外招


class DirectiveStatus(StrEnum):
    """指令状态"""

    ISSUED = "issued"  # 有效: may be consumed
    CONSUMED = "consumed"  # 已使用: issued -> consumed, by the pull
    REVOKED = "revoked"  # 已撤销: issued -> revoked, by the bureau that issued it
    EXPIRED = "expired"  # 已过期: issued -> expired, by the clock


class Directive(Model):
    """指令 – a bureau's signed, single-use permission to pull one archive."""

    __tablename__ = "directive"
    __table_args__ = (
        sa.Index(
            "uq_directive_one_issued",
            "archive_id",
            unique=True,
            sqlite_where=sa.text("status = 'issued'"),
            postgresql_where=sa.text("status = 'issued'"),
        ),
        *(
            sa.Index(
                f"ix_directive_issued_{party}",
                f"{party}_id",
                "id",
                sqlite_where=sa.text("status = 'issued'"),
                postgresql_where=sa.text("status = 'issued'"),
            )
            for party in ("issuer", "from_office", "to_school")
        ),
        sa.Index("ix_directive_issuer", "issuer_id", "id"),
        sa.Index(
            "ix_directive_outside",
            "id",
            sqlite_where=sa.text("kind = 'allow_outside'"),
            postgresql_where=sa.text("kind = 'allow_outside'"),
        ),
        sa.Index("ix_directive_from_office", "from_office_id", "id"),
        sa.Index("ix_directive_to_school", "to_school_id", "id"),
        sa.CheckConstraint("(consumed_at IS NOT NULL) = (status = 'consumed')", name="consumed_when"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(24), unique=True)  # T2026-330212-000001
    kind: Mapped[DirectiveKind] = mapped_column(choice(DirectiveKind))
    status: Mapped[DirectiveStatus] = mapped_column(choice(DirectiveStatus))
    student_id: Mapped[int] = mapped_column(sa.ForeignKey("student.id"), index=True)
    archive_id: Mapped[int] = mapped_column(sa.ForeignKey("archive.id"))
    archive_version: Mapped[int]
    from_office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    to_school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    issuer_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    issued_by: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    issued_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    consumed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_reason: Mapped[str] = mapped_column(sa.String(200), default="")
    signature: Mapped[bytes] = mapped_column(sa.LargeBinary(64))

    issuer: Mapped[Office] = relationship(foreign_keys=[issuer_id])
    from_office: Mapped[Office] = relationship(foreign_keys=[from_office_id])
    to_school: Mapped[School] = relationship()
    student: Mapped[Student] = relationship()

    @property
    def title(self) -> str:
        """The number as it stands on paper."""
        return title_of(self.kind, self.number)


def title_of(kind: DirectiveKind, number: str) -> str:
    """The number of a directive as it stands on paper: 浙教学籍允转〔2026〕330212-000001号."""
    word = "允转" if kind is DirectiveKind.ALLOW_TRANSFER else "允外招"
    return f"浙教学籍{word}〔{number[1:5]}〕{number[6:]}号"
