"""Recruiting beyond the own area: plans and their filing, and the lists of children under them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import BatchRow, Case
from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office
from app.schools.models import School, Stage
from app.students.models import Directive


class PlanKind(StrEnum):
    """招生方案类别"""

    CROSS_COUNTY = "cross_county"  # 跨县（市、区）: two county bureaus consent, filed with the city
    CROSS_CITY = "cross_city"  # 跨设区市: two city bureaus consent, filed with the province


class PlanStatus(StrEnum):
    """招生方案状态"""

    CONSULTING = "consulting"  # 征求同意: from the submission
    CONSENTED = "consented"  # 双方已同意: consulting -> consented, by the second consent
    FILED = "filed"  # 已备案，可组织招生: consented -> filed, when the filing is accepted
    ENDED = "ended"  # 已终止: by a refusal or a recall


class Plan(Model):
    """招生方案 – how many children of one source area a school may recruit in a year; one plan names one area."""

    __tablename__ = "plan"
    __table_args__ = (
        sa.CheckConstraint("cap > 0", name="cap_counts"),
        sa.Index(
            "uq_plan_one_per_source",
            "school_id",
            "stage",
            "entry_year",
            "source_id",
            unique=True,
            sqlite_where=sa.text("status <> 'ended'"),
            postgresql_where=sa.text("status <> 'ended'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), unique=True)
    kind: Mapped[PlanKind] = mapped_column(choice(PlanKind))
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    stage: Mapped[Stage] = mapped_column(choice(Stage))
    entry_year: Mapped[int]
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)  # the bureau of the source area
    cap: Mapped[int]  # 计划数
    closes_on: Mapped[dt.date]  # 招生截止: the roster comes after it
    status: Mapped[PlanStatus] = mapped_column(choice(PlanStatus))

    school: Mapped[School] = relationship()
    source: Mapped[Office] = relationship()
    filing: Mapped[Filing | None] = relationship(back_populates="plan", uselist=False)


class FilingState(StrEnum):
    """备案状态"""

    WAITING = "waiting"  # 待备案: from the lodging
    RETURNED = "returned"  # 退回补充: waiting -> returned -> waiting, until it is lodged again
    ACCEPTED = "accepted"  # 予以备案
    ENDED = "ended"  # 方案已终止: recalled, or taken up again with other figures and refused


class Filing(Model):
    """备案 – a plan lodged with the next tier: accepted with a number, or returned for supplement, never refused."""

    __tablename__ = "filing"
    __table_args__ = (sa.CheckConstraint("(number IS NULL) = (accepted_at IS NULL)", name="number_when_accepted"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(sa.ForeignKey("plan.id"), unique=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)  # where it is lodged
    lodged_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    returned: Mapped[int] = mapped_column(default=0)  # how often for supplement
    returned_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # none once it is lodged again
    number: Mapped[str | None] = mapped_column(sa.String(24), unique=True)  # B2026-330100-000001
    accepted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    plan: Mapped[Plan] = relationship(back_populates="filing")
    office: Mapped[Office] = relationship()

    @property
    def state(self) -> FilingState:
        """Where the filing stands; what was returned and not lodged again is the school's side's turn."""
        if self.accepted_at is not None:
            return FilingState.ACCEPTED
        if self.plan.status is PlanStatus.ENDED:
            return FilingState.ENDED
        return FilingState.RETURNED if self.returned_at is not None else FilingState.WAITING

    @property
    def title(self) -> str:
        """The number as it stands on paper: 浙教备〔2026〕330100-000001号; empty until it is accepted."""
        return f"浙教备〔{self.number[1:5]}〕{self.number[6:]}号" if self.number else ""


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
