"""May this post be given to that colleague for those days? Each answer is the refusal that says why not, or None."""

from __future__ import annotations

import datetime as dt

from app.access import Actor
from app.cases.rules.refusals import NotGiven
from app.errors import NotAllowed, Refused

LONGEST = 180  # days of a delegation


def why_not_delegate(actor: Actor, starts_on: dt.date, ends_on: dt.date, *, today: dt.date) -> Refused | None:
    """Against 委托 of the post in which the actor acts, for those days; what was given is not passed on."""
    if actor.duty not in ("operator", "approver"):
        return NotAllowed()
    if actor.on_behalf:
        return NotGiven(why="受委托的岗位不得再转委托，请切换到本人岗位")
    if starts_on < today:
        return NotGiven(why="开始日期不能早于今天")
    if ends_on < starts_on:
        return NotGiven(why="结束日期不能早于开始日期")
    return NotGiven(why=f"一次最长 {LONGEST} 天") if (ends_on - starts_on).days >= LONGEST else None


def why_not_revoke(state: str) -> Refused | None:
    """Against taking a delegation back; state -- as `Delegation.state_on`."""
    over = {"revoked": "已经撤销", "ended": "已经到期"}
    return NotGiven(why=over[state]) if state in over else None
