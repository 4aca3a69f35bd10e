"""Reads of imports. An import belongs to the office that sent it: nobody else sees it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Case
from app.database import db
from app.divisions.models import Office
from app.divisions.queries import inside
from app.encryption import unseal
from app.errors import Missing
from app.imports.import_types import Kind, kind_of
from app.imports.models import FileStatus, ImportCaption, ImportFile, ImportRow, RowState
from app.imports.queries.verdicts import Checker, Place, digest_of, row_words
from app.imports.rules.columns import plain
from app.schools.models import Quota, School

AT_ONCE = 500  # sealed rows fetched together where all of them are needed


def payload_of(sealed: bytes) -> dict[str, Any]:
    """What a row says: `values` for the form, `typed` as its author wrote it (rows with a fault only)."""
    payload: dict[str, Any] = orjson.loads(unseal(bytes(sealed)))
    return payload


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def file_for(actor: Actor, file_id: int) -> ImportFile:
    """One import of the actor's office. Raises Missing."""
    file: ImportFile | None = db.session.scalar(
        sa.select(ImportFile).where(
            ImportFile.id == file_id,
            ImportFile.office_id == actor.office_id,
            ImportFile.status != FileStatus.DISCARDED,
        )
    )
    if file is None:
        raise Missing()
    return file


def files_of(actor: Actor, *, before: int | None = None, limit: int = 20) -> Sequence[ImportFile]:
    """The office's imports, newest first."""
    query = (
        sa.select(ImportFile)
        .where(ImportFile.office_id == actor.office_id, ImportFile.status != FileStatus.DISCARDED)
        .options(sa.orm.joinedload(ImportFile.user))
        .order_by(ImportFile.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(ImportFile.id < before)
    return db.session.scalars(query).all()


def counts_of(file_ids: Sequence[int]) -> dict[int, dict[RowState, int]]:
    """Rows per state, by file; states without rows are 0."""
    counts = {file_id: dict.fromkeys(RowState, 0) for file_id in file_ids}
    rows = db.session.execute(
        sa.select(ImportRow.file_id, ImportRow.state, sa.func.count())
        .where(ImportRow.file_id.in_(file_ids))
        .group_by(ImportRow.file_id, ImportRow.state)
    )
    for file_id, state, count in rows:
        counts[file_id][state] = count
    return counts


def matches_of(office_id: int, kind: str) -> dict[str, str]:
    """What the office's people have matched by hand: plain caption to field, empty for what is not to be read."""
    rows = db.session.execute(
        sa.select(ImportCaption.caption, ImportCaption.field)
        .where(ImportCaption.office_id == office_id, ImportCaption.kind == kind)
        .order_by(ImportCaption.caption)
    )
    return {row.caption: row.field for row in rows}


# ── rows ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def row_at(file: ImportFile, number: int) -> ImportRow:
    """The row of that place. Raises Missing."""
    row = db.session.get(ImportRow, (file.id, number))
    if row is None:
        raise Missing()
    return row


def correction_of(file: ImportFile, number: int, process: str) -> tuple[int, dict[str, Any]]:
    """The child of a row that was taken before, and what an application of that process would ask to change.

    Raises Missing when the row says nothing that this process changes.
    """
    row, kind = row_at(file, number), kind_of(file.kind, file.office_id)
    before = kind.taken_before([row.number_hash]).get(row.number_hash) if row.number_hash else None
    if before is None or before.school_id != row.school_id:
        raise Missing()
    known, said = kind.known({number: before})[number], payload_of(row.payload)["values"]
    changes = known.change_by(process, said)
    if known.student_id is None or not changes:
        raise Missing()
    return known.student_id, changes


def rows_of(file: ImportFile, *, state: RowState | None = None, after: int = 0, limit: int = 50) -> Sequence[ImportRow]:
    """The rows of a file in the order of its sheet."""
    query = (
        sa.select(ImportRow)
        .where(ImportRow.file_id == file.id, ImportRow.number > after)
        .options(sa.orm.joinedload(ImportRow.school))
        .order_by(ImportRow.number)
        .limit(limit)
    )
    return db.session.scalars(query.where(ImportRow.state == state) if state else query).all()


def failed_rows(file: ImportFile) -> Iterator[ImportRow]:
    """Every row with an error, a few hundred in memory at a time."""
    after = 0
    while rows := rows_of(file, state=RowState.ERROR, after=after, limit=AT_ONCE):
        after = rows[-1].number
        yield from rows
        for row in rows:
            db.session.expunge(row)


def case_numbers(rows: Sequence[ImportRow]) -> dict[int, str]:
    """The numbers of the cases that took these rows, by id."""
    ids = {row.case_id for row in rows if row.case_id}
    found = db.session.execute(sa.select(Case.id, Case.number).where(Case.id.in_(ids))) if ids else ()
    return {row[0]: row[1] for row in found}


# ── the rehearsal ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rehearsed:
    """What the import of a file means for one school."""

    school_id: int
    school: str
    code: str
    counts: Mapping[RowState, int]
    total: int  # 核定
    used: int  # used and reserved

    @property
    def coming(self) -> int:
        """Children that would be imported, those with a warning among them."""
        return self.counts[RowState.OK] + self.counts[RowState.WARNING]

    @property
    def left(self) -> int:
        """Seats that stay free after it; negative: so many cannot be registered."""
        return self.total - self.used - self.coming


def rehearse(file: ImportFile, kind: Kind) -> list[Rehearsed]:
    """What importing the file would do, school by school; those without enough seats first."""
    counts: dict[int, dict[RowState, int]] = {}
    rows: Any = db.session.execute(
        sa.select(ImportRow.school_id, ImportRow.state, sa.func.count())
        .where(ImportRow.file_id == file.id, ImportRow.school_id.is_not(None))
        .group_by(ImportRow.school_id, ImportRow.state)
    )
    for school_id, state, count in rows:
        counts.setdefault(school_id, dict.fromkeys(RowState, 0))[state] = count
    schools = db.session.scalars(sa.select(School).where(School.id.in_(counts))).all()
    seats = _seats(kind, schools)
    found = [
        Rehearsed(each.id, each.office.name, each.office.code, counts[each.id], *seats.get(each.id, (0, 0)))
        for each in schools
    ]
    return sorted(found, key=lambda each: (each.left >= 0, each.code))


def _seats(kind: Kind, schools: Sequence[School]) -> dict[int, tuple[int, int]]:
    """Total, and used or reserved, of the cohort that each school takes in."""
    quotas = db.session.scalars(
        sa.select(Quota).where(
            Quota.school_id.in_([each.id for each in schools]),
            Quota.stage == kind.stage,
            Quota.entry_year == kind.entry_year(),
        )
    )
    return {each.school_id: (each.total, each.used + each.reserved) for each in quotas}


# ── what a worker needs ──────────────────────────────────────────────────────────────────────────────────────────────


def schools_by_id(ids: Collection[int]) -> dict[int, School]:
    """These schools, in one statement."""
    return {each.id: each for each in db.session.scalars(sa.select(School).where(School.id.in_(ids)))} if ids else {}


def checker_for(kind: Kind, actor: Actor, file: ImportFile) -> Checker:
    """A checker that knows the schools the actor may name, and the numbers that the file's kept rows hold."""
    own = None
    places: dict[str, Place | None] = {}
    if actor.office_kind == "school":
        school = db.session.get_one(School, actor.office_id)
        own = _place(kind, school)
    else:
        for school in db.session.scalars(
            sa.select(School).join(Office).where(inside(actor), Office.closed_on.is_(None))
        ):
            place = _place(kind, school)
            name = plain(place.name)
            places[name] = None if name in places else place
            places[place.code] = place
    checker = Checker(kind, places, own)
    if file.position:
        checker.met.update(_met(file))
    return checker


def _place(kind: Kind, school: School) -> Place:
    return Place(school.id, school.office.code, school.office.name, school.teaches(kind.stage))


def _met(file: ImportFile) -> Iterator[tuple[str, tuple[int, bytes, str]]]:
    """The numbers met before the work was interrupted: the first row of each, and the digest of what it said."""
    first = (
        sa.select(sa.func.min(ImportRow.number))
        .where(ImportRow.file_id == file.id, ImportRow.number_hash.is_not(None))
        .group_by(ImportRow.number_hash)
    )
    rows: Any = db.session.execute(
        sa.select(ImportRow.number_hash, ImportRow.number, ImportRow.payload, ImportRow.sheet, ImportRow.row)
        .where(ImportRow.file_id == file.id, ImportRow.number.in_(first))
        .execution_options(yield_per=AT_ONCE)
    )
    for hashed, number, payload, sheet, row in rows:
        yield hashed, (number, digest_of(payload_of(payload)["values"]), row_words(sheet, row))
