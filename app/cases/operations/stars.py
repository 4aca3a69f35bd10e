"""关注: a person marks a case to find it again."""

from __future__ import annotations

from app import clock
from app.access import Actor
from app.cases import queries
from app.cases.models.stars import Star
from app.database import db
from app.sequences import insert_for


def star(number: str, *, actor: Actor, on: bool = True) -> None:
    """Mark the case, or take the mark away; the same again is no other act. Raises Missing."""
    case, _view = queries.case_for(actor, number)
    if on:
        row = insert_for()(Star).values(user_id=actor.user_id, case_id=case.id, at=clock.now())
        db.session.execute(row.on_conflict_do_nothing())
    elif held := db.session.get(Star, (actor.user_id, case.id)):
        db.session.delete(held)
