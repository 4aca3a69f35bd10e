"""注册建档 from a workbook: the rows of a school become the lists of registration cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app import clock
from app.access import Actor
from app.cases import operations
from app.database import db
from app.definitions.queries import ROW, current_version
from app.divisions.models import OfficeKind
from app.errors import Refused
from app.imports.import_types.earlier_lists import known, taken_before
from app.imports.import_types.fields import FIELDS
from app.imports.import_types.import_type import Incoming, Kind, Values, add_kind
from app.imports.rules.faults import Fault
from app.processes.registration import precheck
from app.schools.models import School, Stage
from app.students.rules.particulars import SEALED_NUMBERS
from app.students.rules.registration import objections_to_new_child

NUMBERS = frozenset({"main_number", *SEALED_NUMBERS})


def entry_year() -> int:
    """Of the children who enter now."""
    return clock.school_year(clock.today())


def _as_faults(objections: Iterable[Refused], *, warning: bool = False) -> list[Fault]:
    return [Fault(each.field or "", each.code, each.detail, warning) for each in objections]


# ── new children (P01) ───────────────────────────────────────────────────────────────────────────────────────────────


def _check_new(values: Values, wrong: set[str]) -> list[Fault]:
    return _as_faults(objections_to_new_child(values, entry_year(), on=clock.today(), wrong=wrong))


def _identity_of_new(values: Values, wrong: set[str]) -> str | None:
    if wrong & {"main_number", "document_number", "document_type"}:
        return None
    known = values.get("main_number") or values.get("document_number")
    named = {"name", "born_on"} <= values.keys() and not wrong & {"name", "born_on"}
    return precheck.identity_of(values) if (known or named) and "document_type" in values else None


def _look_up_new(rows: Sequence[Incoming]) -> Mapping[int, list[Fault]]:
    found = precheck.new_children([row.values for row in rows], entry_year())
    return {
        row.number: [*_as_faults(objected), *_as_faults([opening.warning] if opening.warning else [], warning=True)]
        for row, (objected, opening) in zip(rows, found, strict=True)
    }


# ── graduates of the stage before (P02) ──────────────────────────────────────────────────────────────────────────────


def _identity_of_graduate(values: Values, wrong: set[str]) -> str | None:
    return None if "main_number" in wrong else values.get("main_number")


# ── all ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
            form_of=lambda office_id: current_version(process, office_id).form(ROW),
            taken_before=lambda hashes: taken_before(process, hashes),
            known=known,
            take=_take(process, stage),
            objections_of=lambda office_id: precheck.registration_today(
                current_version(process, office_id), operations.profile()
            ),
            entry_year=entry_year,
            offered_to=lambda actor: _may_import(actor, stage),
            fields=FIELDS,
            masked=NUMBERS,
            **more,
        )
    )


def _graduates_of(stage: Stage) -> dict[str, Any]:
    def look_up(rows: Sequence[Incoming]) -> Mapping[int, list[Fault]]:
        known: dict[int, list[Fault]] = {}
        for school in {row.school for row in rows}:
            there = [row for row in rows if row.school is school]
            found = precheck.graduates([row.values for row in there], school.office, stage)
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
