"""Photos: one child's, or a school's by the names of the files in an archive, with a report for each file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import audit, clock, file_store
from app.access import Actor
from app.database import db
from app.encryption import keyed_hash
from app.errors import InvalidInput, NotAllowed, Refused
from app.schools.models import SchoolClass
from app.sequences import insert_for
from app.students import queries
from app.students.models import Enrolment, Student, masked
from app.students.models.issued import Photo
from app.students.rules.permissions import why_not_keep_photo
from app.web import Upload, canonical
from app.web.images import PoorImage, portrait
from app.web.text import visible
from app.web.uploads import IDENTITY_NUMBER, opened
from app.web.zip_archives import Entry, entries_of

NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
NOT_HERE = "本校没有这名在籍学生"
BY_NAME = re.compile(r"([0-9]{10})_([0-9]{1,6})_(.+)")


@dataclass(frozen=True)
class Report:
    """What became of one file."""

    file: str  # never with a child's number in full
    student_id: int | None = None
    name: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Portrait:
    """A picture that has been cropped and kept as a file: all that is left is to write whose it is."""

    sha256: str
    size: int


def portrait_of(picture: Upload | None) -> Portrait:
    """Crop a picture and keep it as a file. Writes nothing of the record, so nobody's writing waits for it.

    Raises InvalidInput when there is none, PoorImage.
    """
    if picture is None:
        raise InvalidInput(sentence="请选择照片文件。", field="photo")
    if not picture.media_type.startswith("image/"):
        raise PoorImage(sentence="照片须为 JPG 或 PNG 文件")
    content = portrait(picture.content)
    return Portrait(file_store.keep(content), len(content))


def check_may_keep(student_id: int, *, actor: Actor) -> None:
    """Only an operator of the child's school. Raises Missing, NotAllowed."""
    student = queries.student_kept(actor, student_id)
    enrolment = student.open_enrolment
    if refusal := why_not_keep_photo(actor, school_id=enrolment.school_id if enrolment else None):
        raise refusal


def keep_photo(student_id: int, picture: Portrait, *, actor: Actor) -> None:
    """Keep a child's photo; an earlier one gives way. Raises Missing, NotAllowed."""
    check_may_keep(student_id, actor=actor)
    _keep(student_id, picture, actor)


def _keep(student_id: int, picture: Portrait, actor: Actor) -> None:
    values = {
        "sha256": picture.sha256,
        "size": picture.size,
        "added_by": actor.user_id,
        "added_at": clock.now(),
    }
    db.session.execute(
        insert_for()(Photo)
        .values(student_id=student_id, **values)
        .on_conflict_do_update(index_elements=["student_id"], set_=values)
    )
    audit.record("photos/keep", f"student:{student_id}", actor=actor, after={"sha256": values["sha256"]})


def look_through(archive: bytes, *, actor: Actor) -> list[tuple[Report, Portrait | None]]:
    """Unpack an archive, and crop and keep as files the pictures whose names lead to one child of the actor's school.

    A report for each file. Writes nothing of the record. Raises NotAllowed, InvalidInput when the archive itself is
    not acceptable.
    """
    if actor.duty != "operator" or actor.office_kind != "school":
        raise NotAllowed()
    found: list[tuple[Report, Portrait | None]] = []
    seen: set[int] = set()
    for entry in entries_of(archive, field="archive"):
        report, picture = _look_at(entry, seen, actor)
        found.append((report, picture))
        if report.student_id is not None:
            seen.add(report.student_id)
    return found


def keep_photos(pictures: Sequence[tuple[Report, Portrait | None]], *, actor: Actor) -> list[Report]:
    """Write whose pictures these are; a child who has left meanwhile is reported so."""
    ids = {report.student_id for report, _ in pictures if report.student_id is not None}
    here = set(db.session.scalars(_children_here(actor).with_only_columns(Student.id).where(Student.id.in_(ids))))
    reports = []
    for report, picture in pictures:
        if picture is None or report.student_id is None:
            reports.append(report)
        elif report.student_id in here:
            _keep(report.student_id, picture, actor)
            reports.append(report)
        else:
            reports.append(Report(report.file, fault=f"{NOT_HERE}。"))
    return reports


def _look_at(entry: Entry, seen: set[int], actor: Actor) -> tuple[Report, Portrait | None]:
    shown = IDENTITY_NUMBER.sub(lambda match: masked(match[0]), visible(entry.name, 80))
    try:
        if entry.fault:
            raise PoorImage(sentence=entry.fault)
        student_id, name = _child_of(entry.name.rsplit(".", 1)[0], actor)
        if student_id in seen:
            raise PoorImage(sentence="同一学生在压缩包中有不止一张照片，只收第一张")
        return Report(shown, student_id, name), portrait_of(opened(entry.name, entry.content))
    except Refused as refusal:
        return Report(shown, fault=refusal.detail), None


def _children_here(actor: Actor) -> Any:
    """The children enrolled at the actor's school: id and name."""
    return (
        sa.select(Student.id, Student.name)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, Enrolment.ends_on.is_(None)))
        .where(Enrolment.school_id == actor.office_id)
    )


def _child_of(stem: str, actor: Actor) -> tuple[int, str]:
    """The child of the actor's school that a file is named after. Raises PoorImage."""
    query = _children_here(actor).limit(2)
    if NUMBER.fullmatch(number := canonical.identity_number(stem)):
        query = query.where(Student.main_number_hash == keyed_hash(number))
    elif (parts := BY_NAME.fullmatch(stem)) and parts[1] == actor.office_code:
        query = query.join(SchoolClass, SchoolClass.id == Enrolment.school_class_id)
        query = query.where(Student.name == canonical.name(parts[3]))
        digits = parts[2]
        if len(digits) == 6:  # 202402 is class 2 of those who entered in 2024
            query = query.where(SchoolClass.entry_year == int(digits[:4]))
        query = query.where(SchoolClass.number == int(digits[-2:]))
    else:
        raise PoorImage(sentence="文件名须为学籍主号，或“学校标识码_班号_姓名”")
    found = db.session.execute(query).all()
    if not found:
        raise PoorImage(sentence=NOT_HERE)
    if len(found) > 1:
        raise PoorImage(sentence="同班同名的学生不止一人，请以学籍主号命名")
    return found[0].id, found[0].name
