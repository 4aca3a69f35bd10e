"""注册建档 of children whom the province does not know: person, guardian, archive, numbers once in life."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.bulk import insert_rows
from app.database import execute, table
from app.divisions.models import Office
from app.encryption import keyed_hash, seal_text
from app.schools.models import Stage
from app.schools.operations import no_seat
from app.sequences import insert_for, next_in
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
from app.students.models.names import remember
from app.students.operations.context import CaseContext
from app.students.operations.national_numbers import verify
from app.students.operations.numbers import new_national_numbers, new_stand_in
from app.students.operations.registration.cohort import Cohort, Outcome, number_row, seat, write_enrolments
from app.students.queries.same_numbers import alike_under_other_types
from app.students.rules.numbers import card_number
from app.students.rules.particulars import DEFAULTS, MEMBERS, PARTICULARS, SEALED_NUMBERS
from app.students.rules.registration import KnownAlready
from app.students.rules.sealed_numbers import document_hash
from app.web import canonical


def register_new(context: CaseContext, cohort: Cohort, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, Outcome]:
    """Register children whom the province does not know; by each row's key the child's id, or the refusal.

    A national number that the case has declared is its child's; everybody else gets a new one.

    Refusals: KnownAlready (E-DUP-01) when the number, or the document, has come into the province meanwhile, NoSeat
    (E-QUOTA-01).
    """
    context.claim()
    outcomes: dict[int, Outcome] = dict(_known_meanwhile(rows))
    people = {key: _person(cohort, row) for key, row in rows.items() if key not in outcomes}
    ids = _insert_people(list(people.values())) if people else {}
    outcomes |= {
        key: KnownAlready(**known_as(person["main_number_hash"], person["document_hash"]), field="main_number")
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
        remember({child: people[key]["name"] for key, child in accepted.items()})
        _open_records(context, cohort, {child: rows[key] for key, child in accepted.items()})
        _give_national_numbers(context, cohort, {child: people[key] for key, child in accepted.items()})
        write_enrolments(context, cohort, {child: (1, rows[key]) for key, child in accepted.items()})
    return outcomes | accepted


def _known_meanwhile(rows: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[int, KnownAlready]]:
    """Rows whose child has come into the province meanwhile, its number being of another type of document there."""
    for (key, row), alike in zip(rows.items(), alike_under_other_types(list(rows.values())), strict=True):
        if alike and canonical.same_name(alike[0].name, row["name"]):
            yield key, KnownAlready(**known_as(alike[0].main_number_hash), field="document_number")


def known_as(*hashes: str | None) -> dict[str, str]:
    """Where the province knows the bearer of a number from: `school` and `standing`, as E-DUP-01 says them.

    hashes -- of main numbers, present or given up, and of documents
    """
    wanted = [each for each in hashes if each]
    former = sa.select(StudentNumber.student_id).where(
        StudentNumber.kind == NumberKind.FORMER_MAIN, StudentNumber.number_hash.in_(wanted)
    )
    bears = sa.or_(Student.main_number_hash.in_(wanted), Student.document_hash.in_(wanted), Student.id.in_(former))
    row = execute(
        sa.select(Office.name, Enrolment.standing)
        .select_from(Student)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(Office, Office.id == Enrolment.school_id)
        .where(bears)
        .order_by(Enrolment.epoch.desc())
        .limit(1)
    ).first()
    return {"school": row.name, "standing": STANDING_NAMES[row.standing]} if row else {"school": "—", "standing": "—"}


def _person(cohort: Cohort, row: Mapping[str, Any]) -> dict[str, Any]:
    born = dt.date.fromisoformat(row["born_on"])
    number = str(row.get("main_number") or new_stand_in(cohort.division, born)).upper()
    particulars = DEFAULTS | {name: row[name] for name in PARTICULARS if name in row}
    for name in SEALED_NUMBERS:
        if row.get(name):
            particulars[f"{name}_sealed"] = seal_text(row[name])
    return {
        "name": canonical.name(row["name"]),  # a list may be older than the canonical form
        "sex": Sex(row["sex"]),
        "born_on": born,
        "ethnic_group": row.get("ethnic_group", "01"),
        "document_type": row.get("document_type", "1"),
        "document_hash": document_hash(row),
        "main_number": number,
        "main_number_hash": keyed_hash(number),
        "main_number_masked": masked(number),
        "household_division": row.get("household_division", ""),
        "contested": False,
        "particulars": particulars,
        "is_demo": False,
    }


def _insert_people(people: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Write those whom the province does not know yet by number or document; their ids by the main number's hash.

    In the order of what both lists would say of a child (a number that stands in for none is drawn by each), so that
    two schools that list the same children do not wait for each other crosswise.
    """
    ordered = sorted(people, key=lambda each: each["document_hash"] or each["main_number_hash"])
    written = execute(
        insert_for()(table(Student))
        .on_conflict_do_nothing()
        .returning(table(Student).c.id, table(Student).c.main_number_hash),
        ordered,
    )
    return {row.main_number_hash: row.id for row in written}


def _open_records(context: CaseContext, cohort: Cohort, children: Mapping[int, Mapping[str, Any]]) -> None:
    """What a child gets once in life: guardian, archive; the card of the compulsory stage."""
    common = {"case_id": context.case_id}
    opened = {**common, "owner_division": cohort.division}
    if cohort.stage is not Stage.SENIOR:
        first = next_in(f"card-{cohort.division}-{cohort.entry_year}", len(children))
        cards = (
            card_number(cohort.division, cohort.entry_year, serial) for serial in range(first, first + len(children))
        )
        numbers = [
            number_row(child, NumberKind.CARD, value, cohort, common)
            for child, value in zip(children, cards, strict=True)
        ]
        insert_rows(table(StudentNumber), numbers)
    guardians = [
        {"student_id": child, **row[which], "name": canonical.name(row[which]["name"])}
        for child, row in children.items()
        for which in MEMBERS
        if row.get(which)
    ]
    if guardians:
        insert_rows(
            table(Guardian),
            [{name: each[name] for name in ("student_id", "name", "relation", "phone")} for each in guardians],
        )
    insert_rows(
        table(Archive),
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


def _give_national_numbers(context: CaseContext, cohort: Cohort, people: Mapping[int, Mapping[str, Any]]) -> None:
    """全国学籍号: the declared one; J, that stands for the main number too; else a temporary one (domain.md 4.3)."""
    common = {"case_id": context.case_id}
    if len(people) == 1 and verify(context.case_id, next(iter(people))):
        return
    given = {child: person["main_number"] for child, person in people.items() if person["main_number"][0] == "J"}
    others = [child for child in people if child not in given]
    born = [people[child]["born_on"] for child in others]
    given |= zip(others, new_national_numbers(cohort.division, born), strict=True)
    rows = [number_row(child, NumberKind.NATIONAL, number, cohort, common) for child, number in given.items()]
    insert_rows(table(StudentNumber), rows)
