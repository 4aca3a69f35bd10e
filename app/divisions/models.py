"""Divisions and offices. An office is keyed by itself: a functional zone has no code of GB/T 2260."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, choice, table
from app.name_parts import part_type
from app.web.pinyin import letter_of

LONGEST_NAME = 80


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


class SchoolNamePart(Model):
    """校名检索项 – what a school's name reads from one of its characters on, and the same in first letters."""

    __tablename__ = "school_name_part"
    __table_args__ = (sa.Index("ix_school_name_part_part", "part", "office_id"),)

    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), primary_key=True)
    part: Mapped[str] = mapped_column(part_type(LONGEST_NAME), primary_key=True)


def parts_of(name: str) -> set[str]:
    """学军小学 → 学军小学, 军小学, 小学, 学, xjxx, jxx, xx, x: everything by whose beginning the school is found."""
    plain = name.lower()[:LONGEST_NAME]
    letters = "".join(each if each.isascii() else letter_of(each) for each in plain)
    ends = {text[place:].strip() for text in (plain, letters) for place in range(len(text))}
    return {each for each in ends if each}


@sa.event.listens_for(Office, "after_insert")
def _remember_new(_mapper: Any, connection: sa.Connection, office: Office) -> None:
    if office.kind == OfficeKind.SCHOOL:
        named = sorted(parts_of(office.name) | parts_of(office.short_name))
        connection.execute(sa.insert(table(SchoolNamePart)), [{"office_id": office.id, "part": part} for part in named])


@sa.event.listens_for(Office, "after_update")
def _remember_changed(mapper: Any, connection: sa.Connection, office: Office) -> None:
    """A school that was renamed is found by what it is called now."""
    said = sa.inspect(office).attrs
    if said.name.history.has_changes() or said.short_name.history.has_changes():
        parts = table(SchoolNamePart).c
        connection.execute(sa.delete(SchoolNamePart).where(parts.office_id == office.id))
        _remember_new(mapper, connection, office)
