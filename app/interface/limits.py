"""How often a stranger may ask: counted in the database, so that every process counts together."""

from __future__ import annotations

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Model, execute, table
from app.errors import Refused
from app.sealing import keyed_hash
from app.series import insert_for


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


def stranger() -> str:
    """Whoever asks, by the address, which is not kept in the clear."""
    return keyed_hash(request.remote_addr or "")[:24]


def take(what: str, *, most: int, seconds: int) -> None:
    """Count one more request of this stranger for `what`. Raises TooMany beyond `most` within `seconds`."""
    now = int(clock.now().timestamp())
    window = now - now % seconds
    execute(sa.delete(LIMITS).where(LIMITS.c.window < window))
    insert = insert_for()(LIMITS).values(key=f"{what}:{stranger()}", window=window, count=1)
    count = execute(
        insert.on_conflict_do_update(index_elements=["key"], set_={"count": LIMITS.c.count + 1}).returning(
            LIMITS.c.count
        )
    ).scalar_one()
    if count > most:
        raise TooMany(seconds=window + seconds - now)
