"""Rosters of recruits from outside: whom a school wants under a filed plan, and what each bureau says of each child."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import BatchRow, Case
from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office
from app.schools.plans import Plan
from app.students.models import Directive


class Roster(Model):
    """外招名单 – the children whom a case wants under one filed plan, and the two bureaus that confirm them."""

    __tablename__ = "roster"

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("batch.case_id"), primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), index=True)
    here_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))  # the school's superior
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)  # the bureau of the source area
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("process_version.id"))  # of each child's small run
    here_answer: Mapped[str] = mapped_column(sa.String(9), default="")  # what it said last of the list as a whole
    source_answer: Mapped[str] = mapped_column(sa.String(9), default="")

    plan: Mapped[Plan] = relationship()
    case: Mapped[Case] = relationship(primaryjoin="foreign(Roster.case_id) == Case.id", viewonly=True)
    here: Mapped[Office] = relationship(foreign_keys=here_id)
    source: Mapped[Office] = relationship(foreign_keys=source_id)


class ChildStatus(StrEnum):
    """外招学生办理状态"""

    LISTED = "listed"  # 待确认: from the upload
    CONFIRMED = "confirmed"  # 双方已确认: listed -> confirmed, a seat reserved
    DIRECTED = "directed"  # 已下达指令: confirmed -> directed; back when the directive ends unused
    REGISTERED = "registered"  # 已注册: directed -> registered, the directive consumed
    REFUSED = "refused"  # 不予办理: by a bureau, the school, or the end of the case


class Consent(StrEnum):
    """一方的确认结果"""

    AGREED = "agreed"
    REFUSED = "refused"


class RosterChild(Model):
    """外招学生 – one child of a roster: its own small run, what both bureaus say, its directive."""

    __tablename__ = "roster_child"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["case_id", "position"],
            ["batch_row.case_id", "batch_row.position"],
            name="fk_roster_child_case_id_position",
        ),
        sa.CheckConstraint(
            "status IN ('listed', 'refused') OR (here IS NOT NULL AND source IS NOT NULL"
            " AND here = 'agreed' AND source = 'agreed')",
            name="confirmed_by_both",
        ),
        sa.CheckConstraint("status NOT IN ('directed', 'registered') OR directive_id IS NOT NULL", name="directed_by"),
    )

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("roster.case_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[ChildStatus] = mapped_column(choice(ChildStatus), default=ChildStatus.LISTED)
    state: Mapped[bytes] = mapped_column(sa.LargeBinary)  # of its small run
    here: Mapped[Consent | None] = mapped_column(choice(Consent))
    here_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[Consent | None] = mapped_column(choice(Consent, name="consent_source"))
    source_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    # why not: noted by an office while it looks through the list, and final once it has decided
    here_code: Mapped[str] = mapped_column(sa.String(30), default="")
    here_reason: Mapped[str] = mapped_column(sa.String(150), default="")
    source_code: Mapped[str] = mapped_column(sa.String(30), default="")
    source_reason: Mapped[str] = mapped_column(sa.String(150), default="")
    directive_id: Mapped[int | None] = mapped_column(sa.ForeignKey("directive.id"), unique=True)

    row: Mapped[BatchRow] = relationship(viewonly=True)
    roster: Mapped[Roster] = relationship(viewonly=True)
    directive: Mapped[Directive | None] = relationship()
