"""意见常用语: sentences that a person or an office puts into an opinion with one click."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Phrase
from app.cases.queries.advice import MOST_PHRASES
from app.database import db, serialise
from app.errors import InvalidInput, Missing, NotAllowed
from app.web import canonical

LONGEST_PHRASE = 200  # characters


def keep_phrase(text: str, *, of_office: bool, actor: Actor) -> Phrase:
    """Keep a phrase of one's own, or as an approver one of the office. Raises NotAllowed, InvalidInput."""
    if of_office and actor.duty != "approver":
        raise NotAllowed()
    text = canonical.text(text).strip()
    if not 0 < len(text) <= LONGEST_PHRASE:
        raise InvalidInput(sentence=f"常用语须为 1 至 {LONGEST_PHRASE} 字。", field="text")
    whose = {"office_id": actor.office_id} if of_office else {"user_id": actor.user_id}
    serialise(f"phrases of {whose}")  # pressing twice keeps one, and the most are counted
    mine = [getattr(Phrase, name) == value for name, value in whose.items()]
    known = db.session.scalar(sa.select(Phrase).where(*mine, Phrase.text == text))
    if known is None:
        if (db.session.scalar(sa.select(sa.func.count()).select_from(Phrase).where(*mine)) or 0) >= MOST_PHRASES:
            raise InvalidInput(sentence=f"常用语最多 {MOST_PHRASES} 条，请先删除不用的。", field="text")
        known = Phrase(**whose, text=text)
        db.session.add(known)
    known.used_at = clock.now()
    db.session.flush()
    return known


def forget_phrase(phrase_id: int, *, actor: Actor) -> None:
    """Delete a phrase of one's own, or as an approver one of the office. Raises Missing, NotAllowed."""
    phrase = db.session.get(Phrase, phrase_id)
    if phrase is None or (actor.user_id != phrase.user_id and actor.office_id != phrase.office_id):
        raise Missing()
    if phrase.office_id is not None and actor.duty != "approver":
        raise NotAllowed()
    db.session.delete(phrase)
    db.session.flush()


def note_phrases_used(phrase_ids: Collection[int], *, actor: Actor) -> None:
    """Put those of the actor's own and of their office first: they were put into an opinion.

    What a colleague is noting at that moment is left to them: nobody waits for a row of the office.
    """
    theirs = sa.or_(Phrase.user_id == actor.user_id, Phrase.office_id == actor.office_id)
    asked = sa.select(Phrase.id).where(Phrase.id.in_(phrase_ids), theirs).order_by(Phrase.id)
    free = db.session.scalars(asked.with_for_update(skip_locked=True)).all()
    if free:
        db.session.execute(sa.update(Phrase).where(Phrase.id.in_(free)).values(used_at=clock.now()))
