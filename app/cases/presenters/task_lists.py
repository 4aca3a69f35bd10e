"""The list of tasks that an address asks for: its order, its conditions, the place in it."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from app import clock
from app.access import Actor
from app.cases import queries
from app.cases.models import Task
from app.cases.queries.inbox import SORTS, InboxRow, Place, TaskList
from app.cases.rules import Light, deadline_bounds
from app.divisions.queries import office_by_code
from app.errors import InvalidInput, Refused
from app.web.instants import read_instant
from app.web.integers import LARGEST, SMALLEST, whole_number
from app.web.pagination import ForeignCursor, encode_cursor, read_cursor
from app.web.query_parameters import read_query

URGED_ORDER = "urged"  # the part of the order of urgency that stands before the rest
PLACE = (str, str, int)  # what a cursor holds: the order, the value in it, the task
OFFICES = ("office", "school", "county")  # conditions that name an office each
CONDITIONS: Mapping[str, Mapping[str, Any]] = {
    "process": {"type": "string", "maxLength": 40, "description": "流程"},
    "step": {"type": "string", "maxLength": 40, "description": "环节"},
    "office": {"type": "string", "maxLength": 10, "description": "所涉学校或教育行政部门的代码"},
    "school": {"type": "string", "maxLength": 10, "description": "所涉学校的代码；可与 county 同时使用"},
    "county": {"type": "string", "maxLength": 10, "description": "所涉市、县（区）教育行政部门的代码"},
    "light": {"type": "string", "enum": list(typing.get_args(Light)), "description": "时限灯色"},
    "returned": {"type": "boolean", "description": "true 则只列曾退回的"},
    "urged": {"type": "boolean", "description": "true 则只列被催办、督办的"},
    "starred": {"type": "boolean", "description": "true 则只列本人关注的"},
    "q": {"type": "string", "maxLength": 60, "description": "办件编号、学生姓名、完整号码、学校名称或拼音首字母"},
    "sort": {
        "type": "string",
        "enum": list(SORTS),
        "description": "次序：时限（默认，催办、督办的在前）、到达时间、办件编号；前加 - 为倒序",
    },
}


@dataclass(frozen=True)
class AskedList:
    """A list as it was asked for: `given` are the parameters of its address."""

    listed: TaskList
    given: Mapping[str, Any]

    def after(self, row: InboxRow) -> str:
        """The cursor of the place after that line."""
        return self.cursor(row.place(self.listed))

    def cursor(self, place: Place) -> str:
        value, order = place.value, URGED_ORDER if place.urged else self.listed.order
        return encode_cursor([order, str(value) if isinstance(value, int) else value.isoformat(), place.task_id])

    def address(self, **changed: Any) -> dict[str, Any]:
        """The parameters of the same list with some of them changed; None and False leave one out."""
        return as_address({**self.given, **changed})


def as_address(given: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions as an address says them: `true` for one that holds, without those that are not asked."""
    said = {name: value for name, value in given.items() if value not in (None, "", False)}
    return {name: "true" if value is True else value for name, value in said.items()}


def asked_list(given: Mapping[str, Any], box: str = "waiting") -> AskedList:
    """The list for those parameters. Raises InvalidInput for an order or an office that there is not."""
    light, sort = given.get("light"), given.get("sort", "")
    if sort.lstrip("-") not in ("", "deadline") and (light or box == "done"):
        what = "已办的列表" if box == "done" else "按时限灯色筛选的列表"
        raise InvalidInput(sentence=f"{what}只能按时限排序。", field="sort")
    before, since = deadline_bounds(light, clock.now())
    listed = TaskList(
        box=box,
        sort=sort,
        process=given.get("process"),
        step=given.get("step"),
        offices=tuple(_office(given[name], name) for name in OFFICES if given.get(name)),
        returned=bool(given.get("returned")),
        urged=bool(given.get("urged")),
        starred=bool(given.get("starred")),
        q=given.get("q", ""),
        before=before,
        since=since,
        paused=light == "paused" if light else None,
    )
    return AskedList(listed, given)


def list_of_query(box: str = "waiting", **fixed: Any) -> AskedList:
    """The list that the address of a page asks for; fixed -- conditions of the page. Raises Objected, InvalidInput."""
    return asked_list({**read_query(CONDITIONS), **fixed}, box)


def _office(code: str, field: str) -> int:
    office = office_by_code(code)
    if office is None:
        raise InvalidInput(sentence="没有这个机构。", field=field)
    return office.id


def place_in(asked: AskedList, cursor: tuple[str, str, int] | None) -> Place | None:
    """The place that a cursor of this list names. Raises ForeignCursor for one of another order."""
    if cursor is None:
        return None
    order, text, task_id = cursor
    urged = order == URGED_ORDER and asked.listed.urged_first
    value: Any = whole_number(text, least=SMALLEST, most=LARGEST) if asked.listed.column is Task.case_id else None
    if asked.listed.column is not Task.case_id:
        at = read_instant(text)
        value = at and at.astimezone(clock.now().tzinfo)
    if (order != asked.listed.order and not urged) or value is None:
        raise ForeignCursor(field="cursor")
    return Place(value, task_id, urged)


def place_of_query(asked: AskedList) -> Place | None:
    """The same for the cursor of the address. Raises ForeignCursor."""
    text = request.args.get("cursor", "")
    return place_in(asked, typing.cast(tuple[str, str, int], read_cursor(text, PLACE))) if text else None


@dataclass(frozen=True)
class CameFrom:
    """The list from which a case was opened: its parameters, with the place of the case in it."""

    asked: AskedList
    cursor: str
    following: InboxRow | None  # the line after it

    @property
    def here(self) -> dict[str, Any]:
        """The parameters of the place of the case itself."""
        return self.asked.address(cursor=self.cursor)

    @property
    def onward(self) -> dict[str, Any]:
        """Those of the line after it."""
        return self.asked.address(cursor=self.asked.after(self.following)) if self.following else {}


def came_from(actor: Actor) -> CameFrom | None:
    """The list from which the case of this request was opened; None without one, or where it cannot be read."""
    if not request.args.get("cursor"):
        return None
    try:
        asked = list_of_query()
        rows = queries.inbox(actor, asked.listed, after=place_of_query(asked), limit=1)
    except Refused:  # of an address that was cut or changed: the case is what one came for
        return None
    return CameFrom(asked, request.args["cursor"], rows[0] if rows else None)
