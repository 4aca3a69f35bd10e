"""What the first page shows to those who decide and submit, and to whoever runs the system."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from flask import url_for

from app import clock
from app.access import Actor
from app.calendars import queries as calendars
from app.cases import queries as cases
from app.cases.models import FigureKind
from app.cases.rules import light, time_left
from app.cases.rules.durations import times_of
from app.cases.views.desk_counts import counts_with_lights, unread_count
from app.divisions.models import BUREAUS, WATCHES, Office
from app.reports.queries import tables
from app.reports.queries.background import background_work
from app.reports.queries.dashboards import overdue_until, slowest_step
from app.reports.queries.figures import Span, counted
from app.reports.queries.tables import office_to_watch
from app.web.formatting import MOST_COUNTED, capped
from app.web.home import Mark, Tile, add_panel, add_tiles

DECIDES = ("operator", "approver")
FIRST = 5  # tasks that the page shows itself


def _tasks(_caller: Actor) -> Iterator[Tile]:
    """What waits at this desk, and what was told to the office."""
    desk, most, marks = counts_with_lights(), MOST_COUNTED, []
    if desk.red:
        marks.append(Mark("red", f"超期 {capped(desk.red)}", url_for("inbox.index", light="red")))
    if desk.yellow:
        marks.append(Mark("yellow", f"三日内 {capped(desk.yellow)}", url_for("inbox.index", light="yellow")))
    yield Tile(
        "waiting", "待办", url_for("inbox.index"), desk.waiting, most=most,
        note="" if desk.waiting else "暂无待办，辛苦了。", marks=tuple(marks),
    )  # fmt: skip
    yield Tile("notices", "未读通知", url_for("inbox.notices"), unread_count(), most=most)


def _day(caller: Actor) -> Iterator[Tile]:
    """The day of the office as a whole, and of what a bureau governs."""
    office, now = office_to_watch(caller, None), clock.now()
    today = clock.local(now).date()
    arrived = counted(office, FigureKind.ARRIVED, (), Span(today, today), with_below=False).total()
    yield Tile("arrived", "今天到达", url_for("reports.day", what="arrived"), arrived, note="本机构各岗位合计")
    week = Span(today - dt.timedelta(days=today.weekday()), today)
    done = counted(office, FigureKind.DECIDED, ("days",), week, with_below=False)
    times = times_of((days, count) for (days,), count in done.items())
    note = f"中位用时 {times.median} 个工作日" if times.decided else "本机构各岗位合计"
    yield Tile("decided", "本周办理", url_for("reports.day", what="decided"), times.decided, note=note)
    if caller.office_kind in WATCHES:
        yield from _below(office, now)


def _below(office: Office, now: dt.datetime) -> Iterator[Tile]:
    late = Span(until=overdue_until(now))
    below = counted(office, FigureKind.OPEN, (), late).total()
    below -= counted(office, FigureKind.OPEN, (), late, with_below=False).total()
    note = "可以督办" if below else "下级没有超期的办件。"
    yield Tile("overdue", "下级超期", url_for("inbox.overdue"), below, note=note)
    slowest = slowest_step(office, clock.local(now).date() - dt.timedelta(days=29), now)
    if slowest:
        process, step, times = slowest
        note = f"{process}：中位 {times.median}、九成 {times.slow} 个工作日（近 30 天 {times.decided} 件）"
        yield Tile("slowest", "最慢环节", url_for("reports.dashboard", _anchor="steps"), text=step, note=note)


def _submissions(caller: Actor) -> Iterator[Tile]:
    """What an operator starts; the forms are chosen there."""
    text = "转学、休学、复学、信息更正等" if caller.office_kind == "school" else "核定总数、招生方案、学校调整等"
    yield Tile("start", "发起办件", url_for("applications.index"), text="发起", note=text)
    if caller.office_kind == "school":
        yield Tile("import", "批量导入", url_for("imports.index"), text="导入", note="新生名册等表格，先核对后提交")


def _suspensions(caller: Actor) -> Iterator[Tile]:
    """Suspensions that run out: somebody must apply for the resumption or another year."""
    today, most = clock.today(), 50
    ending = tables.suspensions_ending(caller, today + dt.timedelta(days=30), limit=most)
    if ending:
        over = sum(each.ends_on <= today for each in ending)
        note = f"其中 {over} 人已满，须办理复学或续休" if over else "须办理复学或续休"
        yield Tile("suspensions", "休学将满", url_for("reports.suspensions"), len(ending), most=most, note=note)


def _machine(caller: Actor) -> Iterator[Tile]:
    """What the system administrator watches: nothing of a child, and nothing of what is decided."""
    missing = calendars.warnings()
    note = missing[0] if missing else "今年和明年的节假日安排齐备。"
    if caller.office_kind == "province":
        yield Tile("calendar", "工作日历", url_for("calendars.index"), text="待导入" if missing else "齐备", note=note)
    state = background_work()
    yield Tile(
        "lists", "等待后台办理的名单", figure=state.lists, most=MOST_COUNTED,
        note=f"其中 {state.faulted} 份上次没有办成，系统会再次办理。" if state.faulted else "",
    )  # fmt: skip
    note = f"最近一次没有送达：{state.fault}" if state.fault else ""
    yield Tile("messages", "待发省际消息", figure=state.messages, most=MOST_COUNTED, note=note)


def _first(caller: Actor) -> Mapping[str, Any]:
    """The most urgent tasks themselves."""
    now, rows = clock.now(), cases.inbox(caller, limit=FIRST + 1)
    return {
        "rows": [
            (
                row,
                light(row.deadline, now, paused=row.paused),
                time_left(row.deadline, now, paused=row.paused),
            )
            for row in rows[:FIRST]
        ],
        "more": len(rows) > FIRST,
        "starts": caller.duty == "operator",
    }


add_tiles(_tasks, DECIDES)
add_tiles(_day, DECIDES)
add_tiles(_submissions, ("operator",))
add_tiles(_suspensions, DECIDES, kinds=("school", *BUREAUS))
add_tiles(_machine, ("sysadmin",))
add_panel("reports/today/first.html", _first, DECIDES)
