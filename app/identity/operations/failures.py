"""Wrong passwords: counted by account and place, by account over all places, and by address over all accounts.

Nobody can lock another out (domain.md, Decisions): what locks is the pair of account and place. The ceiling over all
places does not lock either: it asks for a place from which the owner has signed in before, or for an administrator.
From such a place the ceiling counts what came from there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from app import audit
from app.access import Actor
from app.database import db
from app.encryption import keyed_hash
from app.identity import queries
from app.identity.models import FailedSignIn, KnownPlace, User
from app.identity.rules import (
    CEILING,
    CEILING_WINDOW,
    KEPT_FOR,
    LOCK_AFTER,
    LOCKED_FOR,
    MOST_NAMES,
    NAMES_WINDOW,
    Locked,
    Restricted,
    RestrictedHere,
    TooManyNames,
    WrongPassword,
)
from app.sequences import insert_for
from app.web.sign_in_places import Place


def name_hash(username: str) -> str:
    """A name in the counts: what was typed there may be a password, and nobody may have that name."""
    return keyed_hash(f"name:{username}")[:32]


def objection(
    username: str, user: User | None, place: Place, now: dt.datetime
) -> Locked | Restricted | TooManyNames | None:
    """Why nobody may try a password for that name from there now; None when one may.

    The same for a name that nobody has, so that trying tells nobody who exists.
    """
    name, known = name_hash(username), queries.known_places(user, place)
    until = queries.locked_until(name, place, known, now)
    if until is not None and until > now:
        return _locked(until - now)
    if known and queries.failures_at(name, place.counted_at(known), now, CEILING_WINDOW) >= CEILING:
        return RestrictedHere()
    if place.device_hash in known:
        return None
    if place.program_hash not in known and queries.names_failed_from(place.address_hash, now) >= MOST_NAMES:
        return TooManyNames(seconds=int(NAMES_WINDOW.total_seconds()) // 2)
    if not known and queries.failures_of(name, now) >= CEILING:
        return Restricted()
    return None


def _locked(left: dt.timedelta) -> Locked:
    return Locked(minutes=max(1, -(-int(left.total_seconds()) // 60)))


def count_failure(
    username: str, user: User | None, place: Place, now: dt.datetime, *, actor: Actor
) -> WrongPassword | Locked:
    """Write a wrong password down, and lock the pair when it is one too many."""
    name, at = name_hash(username), place.counted_at(queries.known_places(user, place))
    failures = queries.failures_at(name, at, now) + 1
    locks = failures >= LOCK_AFTER
    db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.at < now - KEPT_FOR))
    db.session.add(
        FailedSignIn(
            name_hash=name,
            user_id=user.id if user else None,
            place_hash=at,
            address_hash=place.address_hash,
            address=place.address,
            at=now,
            locks=locks,
        )
    )
    subject = f"user:{user.username}" if user else audit.UNKNOWN_USER
    audit.record("identity/wrong_password", subject, actor=actor, after={"failures": failures})
    db.session.flush()
    if queries.failures_of(name, now) == CEILING:
        audit.record("identity/ceiling", subject, actor=actor, after={"failures": CEILING})
    if not locks:
        return WrongPassword()
    audit.record("identity/lock", subject, actor=actor)
    return _locked(LOCKED_FOR)


def forgive(user: User, place: Place) -> None:
    """The right password from there: what was wrong there before counts no longer."""
    at = place.counted_at(queries.known_places(user, place))
    _count_no_longer(FailedSignIn.name_hash == name_hash(user.username), FailedSignIn.place_hash == at)


def _count_no_longer(*conditions: sa.ColumnElement[bool]) -> int:
    done = db.session.execute(sa.update(FailedSignIn).where(*conditions, FailedSignIn.counts).values(counts=False))
    return int(getattr(done, "rowcount", 0))


def remember(user: User, place: Place, now: dt.datetime) -> None:
    """The owner has signed in from there: the address, and the browser with its mark, or a program."""
    for each in filter(None, (place.address_hash, place.device_hash, place.program_hash)):
        row = insert_for()(KnownPlace).values(user_id=user.id, place_hash=each, seen_at=now)
        db.session.execute(row.on_conflict_do_update(index_elements=["user_id", "place_hash"], set_={"seen_at": now}))


def tell(user: User) -> Sequence[FailedSignIn]:
    """The wrong passwords of which the owner has not heard yet, the latest first; from now on they have."""
    untold = queries.untold_failures(user)
    if untold:
        db.session.execute(sa.update(FailedSignIn).where(FailedSignIn.user_id == user.id).values(told=True))
    return untold


def lift_locks(user: User, *, actor: Actor) -> int:
    """No failure counts any longer, from wherever it came: every lock is lifted. Return how many failures counted."""
    lifted = _count_no_longer(FailedSignIn.name_hash == name_hash(user.username))
    audit.record("identity/unlock", f"user:{user.username}", actor=actor, after={"failures": lifted})
    return lifted
