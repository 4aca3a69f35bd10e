"""Submitting once: pressing twice, or a program that asks again, is one submission.

With an `Idempotency-Key` a repeat is the first one, whenever it comes. Without one the content itself is the name of
the submission: two equal ones at once by one person are one act, a later one is a new act and is judged by the rules.
Both hold within one post: whoever has two acts in each for itself, whatever the keys. A decision that counts no more
is not done by asking again: the repeat hears that it was undone.
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
from app.cases.models import Decision, JointAnswer
from app.cases.models.submissions import Submission
from app.database import execute, table, write_later
from app.errors import InvalidInput, Stale
from app.writes import Write

ANSWERS, DECISIONS, SUBMISSIONS = table(JointAnswer), table(Decision), table(Submission)
LONGEST_KEY = 80  # characters


def new_key() -> str:
    """A fresh key for a form, so that pressing twice is one submission."""
    return secrets.token_urlsafe(16)


def key_within(key: str | None, part: int) -> str | None:
    """The key of one part of what was submitted as a whole under that key. Raises InvalidInput for one too long."""
    if not key:
        return None
    _check_key(key)
    return f"{hashlib.sha256(key.encode()).hexdigest()}:{part}"


def _check_key(key: str) -> None:
    if len(key) > LONGEST_KEY:
        raise InvalidInput(sentence=f"Idempotency-Key 不能超过 {LONGEST_KEY} 个字符。", field="Idempotency-Key")


@dataclass(frozen=True)
class Submitted:
    """What somebody submits: in which post, under which name, the digest of what, and the task it decides."""

    post_id: int | None
    user_id: int | None
    key: str
    digest: str
    keyed: bool  # the name was chosen by the sender
    task_id: int | None = None

    def before(self) -> int | None:
        """The case that this submission has led to already.

        Raises KeyReused (E-KEY) for other content, DecisionTakenBack (E-TAKEN-BACK-02) where it counts no more.
        """
        mine = (SUBMISSIONS.c.post_id == self.post_id, SUBMISSIONS.c.key == self.key)
        columns = SUBMISSIONS.c.digest, SUBMISSIONS.c.case_id, _undone(self.user_id).label("undone")
        found = execute(sa.select(*columns).where(*mine)).first()
        if found is None:
            return None
        if found.digest != self.digest:
            raise rules.KeyReused()
        if found.undone:
            raise rules.DecisionTakenBack()
        return int(found.case_id)


def _undone(user_id: int | None) -> Any:
    """Whether the decision that was submitted, or the answer of this person, has been taken back since."""
    decided = sa.exists().where(DECISIONS.c.task_id == SUBMISSIONS.c.task_id, DECISIONS.c.undone_id.is_not(None))
    answered = sa.exists().where(
        ANSWERS.c.task_id == SUBMISSIONS.c.task_id,
        ANSWERS.c.user_id == user_id,
        ANSWERS.c.taken_back_at >= SUBMISSIONS.c.at,
    )
    return sa.or_(decided, answered)


def forget_submissions(case_id: int, *, actor: Actor) -> None:
    """What this person has submitted of a case without a key may be submitted again: it has been taken back."""
    mine = SUBMISSIONS.c.post_id == actor.post_id, SUBMISSIONS.c.case_id == case_id
    execute(sa.delete(SUBMISSIONS).where(*mine, SUBMISSIONS.c.key.startswith("=")))


def submitted(key: str | None, content: Any, *, actor: Actor, task_id: int | None = None) -> Submitted:
    """Name what is submitted; task_id -- which it decides. Raises InvalidInput for a key that is too long."""
    if key:
        _check_key(key)
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Submitted(actor.post_id, actor.user_id, key or f"={digest}", digest, bool(key), task_id)


def run_once(what: Submitted, act: Callable[[], int], *, seen: int | None) -> int:
    """Do `act` (which returns a case's id) and keep, at the end of the transaction, that it was done under this name.

    seen -- what it had led to when the request came. Raises what `act` raises; at the end Stale, when an equal one was
    faster or its name was used before.
    """
    case_id = act()
    name = {"post_id": what.post_id, "key": what.key, "digest": what.digest}
    row = {**name, "case_id": case_id, "task_id": what.task_id, "at": clock.now()}
    replaces = {"case_id": seen} if seen is not None and not what.keyed else None
    write_later(Write(SUBMISSIONS, row, same_by=("post_id", "key"), replaces=replaces, lost=Stale))
    return case_id
