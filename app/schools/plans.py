"""Recruiting beyond the own area: a school's scope, the year's plans, their filings one tier up."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office
from app.schools.models import School, Stage


class RecruitingScope(Model):
    """招生范围 – one division from which a school recruits as from its own area, set by its superior."""

    __tablename__ = "recruiting_scope"
    __table_args__ = (sa.UniqueConstraint("school_id", "division_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    division_code: Mapped[str] = mapped_column(sa.ForeignKey("division.code"))
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))  # under which it was set
    set_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


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


class QuotaEntryKind(StrEnum):
    """学籍总数流水类别"""

    RESERVE = "reserve"  # 预留: a confirmed child of a roster
    CONFIRM = "confirm"  # 转为已用: reserved -> used, by the registration
    RELEASE = "release"  # 释放: by refusal, recall or expiry


class QuotaEntry(Model):
    """学籍总数流水 – one movement of a reserved seat; their sum is what the quota says is reserved."""

    __tablename__ = "quota_entry"
    __table_args__ = (sa.Index("ix_quota_entry_quota_id_case_id", "quota_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quota_id: Mapped[int] = mapped_column(sa.ForeignKey("quota.id"))
    kind: Mapped[QuotaEntryKind] = mapped_column(choice(QuotaEntryKind))
    seats: Mapped[int]
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
