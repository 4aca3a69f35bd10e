"""通知方式: what a person chooses for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from app import audit
from app.access import Actor
from app.database import db, serialise
from app.errors import Objected
from app.notifications.models import NotificationPreference
from app.notifications.operations.confirmations import ask_to_confirm
from app.notifications.rules import KIND_NAMES, NOT_AT_ALL, faults_of_preference


def choose(typed: Mapping[str, Any], *, actor: Actor) -> NotificationPreference:
    """Keep what the actor has chosen; another address is asked to be confirmed. Raises Objected, TooMany."""
    email = str(typed.get("email", "")).strip()
    ways = {kind: typed.get(f"way_{kind}", NOT_AT_ALL) for kind in KIND_NAMES}
    digest, hours = bool(typed.get("digest")), (typed.get("quiet_from"), typed.get("quiet_until"))
    if faults := faults_of_preference(email, ways, digest, hours):
        raise Objected(faults)
    serialise(f"preferences of {actor.user_id}")
    whose = sa.select(NotificationPreference).where(NotificationPreference.user_id == actor.user_id)
    kept = db.session.scalar(whose)
    if kept is None:
        kept = NotificationPreference(user_id=actor.user_id)
        db.session.add(kept)
    changed = email != (kept.email or "")
    kept.email, kept.ways, kept.digest = email, ways, digest
    kept.quiet_from, kept.quiet_until = hours
    if changed:
        kept.confirmed_at = kept.asked_at = None
    db.session.flush()
    if changed and email:
        ask_to_confirm(kept)
    audit.record("notifications/choose", f"office:{actor.office_code}", actor=actor, after={"digest": digest})
    return kept
