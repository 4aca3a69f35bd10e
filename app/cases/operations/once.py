"""Submitting once: pressing twice, or a program that asks again, is one submission."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

import orjson
import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Submission
from app.database import db
from app.errors import InvalidInput, Stale
from app.series import insert_for


def new_key() -> str:
    """A fresh key for a form, so that pressing twice is one submission."""
    return secrets.token_urlsafe(16)


def once(key: str | None, content: Any, act: Callable[[], int], *, actor: Actor) -> int:
    """Do `act` (which returns a case's id) once per `Idempotency-Key` of a user; a repeat returns the same case.

    Raises KeyReused (E-KEY) when the key was used for other content.
    """
    if not key:
        return act()
    if len(key) > 80:
        raise InvalidInput(sentence="Idempotency-Key 不能超过 80 个字符。", field="Idempotency-Key")
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    before = db.session.execute(
        sa.select(Submission.digest, Submission.case_id).where(
            Submission.user_id == actor.user_id, Submission.key == key
        )
    ).first()
    if before:
        if before.digest != digest:
            raise rules.KeyReused()
        return int(before.case_id)
    case_id = act()
    written = db.session.scalar(
        insert_for()(Submission)
        .values(user_id=actor.user_id, key=key, digest=digest, case_id=case_id, at=clock.now())
        .on_conflict_do_nothing()
        .returning(Submission.key)
    )
    if written is None:  # the same key arrived twice at once, and the other was faster
        raise Stale()
    return case_id
