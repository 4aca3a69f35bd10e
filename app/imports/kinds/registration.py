"""注册建档 from a workbook: the rows of a school become the lists of registration cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import operations
from app.cases.models import Batch, BatchRow, Case, CaseStatus, RowStatus
from app.cases.openings import registration as openings
from app.database import db
from app.divisions.models import Division, Office, OfficeKind
from app.errors import Refused
from app.imports.faults import Fault
from app.imports.kinds.kind import Before, Incoming, Kind, Values, add_kind
from app.processes.queries import ROW, current_edition
from app.schools.models import School, Stage
from app.students.queries import locked_since
from app.students.rules.registration import objections_to_cohort, objections_to_new_child

NUMBERS = frozenset({"main_number", "document_number", "guardian_number"})
ALIASES = {
    "name": ("学生姓名",),
    "document_type": ("证件类型", "身份证件类型码"),
    "main_number": ("证件号", "身份证号", "公民身份号码", "学籍主号", "居民身份证号", "身份证件号"),
    "document_number": ("其他证件号",),
    "household_division": ("户口所在地区划", "户口所在地", "户籍所在地"),
    "address": ("现居住地址", "家庭地址"),
    "guardian.name": ("成员1姓名", "家长姓名"),
    "guardian.relation": ("成员1关系", "监护人关系"),
    "guardian.phone": ("成员1电话", "监护人电话", "监护人手机", "家长电话"),
    "guardian_number": ("成员1证件号", "监护人证件号"),
    "class_number": ("班级", "班"),
}
EXAMPLE = {
    "name": "陈思远",
    "born_on": "2019-05-20",
    "main_number": "18 位，末位可以是 X",
    "household_division": "330106，或：西湖区",
    "guardian.phone": "13800000000",
}


def entry_year() -> int:
    """Of the children who enter now."""
    return clock.school_year(clock.today())


def _against_today(process: str) -> list[Refused]:
    """What stands against registering anybody in time today: too early, or the cohort is locked."""
    year, profile = entry_year(), operations.profile()
    policy = current_edition(process).decide(f"{process}_rules", profile=profile) or {}
    return list(objections_to_cohort(year, policy.get("opens", "08-01"), locked_since(year), late=False))


def _as_faults(objections: Iterable[Refused], *, warning: bool = False) -> list[Fault]:
    return [Fault(each.field or "", each.code, each.detail, warning) for each in objections]


# ── new children (P01) ───────────────────────────────────────────────────────────────────────────────────────────────

NEEDED = {"born_on", "document_type", "sex"}


def _check_new(values: Values, wrong: set[str]) -> list[Fault]:
    if wrong & NEEDED or not values.keys() >= NEEDED:
        return []
    return _as_faults(objections_to_new_child(values, entry_year(), on=clock.today()))


def _identity_of_new(values: Values) -> str | None:
    known = values.get("main_number") or values.get("document_number") or ("name" in values and "born_on" in values)
    return openings.identity_of(values) if known and "document_type" in values else None


def _look_up_new(rows: Sequence[Incoming]) -> Mapping[int, list[Fault]]:
    found = openings.new_children([row.values for row in rows], entry_year())
    return {
        row.number: [*_as_faults(objected), *_as_faults([opening.warning] if opening.warning else [], warning=True)]
        for row, (objected, opening) in zip(rows, found, strict=True)
    }


def _divisions() -> Mapping[str, Mapping[str, str]]:
    """The province's divisions by name: `西湖区`, `杭州市西湖区`, `浙江省杭州市西湖区`."""
    names = {row.code: row.name for row in db.session.execute(sa.select(Division.code, Division.name))}
    words: dict[str, str] = {}
    for code, name in names.items():
        city, province = names.get(f"{code[:4]}00", ""), names.get(f"{code[:2]}0000", "")
        for word in {name, f"{city}{name}", f"{province}{city}{name}"}:
            words[word] = code
    return {"household_division": words}


# ── graduates of the stage before (P02) ──────────────────────────────────────────────────────────────────────────────


def _identity_of_graduate(values: Values) -> str | None:
    return values.get("main_number")


# ── all ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _taken_before(process: str, hashes: Sequence[str]) -> Mapping[str, Before]:
    """Whom a list of that process holds or has registered; who was refused, or whose case came to nothing, is free."""
    rows: Any = db.session.execute(
        sa.select(BatchRow.number_hash, Batch.school_id, Office.name, Case.number, Case.opened_at)
        .join(Batch, Batch.case_id == BatchRow.case_id)
        .join(Case, Case.id == BatchRow.case_id)
        .join(Office, Office.id == Batch.school_id)
        .where(
            BatchRow.number_hash.in_(hashes),
            Case.process_key == process,
            sa.or_(
                BatchRow.status == RowStatus.ACCEPTED,
                sa.and_(BatchRow.status == RowStatus.WAITING, Case.status != CaseStatus.CLOSED),
            ),
        )
    )
    return {row[0]: Before(row[1], row[2], row[3], f"{clock.local(row[4]):%Y-%m-%d}") for row in rows}


def for_school(actor: Actor, school: School) -> Actor:
    """The actor as the school's operator: a bureau that imports for a school drafts what the school then decides.

    The person stays the same one, so that they cannot approve their own draft, and the audit names their bureau.
    """
    if actor.office_id == school.id:
        return actor
    office = school.office
    return replace(
        actor,
        name=f"{actor.name}（{actor.office_name}代录）"[:80],
        office_id=office.id,
        office_code=office.code,
        office_name=office.name,
        office_kind=OfficeKind.SCHOOL.value,
        office_path=office.path,
    )


def _may_import(actor: Actor, stage: Stage) -> bool:
    """An operator of a school that has the stage, or of a bureau, for the schools it answers for."""
    if actor.duty != "operator":
        return False
    school = db.session.get(School, actor.office_id) if actor.office_kind == OfficeKind.SCHOOL.value else None
    return school.teaches(stage) if school else actor.office_kind != OfficeKind.SCHOOL.value


def _take(process: str, stage: Stage) -> Any:
    def take(school: School, rows: Sequence[Values], actor: Actor) -> int:
        application: dict[str, Any] = {"entry_year": entry_year()}
        if stage is not Stage.PRIMARY:
            application["stage"] = stage.value
        return operations.open_case(process, application, actor=for_school(actor, school), rows=rows).id

    return take


def _registration(key: str, name: str, process: str, stage: Stage, help_text: str, **more: Any) -> Kind:
    return add_kind(
        Kind(
            key,
            name,
            help_text,
            stage,
            form=lambda: current_edition(process).form(ROW),
            taken_before=lambda hashes: _taken_before(process, hashes),
            take=_take(process, stage),
            objections=lambda: _against_today(process),
            entry_year=entry_year,
            offered_to=lambda actor: _may_import(actor, stage),
            aliases=ALIASES,
            example=EXAMPLE,
            masked=NUMBERS,
            **more,
        )
    )


def _graduates_of(stage: Stage) -> dict[str, Any]:
    def look_up(rows: Sequence[Incoming]) -> Mapping[int, list[Fault]]:
        known: dict[int, list[Fault]] = {}
        for school in {row.school for row in rows}:
            there = [row for row in rows if row.school is school]
            found = openings.graduates([row.values for row in there], school.office, stage)
            known |= {row.number: _as_faults(objected) for row, (objected, _) in zip(there, found, strict=True)}
        return known

    def check(_values: Values, _wrong: set[str]) -> Iterator[Fault]:
        return iter(())

    return {"identity": _identity_of_graduate, "check": check, "look_up": look_up}


_registration(
    "registration_primary",
    "小学新生注册",
    "registration_primary",
    Stage.PRIMARY,
    "一年级新生首次建立学籍。",
    identity=_identity_of_new,
    check=_check_new,
    look_up=_look_up_new,
    words=_divisions,
)
_registration(
    "registration_junior",
    "初中新生注册",
    "registration_stage",
    Stage.JUNIOR,
    "本区域内的小学毕业生升入初中，档案随批准转入。",
    **_graduates_of(Stage.JUNIOR),
)
_registration(
    "registration_senior",
    "高中新生注册",
    "registration_stage",
    Stage.SENIOR,
    "本区域内的初中毕业生升入高中，档案随批准转入。",
    **_graduates_of(Stage.SENIOR),
)
