"""The matrix of lawful changes, as the database's guards read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

import sqlalchemy as sa

from app.database import db
from app.students.models.lawful_changes import LawfulChange
from app.students.rules.transitions import LAWFUL


def keep_matrix(followers: Mapping[str, str]) -> None:
    """Make the table equal to `rules/transitions.py`; nothing is written when it is.

    followers -- processes that follow the rules of another, by key: what is lawful to that one is to them.
    """
    table = LawfulChange.__table__
    followed = [
        replace(each, process=key) for each in LAWFUL for key, process in followers.items() if each.process == process
    ]
    wanted = {tuple(asdict(each).values()) for each in (*LAWFUL, *followed)}
    present = {tuple(row) for row in db.session.execute(sa.select(*table.c))}
    names = [column.name for column in table.c]
    for row in present - wanted:
        same = [column == value for column, value in zip(table.c, row, strict=True)]
        db.session.execute(sa.delete(LawfulChange).where(*same))
    if missing := sorted(wanted - present):
        db.session.execute(sa.insert(LawfulChange), [dict(zip(names, row, strict=True)) for row in missing])
