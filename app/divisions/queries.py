"""Reads of offices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.database import db
from app.divisions.models import LONGEST_NAME, Division, Office, Reorganisation, SchoolNamePart
from app.name_parts import begins_with


def inside(actor: Actor, path: Any = Office.path) -> sa.ColumnElement[bool]:
    """The condition "in the actor's jurisdiction", as a range of the path's index."""
    return beneath(actor.office_path, path)


def beneath(superior: Any, path: Any = Office.path) -> sa.ColumnElement[bool]:
    """The condition "at the office of that path, or at one that it governs", as a range of the path's index."""
    return sa.and_(path >= superior, path < superior + "~")


def named_divisions() -> list[tuple[str, str]]:
    """Every division below the province with its name, 杭州市（全市） or 杭州市西湖区; a city before its counties."""
    names = {row.code: row.name for row in db.session.execute(sa.select(Division.code, Division.name))}
    found = []
    for code in sorted(each for each in names if not each.endswith("0000")):
        city = names.get(f"{code[:4]}00", "")
        found.append((code, f"{city}（全市）" if code.endswith("00") else f"{city}{names[code]}"))
    return found


def office_by_code(code: str) -> Office | None:
    office: Office | None = db.session.scalar(sa.select(Office).where(Office.code == code))
    return office


def offices(
    *, kind: str | None = None, superior: str | None = None, q: str | None = None, after: int = 0, limit: int = 20
) -> Sequence[Office]:
    """Offices by kind, superior's code and part of a name or code. The directory of offices is public to users."""
    query = sa.select(Office).where(Office.id > after).order_by(Office.id).limit(limit)
    if kind:
        query = query.where(Office.kind == kind)
    if superior:
        above = sa.select(Office.id).where(Office.code == superior).scalar_subquery()
        query = query.where(Office.superior_id == above)
    if q:
        query = query.where(
            sa.or_(Office.name.contains(q, autoescape=True), Office.code.startswith(q, autoescape=True))
        )
    return db.session.scalars(query).all()


def history_of(office_id: int) -> Sequence[Reorganisation]:
    """What became of an office, and what came to it from others, oldest first."""
    return db.session.scalars(
        sa.select(Reorganisation)
        .where(sa.or_(Reorganisation.office_id == office_id, Reorganisation.successor_id == office_id))
        .order_by(Reorganisation.id)
    ).all()


def named_like(typed: str) -> sa.Select[Any]:
    """The ids of schools a part of whose name, or of its first letters, begins with what was typed."""
    reads = begins_with(SchoolNamePart.part, typed.strip().lower()[:LONGEST_NAME])
    return sa.select(SchoolNamePart.office_id).where(reads).distinct()
