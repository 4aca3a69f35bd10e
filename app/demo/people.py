"""Accounts of the demo province: `<office code>.<duty>`, all with the same known password."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from app import clock
from app.demo.bulk import write_many
from app.demo.names import SURNAMES
from app.demo.schools import Province
from app.divisions.models import Office
from app.identity.models import Duty, Post, User
from app.identity.operations import hasher

PASSWORD = "Xueji-demo-2026"
EVERYWHERE = (("operator", Duty.OPERATOR), ("approver", Duty.APPROVER), ("approver2", Duty.APPROVER))
AT_THE_TOP = (Duty.ANALYST, Duty.PUBLISHER, Duty.AUDITOR, Duty.SYSADMIN, Duty.SECADMIN)
WITH_VARIANTS = ("330106", "330212")  # bureaus that draw variants of their own
TITLES = {Duty.OPERATOR: "老师", Duty.APPROVER: "主任"}


def found(province: Province) -> None:
    """An operator and two approvers at every office; the province's five special duties; one person with two posts."""
    shared = hasher().hash(PASSWORD)  # once: the same known password for everybody
    now, users, posts = clock.now(), [], []
    for number, (username, office, duty) in enumerate(_accounts(province), start=1):
        name = SURNAMES[number * 7 % len(SURNAMES)] + (TITLES.get(duty) or "管理员")
        users.append(
            {
                "id": number,
                "username": username,
                "name": name,
                "password_hash": shared,
                "password_changed_at": now,
                "enabled": True,
                "is_demo": True,
                "failures": 0,
            }
        )
        posts.append({"user_id": number, "office_id": office.id, "duty": duty, "starts_on": dt.date(2020, 9, 1)})
    both = next(user["id"] for user in users if user["username"] == "330106.both")
    elsewhere = next(school for school in province.schools if school.code == "2133010502")
    posts.append({"user_id": both, "office_id": elsewhere.id, "duty": Duty.OPERATOR, "starts_on": dt.date(2020, 9, 1)})
    write_many({User: users, Post: posts})


def _accounts(province: Province) -> Iterator[tuple[str, Office, Duty]]:
    for office in [*province.bureaus.values(), *(school.office for school in province.schools)]:
        for word, duty in EVERYWHERE:
            yield f"{office.code}.{word}", office, duty
    for duty in AT_THE_TOP:
        yield f"330000.{duty.value}", province.bureaus["330000"], duty
    yield "330106.both", province.bureaus["330106"], Duty.APPROVER
    for code in WITH_VARIANTS:
        for duty in (Duty.ANALYST, Duty.PUBLISHER):
            yield f"{code}.{duty.value}", province.bureaus[code], duty
