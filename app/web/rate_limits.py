"""How often a stranger may ask: counted in the database, so that every process counts together."""

from __future__ import annotations

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, end_reading, execute, table, transaction
from app.encryption import keyed_hash
from app.errors import Refused
from app.sequences import insert_for


class RateLimit(Model):
    """访问频次 – how often something was asked for within the present window of time."""

    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    window: Mapped[int] = mapped_column(index=True)  # its first second, since 1970
    count: Mapped[int]


class TooMany(Refused):
    code = "E-MANY"
    text = "查询过于频繁，请在 {seconds} 秒后再试。"


LIMITS = table(RateLimit)
LONGEST = 3600  # seconds, of any window


def stranger() -> str:
    """Whoever asks, by the address, which is not kept in the clear."""
    return keyed_hash(request.remote_addr or "")[:24]


def take(what: str, *, most: int, seconds: int, who: str = "") -> None:
    """Count one more request for `what`. Raises TooMany beyond `most` within `seconds`.

    who -- whose requests are counted; without it the stranger's, by the address. What counts by the minute leaves alone
    what counts by the hour: of one key the window is always as long.
    """
    now = int(clock.now().timestamp())
    window = now - now % seconds
    execute(sa.delete(LIMITS).where(LIMITS.c.window < now - LONGEST))
    insert = insert_for()(LIMITS).values(key=_key(what, who), window=window, count=1)
    again = sa.case((LIMITS.c.window == window, LIMITS.c.count + 1), else_=1)
    count = execute(
        insert.on_conflict_do_update(index_elements=["key"], set_={"count": again, "window": window}).returning(
            LIMITS.c.count
        )
    ).scalar_one()
    if count > most:
        raise TooMany(seconds=window + seconds - now)


def take_wrong(what: str, *, most: int, seconds: int, who: str = "") -> None:
    """Count one more wrong guess of whoever asks, in a transaction of its own. Raises TooMany beyond `most`.

    Asked only once a guess was found wrong, so that no number of them keeps a right one out; beyond `most` nothing is
    written any more.
    """
    refuse_beyond(what, most=most, seconds=seconds, who=who)
    end_reading()
    with transaction():
        take(what, most=most, seconds=seconds, who=who)


def refuse_beyond(what: str, *, most: int, seconds: int, who: str = "") -> None:
    """Count nothing. Raises TooMany once `most` have been taken within the present `seconds`."""
    now = int(clock.now().timestamp())
    window = now - now % seconds
    same = (LIMITS.c.key == _key(what, who), LIMITS.c.window == window)
    taken = execute(sa.select(LIMITS.c.count).where(*same)).scalar()
    if (taken or 0) >= most:
        raise TooMany(seconds=window + seconds - now)


def _key(what: str, who: str) -> str:
    return f"{what}:{who or stranger()}"
