"""Lists of tasks and of cases as spreadsheets, with the columns that somebody has chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app import clock
from app.access import Actor
from app.cases.queries.inbox import InboxRow
from app.cases.rules import light, time_left
from app.inbox.presenters.case_lines import CaseLine
from app.inbox.rules import COLUMNS
from app.web.formatting import day, moment
from app.web.workbooks import workbook

MOST_ROWS = 2000
LIGHTS = {"red": "超期", "yellow": "将到期", "green": "正常", "paused": "暂停计时"}
#: one column of a page that a spreadsheet shows in several
SPLIT: Mapping[str, Sequence[str]] = {"schools": ("转出学校", "转入学校")}


def workbook_of_tasks(
    title: str,
    rows: Sequence[InboxRow],
    box: str,
    columns: Sequence[str],
    caller: Actor,
    claims: Mapping[int, str],
) -> bytes:
    """The first MOST_ROWS of them; one more says that there are more. claims -- by task, who has taken it to read."""
    now = clock.now()

    def cells(row: InboxRow, column: str) -> Sequence[str]:
        if column == "deadline" and box == "waiting":
            shown = {"paused": row.paused}
            return day(row.deadline), LIGHTS[light(row.deadline, now, **shown)], time_left(row.deadline, now, **shown)
        if column == "claimed":
            return (claims.get(row.task_id, ""),)
        return TASK_CELLS[column](row)

    more = {"deadline": ("时限", "灯色", "剩余时间")} if box == "waiting" else {}
    return _workbook(title, rows, COLUMNS[box], columns, {**SPLIT, **more}, cells, caller)


def workbook_of_cases(title: str, rows: Sequence[CaseLine], box: str, columns: Sequence[str], caller: Actor) -> bytes:
    """The first MOST_ROWS of them; one more says that there are more."""
    return _workbook(title, rows, COLUMNS[box], columns, {}, lambda row, column: (row.text(column),), caller)


TASK_CELLS: Mapping[str, Callable[[InboxRow], Sequence[str]]] = {
    "number": lambda row: (row.number,),
    "process": lambda row: (row.process + ("（补录）" if row.late else ""),),
    "student": lambda row: (row.student,),
    "schools": lambda row: (row.releasing, row.receiving),
    "step": lambda row: (row.task_name,),
    "arrived": lambda row: (day(row.arrived_at),),
    "deadline": lambda row: (day(row.deadline),),
    "ended": lambda row: (moment(row.ended_at),),
    "applicant": lambda row: (row.applicant,),
    "urged": lambda row: (day(row.urged_at),),
    "returned": lambda row: ("是" if row.returned else "",),
}


def _workbook(
    title: str,
    rows: Sequence[Any],
    titles: Mapping[str, str],
    columns: Sequence[str],
    split: Mapping[str, Sequence[str]],
    cells: Callable[[Any, str], Sequence[str]],
    caller: Actor,
) -> bytes:
    shown = rows[:MOST_ROWS]
    more = f"（只列前 {MOST_ROWS} 件）" if len(rows) > MOST_ROWS else ""
    note = f"{caller.office_name}　共 {len(shown)} 件{more}　{caller.name} 导出于 {moment(clock.now())}"
    headings = ["序号", *(each for column in columns for each in split.get(column, (titles[column],)))]
    lines = [
        [place, *(each for column in columns for each in cells(row, column))] for place, row in enumerate(shown, 1)
    ]
    return workbook(title, note, headings, lines)
