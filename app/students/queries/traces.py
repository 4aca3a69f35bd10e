"""Which of the things that few children have there are of one, so that a page reads none of them in vain."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.database import db
from app.students.models import Archive, ArchiveEntry, Suspension
from app.students.models.cohorts import Certificate
from app.students.models.issued import Photo, Proof


@dataclass(frozen=True)
class Traces:
    """What there is of a child beside its record."""

    suspensions: bool
    photo: bool
    proofs: bool
    entries: bool  # in the archive
    certificates: bool


def traces_of(student_id: int) -> Traces:
    """What there is to read of that child, in one statement."""
    return Traces(*db.session.execute(TRACES, {"student": student_id}).one())


_student: sa.BindParameter[int] = sa.bindparam("student")
_entries = sa.exists().where(Archive.student_id == _student, ArchiveEntry.archive_id == Archive.id)
#: built once: the page of every child asks it
TRACES = sa.select(
    sa.exists().where(Suspension.student_id == _student),
    sa.exists().where(Photo.student_id == _student),
    sa.exists().where(Proof.student_id == _student),
    _entries,
    sa.exists().where(Certificate.student_id == _student),
)
