"""Photos: one child's, or a school's by the names of the files in an archive, with a report for each file."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa

from app import audit, clock, vault
from app.access import Actor
from app.database import db
from app.errors import InvalidInput, NotAllowed, Refused
from app.interface import Upload
from app.interface.archives import Entry, entries_of
from app.interface.pictures import PoorPicture, portrait
from app.interface.uploads import IDENTITY_NUMBER, opened
from app.schools.models import SchoolClass
from app.sealing import keyed_hash
from app.series import insert_for
from app.students import queries
from app.students.issued import Photo
from app.students.models import Enrolment, Student, masked

NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
BY_NAME = re.compile(r"([0-9]{10})_([0-9]{1,6})_(.+)")


@dataclass(frozen=True)
class Report:
    """What became of one file."""

    file: str  # never with a child's number in full
    student_id: int | None = None
    name: str = ""
    fault: str = ""


def keep_photo(student_id: int, picture: Upload | None, *, actor: Actor) -> None:
    """Keep a child's photo, by an operator of its school; an earlier one gives way.

    Raises Missing, NotAllowed, InvalidInput, PoorPicture.
    """
    student = queries.student_kept(actor, student_id)
    enrolment = student.open_enrolment
    if actor.duty != "operator" or enrolment is None or enrolment.school_id != actor.office_id:
        raise NotAllowed()
    if picture is None:
        raise InvalidInput(sentence="请选择照片文件。", field="photo")
    _keep(student_id, portrait_of(picture), actor)


def portrait_of(picture: Upload) -> bytes:
    if not picture.media_type.startswith("image/"):
        raise PoorPicture(sentence="照片须为 JPG 或 PNG 文件")
    return portrait(picture.content)


def _keep(student_id: int, content: bytes, actor: Actor) -> None:
    values = {
        "sha256": vault.keep(content),
        "size": len(content),
        "added_by": actor.user_id,
        "added_at": clock.now(),
    }
    db.session.execute(
        insert_for()(Photo)
        .values(student_id=student_id, **values)
        .on_conflict_do_update(index_elements=["student_id"], set_=values)
    )
    audit.record("photos/keep", f"student:{student_id}", actor=actor, after={"sha256": values["sha256"]})


def keep_photos(archive: bytes, *, actor: Actor) -> list[Report]:
    """Keep every photo of an archive whose name leads to one child of the actor's school; a line for each file.

    Raises NotAllowed, InvalidInput when the archive itself is not acceptable.
    """
    if actor.duty != "operator" or actor.office_kind != "school":
        raise NotAllowed()
    reports: list[Report] = []
    seen: set[int] = set()
    for entry in entries_of(archive, field="archive"):
        report = _keep_entry(entry, seen, actor)
        reports.append(report)
        if report.student_id is not None:
            seen.add(report.student_id)
    return reports


def _keep_entry(entry: Entry, seen: set[int], actor: Actor) -> Report:
    shown = IDENTITY_NUMBER.sub(lambda match: masked(match[0]), entry.name)[:80]
    try:
        if entry.fault:
            raise PoorPicture(sentence=entry.fault)
        student_id, name = _child_of(entry.name.rsplit(".", 1)[0], actor)
        if student_id in seen:
            raise PoorPicture(sentence="同一学生在压缩包中有不止一张照片，只收第一张")
        _keep(student_id, portrait_of(opened(entry.name, entry.content)), actor)
    except Refused as refusal:
        return Report(shown, fault=refusal.detail)
    return Report(shown, student_id, name)


def _child_of(stem: str, actor: Actor) -> tuple[int, str]:
    """The child of the actor's school that a file is named after. Raises PoorPicture."""
    query = (
        sa.select(Student.id, Student.name)
        .join(Enrolment, sa.and_(Enrolment.student_id == Student.id, Enrolment.ends_on.is_(None)))
        .where(Enrolment.school_id == actor.office_id)
        .limit(2)
    )
    if NUMBER.fullmatch(stem):
        query = query.where(Student.main_number_hash == keyed_hash(stem.upper()))
    elif (parts := BY_NAME.fullmatch(stem)) and parts[1] == actor.office_code:
        query = query.join(SchoolClass, SchoolClass.id == Enrolment.school_class_id).where(Student.name == parts[3])
        digits = parts[2]
        if len(digits) == 6:  # 202402 is class 2 of those who entered in 2024
            query = query.where(SchoolClass.entry_year == int(digits[:4]))
        query = query.where(SchoolClass.number == int(digits[-2:]))
    else:
        raise PoorPicture(sentence="文件名须为学籍主号，或“学校标识码_班号_姓名”")
    found = db.session.execute(query).all()
    if not found:
        raise PoorPicture(sentence="本校没有这名在籍学生")
    if len(found) > 1:
        raise PoorPicture(sentence="同班同名的学生不止一人，请以学籍主号命名")
    return found[0].id, found[0].name
