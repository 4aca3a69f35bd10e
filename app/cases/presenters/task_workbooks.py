"""A list of tasks as a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app import clock
from app.access import Actor
from app.cases.queries.inbox import InboxRow
from app.cases.rules import light, time_left
from app.web.formatting import day, moment
from app.web.workbooks import workbook

MOST_ROWS = 2000
HEADINGS = (
    "序号", "办件编号", "事项", "学生", "转出学校", "转入学校", "申请单位", "环节", "曾退回", "催办", "到达", "时限",
)  # fmt: skip
TITLES = {"waiting": "待办", "done": "已办"}
LIGHTS = {"red": "超期", "yellow": "将到期", "green": "正常", "paused": "暂停计时"}


def workbook_of(rows: Sequence[InboxRow], box: str, caller: Actor) -> bytes:
    """The first MOST_ROWS of them; one more says that there are more."""
    now, shown = clock.now(), rows[:MOST_ROWS]
    more = f"（只列前 {MOST_ROWS} 件）" if len(rows) > MOST_ROWS else ""
    note = f"{caller.office_name}　共 {len(shown)} 件{more}　{caller.name} 导出于 {moment(now)}"
    last = ("灯色", "剩余时间") if box == "waiting" else ("办理时间",)
    lines = [_line(place, row, box) for place, row in enumerate(shown, start=1)]
    return workbook(TITLES[box], note, (*HEADINGS, *last), lines)


def _line(place: int, row: InboxRow, box: str) -> list[Any]:
    now = clock.now()
    line: list[Any] = [
        place, row.number, row.process, row.student, row.releasing, row.receiving, row.applicant, row.task_name,
        "是" if row.returned else "", "是" if row.urged_at else "", day(row.arrived_at), day(row.deadline),
    ]  # fmt: skip
    if box == "waiting":
        paused = row.paused
        return [*line, LIGHTS[light(row.deadline, now, paused=paused)], time_left(row.deadline, now, paused=paused)]
    return [*line, moment(row.ended_at) if row.ended_at else ""]
