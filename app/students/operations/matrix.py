"""The matrix of lawful changes, as the database's guards read it."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from app.database import db
from app.students.models import LawfulChange
from app.students.rules.lawful import LAWFUL


def keep_matrix() -> None:
    """Make the table equal to `rules/lawful.py`; nothing is written when it is."""
    table = LawfulChange.__table__
    wanted = {tuple(asdict(each).values()) for each in LAWFUL}
    present = {tuple(row) for row in db.session.execute(sa.select(*table.c))}
    names = [column.name for column in table.c]
    for row in present - wanted:
        same = [column == value for column, value in zip(table.c, row, strict=True)]
        db.session.execute(sa.delete(LawfulChange).where(*same))
    if missing := sorted(wanted - present):
        db.session.execute(sa.insert(LawfulChange), [dict(zip(names, row, strict=True)) for row in missing])
