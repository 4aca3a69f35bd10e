"""委托 as pages and programs show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from app.cases.operations.delegations import REASON, Wish
from app.cases.presenters.task_json_types import PersonJson
from app.cases.queries.colleagues import Colleague
from app.divisions.presenters import OfficeBriefJson, office_brief
from app.identity.models import Delegation, Duty
from app.web import Day, Instant, instant

State = Literal["coming", "in_force", "ended", "revoked"]
STATE_NAMES: Mapping[str, tuple[str, str]] = {
    "coming": ("未开始", "blue"),
    "in_force": ("委托中", "green"),
    "ended": ("已过期", "grey"),
    "revoked": ("已撤销", "grey"),
}


class DelegationJson(TypedDict):
    """委托: who acts in whose post, on which days and in which processes (null: all)."""

    id: int
    by: PersonJson
    to: PersonJson
    office: OfficeBriefJson
    duty: Duty
    starts_on: Day
    ends_on: Day
    processes: list[str] | None
    reason: str
    leave: bool
    state: State
    revoked_at: Instant | None


def delegation_json(each: Delegation, today: dt.date) -> DelegationJson:
    """A delegation for programs."""
    post = each.post
    return {
        "id": each.id,
        "by": {"id": post.user_id, "name": post.user.name},
        "to": {"id": each.to_user_id, "name": each.to_user.name},
        "office": office_brief(post.office),
        "duty": post.duty,
        "starts_on": each.starts_on.isoformat(),
        "ends_on": each.ends_on.isoformat(),
        "processes": each.processes,
        "reason": each.reason,
        "leave": each.leave,
        "state": each.state_on(today),  # type: ignore[typeddict-item]
        "revoked_at": instant(each.revoked_at),
    }


def delegation_form(people: Sequence[Colleague], processes: Mapping[str, str]) -> dict[str, Any]:
    """What is asked on the page: to whom, for which days and processes, why, and whether it is a leave."""
    offered = [{"const": str(each.id), "title": each.name} for each in people]
    listed = [{"const": key, "title": name} for key, name in sorted(processes.items(), key=lambda each: each[1])]
    return {
        "type": "object",
        "properties": {
            "to_user": {
                "type": "string",
                "title": "受委托人",
                "oneOf": offered,
                "description": "本机构同一岗位在岗的其他人员",
            },
            "starts_on": {"type": "string", "title": "开始日期", "format": "date"},
            "ends_on": {
                "type": "string",
                "title": "结束日期",
                "format": "date",
                "description": "当日有效，次日自动终止",
            },
            "leave": {
                "type": "boolean",
                "title": "请假",
                "description": "勾选后，开始当日把转办给本人的待办一并转由受委托人办理",
            },
            **REASON["properties"],
            "processes": {
                "type": "array",
                "title": "委托的事项",
                "description": "都不勾选则为全部事项",
                "items": {"type": "string"},
                "oneOf": listed,
            },
        },
        "required": ["to_user", "starts_on", "ends_on", "reason"],
    }


def wish_of(typed: Mapping[str, Any], to_user: int) -> Wish:
    """What was typed, its dates checked already."""
    return Wish(
        to_user=to_user,
        starts_on=dt.date.fromisoformat(typed["starts_on"]),
        ends_on=dt.date.fromisoformat(typed["ends_on"]),
        processes=typed.get("processes") or (),
        reason=typed["reason"],
        leave=bool(typed.get("leave")),
    )
