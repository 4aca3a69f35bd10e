"""Taking a task to read: what is refused, and how long ago it was."""

from __future__ import annotations

import datetime as dt

from app import clock
from app.errors import NotAllowed, Stale


class ClaimedAlready(Stale):
    """A colleague was first."""

    code = "E-CLAIM"
    text = "本件已由{who}于{when}签收。确须由您办理的，可直接办理。"


class NotClaimed(NotAllowed):
    """Only whoever has taken a task gives it back."""

    code = "E-CLAIM-02"
    text = "本件不是由您签收的，不能释放。"


def time_since(at: dt.datetime, now: dt.datetime) -> str:
    """刚刚, 3 分钟前, 2 小时前; of an earlier day the day and hour."""
    minutes = int((now - at).total_seconds() // 60)
    if clock.local(at).date() != clock.local(now).date():
        return f"{clock.local(at):%m-%d %H:%M}"
    if minutes < 1:
        return "刚刚"
    return f"{minutes} 分钟前" if minutes < 60 else f"{minutes // 60} 小时前"
