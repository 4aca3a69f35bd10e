"""注册建档: a chunk of children enters a cohort, each accepted or refused by itself.

Set by set rather than child by child: the seats are counted once, the numbers taken once, the rows written together.
What is refused leaves nothing behind.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.database import db, execute, table
from app.divisions.models import Division, Office
from app.errors import Refused, Stale
from app.schools.models import GRADES, School, Stage
from app.schools.operations import no_seat, take_seats
from app.sealing import keyed_hash, seal_text
from app.series import insert_for, next_in
from app.students.models import (
    STANDING_NAMES,
    Archive,
    ArchiveEntry,
    Change,
    Enrolment,
    Guardian,
    NumberKind,
    Section,
    Sex,
    Standing,
    Student,
    StudentNumber,
    masked,
)
from app.students.operations.changes import class_of
from app.students.operations.numbers import new_national_numbers, new_stand_in, next_stage_numbers
from app.students.operations.proceeding import Proceeding
from app.students.operations.transfer import consume, directive_to_consume
from app.students.rules.numbers import card_number, stage_number_prefix
from app.students.rules.registration import ARRIVAL_CODE, CHANGE_CODE, FIRST_GRADE, KnownAlready

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
Outcome = int | Refused  # the child's id, or why not


@dataclass(frozen=True)
class Cohort:
    """Whom a school takes in: one stage, one entry year; and what its numbers are built of."""

    school_id: int
    school_name: str
    division: str
    stage: Stage
    entry_year: int
    prefix: str  # of the stage numbers
    joins: str = ""  # the grade in which a child arrives from elsewhere; else the first of the stage

    @property
    def grade(self) -> str:
        return self.joins or FIRST_GRADE[self.stage]

    @property
    def code(self) -> str:
        """学籍异动类别码 of who enters."""
        return ARRIVAL_CODE if self.joins else CHANGE_CODE[self.stage]

    @property
    def entry(self) -> str:
        """What the archive says of the entry."""
        return "省外转入新建学籍" if self.joins else f"{GRADES[self.grade][:2]}新生注册"

    @property
    def starts_on(self) -> dt.date:
        """The first of September; whoever comes later, today."""
        return max(dt.date(self.entry_year, 9, 1), clock.today())


def cohort_of(school_id: int, stage: Stage, entry_year: int) -> Cohort:
    """The cohort of a school, with the parts of its stage numbers."""
    row = execute(
        sa.select(Office.name, Office.division_code, Division.number, School.township_number, School.school_number)
        .join(School, School.id == Office.id)
        .join(Division, Division.code == Office.division_code)
        .where(Office.id == school_id)
    ).one()
    county = row.number or _first_county_number(row.division_code)
    prefix = stage_number_prefix(stage, entry_year, county, row.township_number, row.school_number)
    return Cohort(school_id, row.name, row.division_code, stage, entry_year, prefix)


def _first_county_number(city: str) -> str:
    """A city has no two digits of its own: its schools are numbered with the first county of the city."""
    number = execute(
        sa.select(sa.func.min(Division.number)).where(Division.code > city, Division.code < f"{city[:4]}99")
    ).scalar()
    return number or "00"


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
    seated, left_out = _seat(cohort, known)
    if left_out:
        lost = [ids[people[key]["main_number_hash"]] for key in left_out]
        execute(sa.delete(table(Student)).where(table(Student).c.id.in_(lost)))
        outcomes |= dict.fromkeys(left_out, no_seat(cohort.school_id, cohort.stage, cohort.entry_year))
    accepted = {key: ids[people[key]["main_number_hash"]] for key in seated}
    if accepted:
        _open_records(proceeding, cohort, {child: rows[key] for key, child in accepted.items()})
        _write_enrolments(proceeding, cohort, {child: (1, rows[key]) for key, child in accepted.items()})
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


def _seat(cohort: Cohort, keys: Sequence[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Who gets a seat, in the order of the list, and who does not."""
    granted = take_seats(cohort.school_id, cohort.stage, cohort.entry_year, len(keys)) if keys else 0
    return keys[:granted], keys[granted:]


def _open_records(proceeding: Proceeding, cohort: Cohort, children: Mapping[int, Mapping[str, Any]]) -> None:
    """What a child gets once in life: guardian, archive, national number; the card of the compulsory stage."""
    common = {"case_id": proceeding.case_id}
    opened = {**common, "owner_division": cohort.division}
    nationals = new_national_numbers(
        cohort.division, [dt.date.fromisoformat(row["born_on"]) for row in children.values()]
    )
    numbers = [
        _number(child, NumberKind.NATIONAL, value, cohort, common)
        for child, value in zip(children, nationals, strict=True)
    ]
    if cohort.stage is not Stage.SENIOR:
        first = next_in(f"card-{cohort.division}-{cohort.entry_year}", len(children))
        cards = (
            card_number(cohort.division, cohort.entry_year, serial) for serial in range(first, first + len(children))
        )
        numbers += [
            _number(child, NumberKind.CARD, value, cohort, common) for child, value in zip(children, cards, strict=True)
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


def _number(child: int, kind: NumberKind, value: str, cohort: Cohort, common: Mapping[str, Any]) -> dict[str, Any]:
    return {"student_id": child, "kind": kind, "value": value, "valid_from": cohort.starts_on, "reason": "", **common}


def _write_enrolments(
    proceeding: Proceeding, cohort: Cohort, children: Mapping[int, tuple[int, Mapping[str, Any]]]
) -> None:
    """The next epoch of each child at the school, its stage number, change entry, archive entry and audit.

    children -- by id: the epoch that begins, and the row that was applied for. Raises Stale when one of them has an
    open enrolment by now.
    """
    common = {"case_id": proceeding.case_id, "owner_division": cohort.division}
    classes = {
        number: class_of(cohort.school_id, cohort.stage, cohort.entry_year, number) for number in _classes(children)
    }
    numbers = next_stage_numbers(cohort.prefix, len(children))
    code, now = cohort.code, clock.now()
    after = {"school": cohort.school_id, "grade": cohort.grade, "entry_year": cohort.entry_year, "standing": "active"}
    enrolments, changes = [], []
    for child, (epoch, row) in children.items():
        enrolments.append(
            {
                "student_id": child,
                "epoch": epoch,
                "school_id": cohort.school_id,
                "stage": cohort.stage,
                "entry_year": cohort.entry_year,
                "grade": cohort.grade,
                "school_class_id": classes.get(row.get("class_number", 0)),
                "standing": Standing.ACTIVE,
                "starts_on": cohort.starts_on,
                **common,
            }
        )
        changes.append(
            {
                "student_id": child,
                "epoch": epoch,
                "code": code,
                "school_id": cohort.school_id,
                "effective_on": cohort.starts_on,
                "recorded_at": now,
                "before": {},
                "after": after,
                **common,
            }
        )
        audit.record(
            "students/register",
            f"student:{child}",
            actor=proceeding.actor,
            after={**after, "code": code, "case": proceeding.number},
        )
    try:
        execute(sa.insert(table(Enrolment)), enrolments)
    except sa.exc.IntegrityError as error:  # one of them is enrolled elsewhere by now: the chunk is tried again
        raise Stale() from error
    execute(sa.insert(table(Change)), changes)
    execute(
        sa.insert(table(StudentNumber)),
        [
            _number(child, NumberKind.STAGE, value, cohort, {"case_id": proceeding.case_id})
            for child, value in zip(children, numbers, strict=True)
        ],
    )
    _note_entry(proceeding, cohort, list(children))


def _classes(children: Mapping[int, tuple[int, Mapping[str, Any]]]) -> set[int]:
    return {row["class_number"] for _epoch, row in children.values() if row.get("class_number")}


def _note_entry(proceeding: Proceeding, cohort: Cohort, children: Sequence[int]) -> None:
    """What the archive says of it."""
    archives, office = table(Archive), db.session.get_one(Office, cohort.school_id)
    entry = sa.select(
        archives.c.id,
        sa.literal(Section.BASIC.value),
        sa.literal(cohort.starts_on, sa.Date()),
        sa.literal("注册"),
        sa.literal(f"{cohort.entry}，{cohort.school_name}。"),
        sa.literal(office.short_name[:40]),
        sa.literal(cohort.school_id),
        sa.literal(cohort.division),
        sa.literal(proceeding.case_id),
    ).where(archives.c.student_id.in_(children))
    names = [
        "archive_id",
        "section",
        "dated",
        "title",
        "body",
        "signed_by",
        "signed_at_office_id",
        "owner_division",
        "case_id",
    ]
    execute(sa.insert(table(ArchiveEntry)).from_select(names, entry))


def register_graduates(
    proceeding: Proceeding, cohort: Cohort, rows: Mapping[int, tuple[int, Mapping[str, Any]]]
) -> dict[int, Outcome]:
    """Register children of the stage before: each archive pulled from the school that graduated it (S14).

    rows -- by key: the child's id and the row that was applied for. Refusals: NoSeat (E-QUOTA-01).
    Raises Stale when a child is enrolled elsewhere by now or the archive has another custodian.
    """
    proceeding.claim()
    seated, left_out = _seat(cohort, list(rows))
    outcomes: dict[int, Outcome] = dict.fromkeys(left_out, no_seat(cohort.school_id, cohort.stage, cohort.entry_year))
    if not seated:
        return outcomes
    enrolments = table(Enrolment)
    children = [rows[key][0] for key in seated]
    last = dict(
        execute(
            sa.select(enrolments.c.student_id, sa.func.max(enrolments.c.epoch))
            .where(enrolments.c.student_id.in_(children))
            .group_by(enrolments.c.student_id)
        ).all()
    )
    _write_enrolments(
        proceeding, cohort, {rows[key][0]: (last.get(rows[key][0], 0) + 1, rows[key][1]) for key in seated}
    )
    _pull_archives(proceeding, cohort, children)
    return outcomes | {key: rows[key][0] for key in seated}


def _pull_archives(proceeding: Proceeding, cohort: Cohort, children: Sequence[int]) -> None:
    archives = table(Archive)
    execute(
        sa.update(archives)
        .where(archives.c.student_id.in_(children))
        .values(
            custodian_id=cohort.school_id,
            owner_division=cohort.division,
            version=archives.c.version + 1,
            case_id=proceeding.case_id,
        )
    )
    entries = table(ArchiveEntry)
    execute(
        sa.update(entries)
        .where(entries.c.archive_id.in_(sa.select(archives.c.id).where(archives.c.student_id.in_(children))))
        .values(owner_division=cohort.division)
    )


def pull_graduate(proceeding: Proceeding, number: str) -> None:
    """回原籍升学: with the source bureau's *allow outside* directive one graduate enters here, archive and all.

    Raises E-DIR-01…05 when the directive does not allow exactly this, NoSeat (E-QUOTA-01) with nothing written,
    Stale when the record moved meanwhile.
    """
    proceeding.claim()
    directive = directive_to_consume(proceeding, number)
    asked = proceeding.application
    cohort = cohort_of(proceeding.target, Stage(asked["stage"]), asked["entry_year"])
    [outcome] = register_graduates(proceeding, cohort, {1: (proceeding.child, {})}).values()
    if isinstance(outcome, Refused):
        raise outcome
    consume(directive)
    audit.record(
        "archives/pull",
        f"student:{proceeding.child}",
        actor=proceeding.actor,
        before={"custodian": directive.from_office_id},
        after={"school": cohort.school_id, "directive": number, "case": proceeding.number},
    )
