"""Which cases a person follows."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from app.access import Actor
from app.cases.models.stars import Star
from app.database import db


def starred_of(case_ids: Collection[int], actor: Actor) -> set[int]:
    """Those of the cases that the actor follows."""
    if not case_ids:
        return set()
    asked = sa.select(Star.case_id).where(Star.user_id == actor.user_id, Star.case_id.in_(case_ids))
    return set(db.session.scalars(asked))
