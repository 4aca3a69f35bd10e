"""Submitting once: pressing twice, or a program that asks again, is one submission.

With an `Idempotency-Key` a repeat is the first one, whenever it comes. Without one the content itself is the name of
the submission: two equal ones at once by one person are one act, a later one is a new act and is judged by the rules.
Both hold within one post: whoever has two acts in each for itself, whatever the keys.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import rules
from app.cases.models.submissions import Submission
from app.database import execute, table, write_later
from app.errors import InvalidInput, Stale
from app.writes import Write

SUBMISSIONS = table(Submission)


def new_key() -> str:
    """A fresh key for a form, so that pressing twice is one submission."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Submitted:
    """What somebody submits: in which post, under which name, and the digest of what."""

    post_id: int | None
    key: str
    digest: str
    keyed: bool  # the name was chosen by the sender

    def before(self) -> int | None:
        """The case that this submission has led to already. Raises KeyReused (E-KEY) for other content."""
        mine = (SUBMISSIONS.c.post_id == self.post_id, SUBMISSIONS.c.key == self.key)
        found = execute(sa.select(SUBMISSIONS.c.digest, SUBMISSIONS.c.case_id).where(*mine)).first()
        if found is None:
            return None
        if found.digest != self.digest:
            raise rules.KeyReused()
        return int(found.case_id)


def forget_submissions(case_id: int, *, actor: Actor) -> None:
    """What this person has submitted of a case without a key may be submitted again: it has been taken back."""
    mine = SUBMISSIONS.c.post_id == actor.post_id, SUBMISSIONS.c.case_id == case_id
    execute(sa.delete(SUBMISSIONS).where(*mine, SUBMISSIONS.c.key.startswith("=")))


def submitted(key: str | None, content: Any, *, actor: Actor) -> Submitted:
    """Name what is submitted. Raises InvalidInput for a key that is too long."""
    if key and len(key) > 80:
        raise InvalidInput(sentence="Idempotency-Key 不能超过 80 个字符。", field="Idempotency-Key")
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Submitted(actor.post_id, key or f"={digest}", digest, keyed=bool(key))


def run_once(what: Submitted, act: Callable[[], int], *, seen: int | None) -> int:
    """Do `act` (which returns a case's id) and keep, at the end of the transaction, that it was done under this name.

    seen -- what it had led to when the request came. Raises what `act` raises; at the end Stale, when an equal one was
    faster or its name was used before.
    """
    case_id = act()
    row = {"post_id": what.post_id, "key": what.key, "digest": what.digest, "case_id": case_id, "at": clock.now()}
    replaces = {"case_id": seen} if seen is not None and not what.keyed else None
    write_later(Write(SUBMISSIONS, row, same_by=("post_id", "key"), replaces=replaces, lost=Stale))
    return case_id
