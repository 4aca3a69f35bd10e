"""Divisions and offices. An office is keyed by itself: a functional zone has no code of GB/T 2260."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, choice


class Division(Model):
    """行政区划 – province, city or county, by its GB/T 2260 code."""

    __tablename__ = "division"
    __table_args__ = (sa.Index("uq_division_number", "number", unique=True),)

    code: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(40))
    superior_code: Mapped[str | None] = mapped_column(sa.ForeignKey("division.code"))
    #: 学籍辅号中的县代号: two digits of the province's own dictionary, since the tails of GB/T 2260 collide
    number: Mapped[str | None] = mapped_column(sa.String(2))


class OfficeKind(StrEnum):
    """机构类别"""

    PROVINCE = "province"  # 省教育厅
    CITY = "city"  # 设区市教育局
    COUNTY = "county"  # 县（市、区）教育局
    ZONE = "zone"  # 功能区教育管理机构, without a division code of its own
    SCHOOL = "school"  # 学校


BUREAUS = (OfficeKind.CITY, OfficeKind.COUNTY, OfficeKind.ZONE)  # between the province and its schools
WATCHES = (OfficeKind.PROVINCE, *BUREAUS)  # whoever governs other offices


class Office(Model):
    """机构 – a bureau or a school: whatever holds posts and tasks."""

    __tablename__ = "office"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'province') = (superior_id IS NULL)", name="one_top"),
        sa.CheckConstraint("NOT acts_as_city OR kind = 'county'", name="county_acts_as_city"),
        sa.Index("ix_office_superior_kind", "superior_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    short_name: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[OfficeKind] = mapped_column(choice(OfficeKind))
    superior_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))
    division_code: Mapped[str] = mapped_column(sa.ForeignKey("division.code"))  # where it stands; a zone shares one
    acts_as_city: Mapped[bool] = mapped_column(default=False)  # 义乌: a county unit treated as a city
    #: ids from the province down to this office, each followed by a full stop: "1.4.27."
    path: Mapped[str] = mapped_column(sa.String(60), unique=True)
    closed_on: Mapped[dt.date | None]
    telephone: Mapped[str] = mapped_column(sa.String(30), default="")  # 服务电话 of its desk for records; nobody's own

    superior: Mapped[Office | None] = relationship(remote_side="Office.id")
    division: Mapped[Division] = relationship()

    def answers_for(self, other: Office) -> bool:
        """True when the other office is this one or lies below it (管辖)."""
        return other.path.startswith(self.path)

    @property
    def is_bureau(self) -> bool:
        return self.kind is not OfficeKind.SCHOOL

    @property
    def bureau(self) -> Office | None:
        """The education authority that decides for this office: a school's superior, a bureau itself."""
        return self if self.is_bureau else self.superior


class ReorganisationKind(StrEnum):
    """撤并更名类别"""

    MERGER = "merger"  # 并入其他学校
    CLOSURE = "closure"  # 撤销: its children or its archives go to a successor
    RENAMING = "renaming"  # 更名: the code stays
    SUPERIOR = "superior"  # 更换主管部门


class Reorganisation(Model):
    """机构沿革 – what became of an office on a day, under a case: merged, closed, renamed, passed on."""

    __tablename__ = "reorganisation"
    __table_args__ = (
        sa.CheckConstraint("(successor_id IS NOT NULL) = (kind IN ('merger', 'closure'))", name="successor_when"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), index=True)
    kind: Mapped[ReorganisationKind] = mapped_column(choice(ReorganisationKind))
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"), index=True)
    effective_on: Mapped[dt.date]
    basis: Mapped[str] = mapped_column(sa.String(200))  # 文号
    before: Mapped[Any] = mapped_column(Json)  # name, short name, superior's code
    after: Mapped[Any] = mapped_column(Json)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))

    office: Mapped[Office] = relationship(foreign_keys=[office_id])
    successor: Mapped[Office | None] = relationship(foreign_keys=[successor_id])
