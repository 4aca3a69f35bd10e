"""Children whom an earlier list has taken: where, what the record says of them today, and how it may be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from app import clock
from app.bulk import among
from app.cases.models import Batch, BatchRow, Case, CaseStatus, RowStatus
from app.database import db
from app.definitions.queries import APPLICATION, current_version
from app.divisions.models import Office
from app.encryption import unseal_text
from app.imports.import_types.import_type import Before, Known
from app.imports.rules.columns import fields_of
from app.students.models import Student
from app.students.queries import locked_since
from app.students.rules.particulars import MEMBERS

CHANGES = ("key_correction", "correction", "class_change")  # in the order in which a field looks for its process
AFTER_THE_LOCK = ("key_correction", "locked_correction", "correction", "class_change")
OTHER_NAMES = {"class_change": {"class_number": "school_class"}}
PERSON = ("name", "ethnic_group", "document_type", "main_number", "household_division")
SEALED, SIGNED_ON = "_sealed", "signed_on"


def taken_before(process: str, hashes: Sequence[str]) -> Mapping[str, Before]:
    """Whom a list of that process holds or has registered; who was refused, or whose case came to nothing, is free."""
    rows: Any = db.session.execute(
        sa.select(
            BatchRow.number_hash, Batch.school_id, Office.name, Case.number, Case.opened_at, Case.id, BatchRow.position
        )
        .join(Batch, Batch.case_id == BatchRow.case_id)
        .join(Case, Case.id == BatchRow.case_id)
        .join(Office, Office.id == Batch.school_id)
        .where(
            among(BatchRow.number_hash, hashes),
            Case.process_key == process,
            sa.or_(
                BatchRow.status == RowStatus.ACCEPTED,
                sa.and_(BatchRow.status == RowStatus.WAITING, Case.status != CaseStatus.CLOSED),
            ),
        )
    )
    return {row[0]: Before(row[1], row[2], row[3], f"{clock.local(row[4]):%Y-%m-%d}", row[5], row[6]) for row in rows}


def known(taken: Mapping[int, Before]) -> Mapping[int, Known]:
    """What stands today of children taken before, by the row's number: of the record, or of the case still open."""
    places = [(each.case_id, each.position) for each in taken.values()]
    rows: Any = db.session.execute(
        sa.select(BatchRow.case_id, BatchRow.position, BatchRow.student_id, BatchRow.content).where(
            sa.tuple_(BatchRow.case_id, BatchRow.position).in_(places)
        )
    )
    held = {(row.case_id, row.position): row for row in rows}
    students = {
        each.id: each
        for each in db.session.scalars(
            sa.select(Student)
            .where(Student.id.in_({row.student_id for row in held.values() if row.student_id}))
            .options(selectinload(Student.guardians), selectinload(Student.enrolments))
        )
    }
    found: dict[int, Known] = {}
    for number, before in taken.items():
        row = held[before.case_id, before.position]
        child = students.get(row.student_id)
        if child is None:
            found[number] = Known(orjson.loads(row.content), None)
        else:
            found[number] = Known(_as_values(child), child.id, _ways(child))
    return found


def _as_values(child: Student) -> dict[str, Any]:
    """The record of a child in the words of the registration's form, as far as it keeps them."""
    kept: Mapping[str, Any] = child.particulars or {}
    values = {name: value for name, value in kept.items() if not name.endswith(SEALED)}
    values |= {name.removesuffix(SEALED): unseal_text(value) for name, value in kept.items() if name.endswith(SEALED)}
    values |= {name: getattr(child, name) for name in PERSON}
    values |= {"sex": child.sex.value, "born_on": child.born_on.isoformat()}
    for name, each in zip(MEMBERS, child.guardians, strict=False):
        values[name] = {"name": each.name, "relation": each.relation, "phone": each.phone}
    enrolment = child.open_enrolment or child.last_enrolment
    if enrolment is not None and enrolment.school_class is not None:
        values["class_number"] = enrolment.school_class.number
    return values


def _ways(child: Student) -> list[tuple[str, str, Mapping[str, str]]]:
    """The processes by which the school may have the record changed today, with the fields that each asks for."""
    enrolment = child.open_enrolment
    if enrolment is None:
        return []
    locked = clock.now() >= locked_since(enrolment.entry_year)
    ways: list[tuple[str, str, Mapping[str, str]]] = []
    for key in AFTER_THE_LOCK if locked else CHANGES:
        version = current_version(key, enrolment.school_id)
        form = version.form(APPLICATION)
        signed = SIGNED_ON in form["properties"]  # its guardian is who signs, not what is to be changed
        asked = {name: name for name, *_ in fields_of(form) if not (signed and "." in name)}
        ways.append((key, version.name, {**asked, **OTHER_NAMES.get(key, {})}))
    return ways
