"""Lists that somebody has kept, and their columns."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.access import Actor
from app.database import db
from app.errors import Missing
from app.inbox.models import ColumnChoice, SavedList
from app.inbox.rules import USUAL, chosen_columns


def saved_lists(actor: Actor) -> Sequence[SavedList]:
    """The actor's own at this office, and those that colleagues of the office share; by name."""
    mine = sa.or_(SavedList.user_id == actor.user_id, SavedList.shared)
    asked = sa.select(SavedList).where(SavedList.office_id == actor.office_id, mine)
    return db.session.scalars(asked.order_by(SavedList.name, SavedList.id)).all()


def columns_of(box: str, actor: Actor) -> list[str]:
    """The columns that the actor sees of that list, as they were chosen; else the usual ones."""
    chosen = db.session.get(ColumnChoice, (actor.user_id, box))
    return chosen_columns(box, chosen.columns) if chosen else list(USUAL[box])


def own_list(list_id: int, actor: Actor) -> SavedList:
    """A list of the actor's own at this office. Raises Missing."""
    found = db.session.get(SavedList, list_id)
    if found is None or found.office_id != actor.office_id or found.user_id != actor.user_id:
        raise Missing()
    return found
