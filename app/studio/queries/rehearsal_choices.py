"""Who may take part in a rehearsal, as somebody types it: an office or a child by name."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.access import Actor
from app.cases import hooks
from app.database import db
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office
from app.divisions.queries import inside

MOST = 50


def example_of(version: CompiledVersion) -> hooks.Example | None:
    """With what a rehearsal of it begins: its own, else that of the process whose rules it follows."""
    return hooks.examples.get(version.key) or hooks.examples.get(version.rules_of)


def offices_named(actor: Actor, typed: str) -> Sequence[tuple[str, str]]:
    """Code and name of the offices that are meant: the one of that code or name, else those whose names hold it."""
    asked = sa.select(Office.code, Office.name).where(Office.closed_on.is_(None), inside(actor)).order_by(Office.code)
    for meant in (sa.or_(Office.code == typed, Office.name == typed), Office.name.contains(typed, autoescape=True)):
        if rows := db.session.execute(asked.where(meant).limit(MOST)).all():
            return [(row.code, row.name) for row in rows]
    return []
