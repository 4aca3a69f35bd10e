"""注册建档 of children whom the province does not know: person, guardian, archive, numbers once in life."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.database import execute, table
from app.divisions.models import Office
from app.schools.models import Stage
from app.schools.operations import no_seat
from app.sealing import keyed_hash, seal_text
from app.series import insert_for, next_in
from app.students.models import (
    STANDING_NAMES,
    Archive,
    Enrolment,
    Guardian,
    NumberKind,
    Sex,
    Student,
    StudentNumber,
    masked,
)
from app.students.operations.numbers import new_national_numbers, new_stand_in
from app.students.operations.proceeding import Proceeding
from app.students.operations.registration.cohort import Cohort, Outcome, number_row, seat, write_enrolments
from app.students.rules.numbers import card_number
from app.students.rules.registration import KnownAlready

KEPT_AS_PARTICULARS = (
    "address",
    "phone",
    "health",
    "boarding",
    "household_kind",
    "entry_way",
    "migrant",
    "left_behind",
)


def register_new(proceeding: Proceeding, cohort: Cohort, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, Outcome]:
    """Register children whom the province does not know; by each row's key the child's id, or the refusal.

    Refusals: KnownAlready (E-DUP-01) when the number has come into the province meanwhile, NoSeat (E-QUOTA-01).
    """
    proceeding.claim()
    people = {key: _person(cohort, row) for key, row in rows.items()}
    ids = _insert_people(list(people.values()))
    outcomes: dict[int, Outcome] = {
        key: KnownAlready(**known_as(person["main_number_hash"]), field="main_number")
        for key, person in people.items()
        if person["main_number_hash"] not in ids
    }
    known = [key for key in rows if key not in outcomes]
    seated, left_out = seat(cohort, known)
    if left_out:
        lost = [ids[people[key]["main_number_hash"]] for key in left_out]
        execute(sa.delete(table(Student)).where(table(Student).c.id.in_(lost)))
        outcomes |= dict.fromkeys(left_out, no_seat(cohort.school_id, cohort.stage, cohort.entry_year))
    accepted = {key: ids[people[key]["main_number_hash"]] for key in seated}
    if accepted:
        _open_records(proceeding, cohort, {child: rows[key] for key, child in accepted.items()})
        write_enrolments(proceeding, cohort, {child: (1, rows[key]) for key, child in accepted.items()})
    return outcomes | accepted


def known_as(number_hash: str) -> dict[str, str]:
    """Where the province knows the bearer of a number from: `school` and `standing`, as E-DUP-01 says them."""
    row = execute(
        sa.select(Office.name, Enrolment.standing)
        .select_from(Student)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(Office, Office.id == Enrolment.school_id)
        .where(Student.main_number_hash == number_hash)
        .order_by(Enrolment.epoch.desc())
        .limit(1)
    ).first()
    return {"school": row.name, "standing": STANDING_NAMES[row.standing]} if row else {"school": "—", "standing": "—"}


def _person(cohort: Cohort, row: Mapping[str, Any]) -> dict[str, Any]:
    born = dt.date.fromisoformat(row["born_on"])
    number = str(row.get("main_number") or new_stand_in(cohort.division, born)).upper()
    particulars = {name: row[name] for name in KEPT_AS_PARTICULARS if name in row}
    for name in ("document_number", "guardian_number"):
        if row.get(name):
            particulars[f"{name}_sealed"] = seal_text(row[name])
    return {
        "name": row["name"],
        "sex": Sex(row["sex"]),
        "born_on": born,
        "ethnic_group": row.get("ethnic_group", "01"),
        "document_type": row.get("document_type", "1"),
        "main_number": number,
        "main_number_hash": keyed_hash(number),
        "main_number_masked": masked(number),
        "household_division": row.get("household_division", ""),
        "contested": False,
        "particulars": particulars,
        "is_demo": False,
    }


def _insert_people(people: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Write those whom the province does not know yet; their ids by the hash of the main number.

    In the order of the hash, so that two schools that list the same children do not wait for each other crosswise.
    """
    ordered = sorted(people, key=lambda each: each["main_number_hash"])
    written = execute(
        insert_for()(table(Student))
        .on_conflict_do_nothing(index_elements=["main_number_hash"])
        .returning(table(Student).c.id, table(Student).c.main_number_hash),
        ordered,
    )
    return {row.main_number_hash: row.id for row in written}


def _open_records(proceeding: Proceeding, cohort: Cohort, children: Mapping[int, Mapping[str, Any]]) -> None:
    """What a child gets once in life: guardian, archive, national number; the card of the compulsory stage."""
    common = {"case_id": proceeding.case_id}
    opened = {**common, "owner_division": cohort.division}
    nationals = new_national_numbers(
        cohort.division, [dt.date.fromisoformat(row["born_on"]) for row in children.values()]
    )
    numbers = [
        number_row(child, NumberKind.NATIONAL, value, cohort, common)
        for child, value in zip(children, nationals, strict=True)
    ]
    if cohort.stage is not Stage.SENIOR:
        first = next_in(f"card-{cohort.division}-{cohort.entry_year}", len(children))
        cards = (
            card_number(cohort.division, cohort.entry_year, serial) for serial in range(first, first + len(children))
        )
        numbers += [
            number_row(child, NumberKind.CARD, value, cohort, common)
            for child, value in zip(children, cards, strict=True)
        ]
    execute(sa.insert(table(StudentNumber)), numbers)
    guardians = [{"student_id": child, **row["guardian"]} for child, row in children.items() if row.get("guardian")]
    if guardians:
        execute(
            sa.insert(table(Guardian)),
            [{name: each[name] for name in ("student_id", "name", "relation", "phone")} for each in guardians],
        )
    execute(
        sa.insert(table(Archive)),
        [
            {
                "student_id": child,
                "custodian_id": cohort.school_id,
                "version": 1,
                "opened_on": cohort.starts_on,
                **opened,
            }
            for child in children
        ],
    )
