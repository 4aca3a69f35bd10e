"""Comments beside a case, as far as a reader may see them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.access import Actor
from app.cases.models.comments import CaseComment, CommentScope
from app.cases.queries.cases import View
from app.database import db

MOST_SHOWN = 50  # comments on one page


def comments_of(
    case_id: int, actor: Actor, view: View, *, before: int = 0, limit: int = MOST_SHOWN
) -> Sequence[CaseComment]:
    """What the actor may read, the newest first: what was written at their own office, and what was written for the
    parties of the case by whoever reads its opinions. Nothing for who reads none of its content.
    """
    if not view.content:
        return []
    mine = CaseComment.office_id == actor.office_id
    seen = sa.or_(mine, CaseComment.scope == CommentScope.PARTIES) if view.whole else mine
    asked = sa.select(CaseComment).where(CaseComment.case_id == case_id, seen)
    if before:
        asked = asked.where(CaseComment.id < before)
    return db.session.scalars(asked.order_by(CaseComment.id.desc()).limit(limit)).all()
