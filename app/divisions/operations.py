"""Founding the province, its divisions and the bureaus over them; what becomes of an office later."""

from __future__ import annotations

import csv
from pathlib import Path

from app import clock
from app.database import db
from app.divisions.models import Division, Office, OfficeKind, Reorganisation, ReorganisationKind

ACTS_AS_CITY = ("330782",)  # 义乌


def divisions_of_zhejiang() -> list[dict[str, str]]:
    """Province, 11 cities, 90 counties by their GB/T 2260 codes, superiors first."""
    with (Path(__file__).parent / "data" / "zhejiang.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def places_of_cities() -> dict[str, tuple[int, int]]:
    """Column and row of a city on the map of tiles, of as many as the list of divisions places."""
    return {
        row["code"]: (int(row["column"]), int(row["row"])) for row in divisions_of_zhejiang() if row["column"] != ""
    }


def bureau_name(code: str, name: str, city: str) -> str:
    """浙江省教育厅, 宁波市教育局, 宁波市鄞州区教育局, 余姚市教育局."""
    if code == "330000":
        return "浙江省教育厅"
    if code.endswith("00"):
        return f"{name}教育局"
    return f"{city}{name}教育局" if name.endswith("区") else f"{name}教育局"


def found_province() -> dict[str, Office]:
    """Every division and its bureau; returns the bureaus by code."""
    bureaus: dict[str, Office] = {}
    names = {row["code"]: row["name"] for row in divisions_of_zhejiang()}
    counties = [row["code"] for row in divisions_of_zhejiang() if not row["code"].endswith("00")]
    numbers = {code: f"{place:02d}" for place, code in enumerate(counties, start=1)}
    for row in divisions_of_zhejiang():
        code, name = row["code"], row["name"]
        db.session.add(Division(code=code, name=name, superior_code=row["superior"] or None, number=numbers.get(code)))
        kind = (
            OfficeKind.PROVINCE if code == "330000" else OfficeKind.CITY if code.endswith("00") else OfficeKind.COUNTY
        )
        city = names.get(row["superior"], "")
        bureaus[code] = open_office(
            code,
            bureau_name(code, name, city),
            kind,
            bureaus.get(row["superior"]),
            short_name=name,
            division_code=code,
            acts_as_city=code in ACTS_AS_CITY,
        )
    return bureaus


def open_office(
    code: str,
    name: str,
    kind: OfficeKind,
    superior: Office | None,
    *,
    short_name: str,
    division_code: str,
    acts_as_city: bool = False,
) -> Office:
    """A new office under its superior, with the path by which jurisdiction is asked."""
    office = Office(
        code=code,
        name=name,
        short_name=short_name,
        kind=kind,
        superior=superior,
        division_code=division_code,
        acts_as_city=acts_as_city,
        path=f"new {code}",
    )
    db.session.add(office)
    db.session.flush()  # the path holds the id
    office.path = f"{superior.path if superior else ''}{office.id}."
    return office


def reorganise(
    office: Office,
    kind: ReorganisationKind,
    *,
    basis: str,
    case_id: int,
    successor: Office | None = None,
    name: str = "",
    short_name: str = "",
    superior: Office | None = None,
) -> None:
    """Close, rename or pass on an office, and keep what it was (机构沿革). Its code stays for ever."""
    before = _as_it_stands(office)
    match kind:
        case ReorganisationKind.RENAMING:
            office.name, office.short_name = name, short_name
        case ReorganisationKind.SUPERIOR:
            assert superior is not None
            office.superior, office.division_code = superior, superior.division_code
            office.path = f"{superior.path}{office.id}."
        case _:
            office.closed_on = clock.today()
    db.session.add(
        Reorganisation(
            office_id=office.id,
            kind=kind,
            successor_id=successor.id if successor else None,
            effective_on=clock.today(),
            basis=basis,
            before=before,
            after=_as_it_stands(office),
            case_id=case_id,
        )
    )
    db.session.flush()  # set-based statements that follow read the office's new place


def _as_it_stands(office: Office) -> dict[str, str | None]:
    return {
        "name": office.name,
        "short_name": office.short_name,
        "superior": office.superior.code if office.superior else None,
        "closed_on": office.closed_on.isoformat() if office.closed_on else None,
    }
