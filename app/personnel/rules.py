"""Which posts may be proposed and granted, and to whom a leaving person's tasks may go."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection

from app.errors import NotAllowed, Refused
from app.identity.models import Duty

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")
BUSINESS = frozenset({Duty.OPERATOR, Duty.APPROVER})
ADMINISTRATORS = frozenset({Duty.SYSADMIN, Duty.SECADMIN, Duty.AUDITOR})
UNUSED_FOR = dt.timedelta(days=90)  # then an account is sealed (等保 8.1.4.2 c)
LOOKED_BACK = dt.timedelta(days=31)  # how long after its end a post's open tasks are looked for


class NotAppointed(Refused):
    """A rule says that this person does not get, or lose, this post."""

    code = "E-APPOINT"
    text = "不能任职：{why}。"


class NeverOneAlone(NotAllowed):
    code = "E-APPOINT-02"
    text = "提出人和本人都不能审批该任职申请，须由另一位安全管理员审批。"


class DecidedAlready(Refused):
    code = "E-APPOINT-03"
    text = "该申请已经审批或撤回。"


class OthersGrant(NotAllowed):
    code = "E-APPOINT-04"
    text = "该申请由{office}的安全管理员审批。"


def duties_at(kind: str) -> tuple[Duty, ...]:
    """What may be proposed at a kind of office: at a school operators and approvers, at a bureau every duty."""
    return tuple(each for each in Duty if kind != "school" or each in BUSINESS)


def why_not_together(duty: Duty, others: Collection[Duty]) -> str | None:
    """三员分立: an administrator of the system, of security or of the audit holds no other duty; None if so."""
    held = set(others) - {duty}
    if duty in ADMINISTRATORS and held:
        return "系统、安全、审计管理员不得兼任其他岗位"
    if held & ADMINISTRATORS:
        return "此人任系统、安全或审计管理员，不得兼任其他岗位"
    return None


def why_not_days(starts_on: dt.date, ends_on: dt.date | None, today: dt.date) -> str | None:
    """What is wrong with the days of a post that is to begin, in words; None when nothing."""
    if starts_on < today:
        return "任职起日不能早于今天"
    if starts_on > today + dt.timedelta(days=366):
        return "任职起日不能晚于一年以后"
    if ends_on is not None and ends_on < starts_on:
        return "任职止日不能早于起日"
    return None
