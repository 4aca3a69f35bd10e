"""Schools of the demo province: every county has two primary, a junior and a senior one; every city runs one itself."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from app import clock
from app.database import db
from app.demo.bulk import write_many
from app.demo.size import Size
from app.divisions.models import Office, OfficeKind
from app.divisions.operations import divisions_of_zhejiang, found_province, open_office
from app.schools.models import GRADES, Ownership, School, SchoolClass, entry_year_of, stage_of

FIRST = ("文澜", "育才", "明德", "求是", "学军", "崇文", "翰林", "实验", "春晖", "星光", "云溪", "海棠")
FULL = "（满额）"
SHOWN = ("330106", "330212")  # whose desks the README walks to: they have something of everything
#: counties from which schools elsewhere have recruited this year
SOURCES = ("330105", "330203", "330302", "330402", "330602", "331002")


@dataclass
class DemoSchool:
    """A school with what the other loaders need to know of it."""

    id: int
    code: str
    name: str
    stage: str
    office: Office
    superior: Office
    division: str
    full: bool
    classes: dict[str, list[int]] = field(default_factory=dict)  # grade -> class ids

    @property
    def grades(self) -> list[str]:
        return [grade for grade in GRADES if stage_of(grade).value == self.stage]


AREAS = {
    "3301": "0571", "3302": "0574", "3303": "0577", "3304": "0573", "3305": "0572", "3306": "0575",
    "3307": "0579", "3308": "0570", "3309": "0580", "3310": "0576", "3311": "0578",
}  # fmt: skip


@dataclass
class Province:
    """The offices of the demonstration."""

    bureaus: dict[str, Office]
    schools: list[DemoSchool]
    takeovers: dict[int, int] = field(default_factory=dict)  # the case under which each school's first data came in
    numbers: set[str] = field(default_factory=set)  # main numbers given out


def found(size: Size, chance: random.Random) -> Province:
    """Bureaus, a functional zone and every school of the size wanted."""
    bureaus = found_province()
    bureaus["3301Z1"] = open_office(
        "3301Z1",
        "杭州西湖风景名胜区教育管理机构",
        OfficeKind.ZONE,
        bureaus["330100"],
        short_name="西湖风景名胜区",
        division_code="330106",
    )
    province = Province(bureaus, [])
    for place, row in enumerate(divisions_of_zhejiang()):
        code = row["code"]
        if code == "330000" or not size.includes(code):
            continue
        if code.endswith("00"):
            add(province, code, "senior", 1, "直属高级中学", chance)
            continue
        add(province, code, "primary", 1, "第一小学", chance)
        add(
            province,
            code,
            "primary",
            2,
            f"{FIRST[place % 12]}小学",
            chance,
            private=place % 5 == 0,
            full=place % 9 == 4,
        )
        add(province, code, "junior", 1, f"{FIRST[(place + 3) % 12]}初级中学", chance)
        add(province, code, "senior", 1, f"{FIRST[(place + 7) % 12]}高级中学", chance, private=place % 7 == 0)
    add(province, "3301Z1", "primary", 91, "九溪小学", chance)
    add(province, "3301Z1", "junior", 91, "龙井初级中学", chance)
    _open_classes(province)
    for office in {*bureaus.values(), *(each.office for each in province.schools)}:
        office.telephone = telephone_of(office)
    return province


def telephone_of(office: Office) -> str:
    """A service telephone that is nobody's: no number of a landline begins with a zero."""
    area = AREAS.get(office.division_code[:4], "0571")
    digits = "".join(each for each in office.code if each.isdigit())
    return f"{area}-{'0' + digits[-7:]:>08}"


def add(
    province: Province,
    bureau_code: str,
    stage: str,
    serial: int,
    name: str,
    chance: random.Random,
    *,
    private: bool = False,
    full: bool = False,
) -> None:
    """Found a school under a bureau; its classes are opened apart."""
    superior = province.bureaus[bureau_code]
    number = serial + (80 if bureau_code.endswith("00") else 0)  # a city's own schools: from 81 on
    place = "0106" if bureau_code == "3301Z1" else bureau_code[2:]
    code = {"primary": "2133", "junior": "3133", "senior": "3433"}[stage] + place + f"{serial:02d}"
    division = superior.division_code
    full_name = f"{superior.short_name}{name}{FULL if full else ''}"
    office = open_office(
        code, full_name, OfficeKind.SCHOOL, superior, short_name=full_name[:40], division_code=division
    )
    db.session.add(
        School(
            id=office.id,
            ownership=Ownership.PRIVATE if private else Ownership.PUBLIC,
            stages=stage,
            tier=chance.choice(("一级特色", "二级特色")) if stage == "senior" else "",
            school_number=f"{number:02d}",
            contact=f"0571-8{chance.randrange(1000000, 9999999)}",
        )
    )
    province.schools.append(DemoSchool(office.id, code, full_name, stage, office, superior, division, full))


def _open_classes(province: Province) -> None:
    """Two classes in each grade."""
    year, rows, number = clock.school_year(clock.today()), [], 0
    for school in province.schools:
        for grade in school.grades:
            school.classes[grade] = []
            for each in (1, 2):
                number += 1
                school.classes[grade].append(number)
                rows.append(
                    {
                        "id": number,
                        "school_id": school.id,
                        "stage": stage_of(grade),
                        "entry_year": entry_year_of(grade, year),
                        "number": each,
                    }
                )
    db.session.flush()
    write_many({SchoolClass: rows})
