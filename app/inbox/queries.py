"""Lists that somebody has kept."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.access import Actor
from app.database import db
from app.errors import Missing
from app.inbox.models import SavedList


def saved_lists(actor: Actor) -> Sequence[SavedList]:
    """The actor's own at this office, and those that colleagues of the office share; by name."""
    mine = sa.or_(SavedList.user_id == actor.user_id, SavedList.shared)
    asked = sa.select(SavedList).where(SavedList.office_id == actor.office_id, mine)
    return db.session.scalars(asked.order_by(SavedList.name, SavedList.id)).all()


def own_list(list_id: int, actor: Actor) -> SavedList:
    """A list of the actor's own at this office. Raises Missing."""
    found = db.session.get(SavedList, list_id)
    if found is None or found.office_id != actor.office_id or found.user_id != actor.user_id:
        raise Missing()
    return found
