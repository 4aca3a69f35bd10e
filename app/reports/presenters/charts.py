"""Bars of a table as the page draws them: lengths in percent of the drawing, worked out here so that no script must."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.reports.queries.dashboards import Cell, DashboardRow, Table

MOST = 12  # bars; the table beneath has every line
RIGHT = 16  # percent kept for the figures at the end of a bar
HEIGHT = 40  # of a bar with its name above it, in pixels


@dataclass(frozen=True)
class Bar:
    """One bar: its name, how far the dark and the light part reach, and what stands at its end."""

    label: str
    dark: float
    light: float
    text: str
    top: int


@dataclass(frozen=True)
class Chart:
    """The bars of a table with the height they take."""

    title: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return len(self.bars) * HEIGHT + 4


#: by a table its columns: of the name, of the dark part, of the light one, and what the figures are
DRAWN: dict[str, tuple[tuple[int, ...], int, int, str]] = {
    "workload": ((0,), 2, 1, "深色为超期，浅色为全部待办"),
    "steps": ((0, 1), 4, 5, "深色为中位用时，浅色到九成用时（工作日）"),
    "reasons": ((0, 2), 3, 3, "次数"),
    "plan": ((0,), 2, 1, "深色为已注册，浅色为核定总数"),
    "attempts": ((0,), 1, -1, "深色为超额，浅色为全部被拒绝的办理"),
    "changes": ((0,), 1, 1, "每月转入人数"),
}
IN_TIME = ("changes",)  # every line in its order; of the others the longest come first


def chart_of(table: Table) -> Chart | None:
    """The longest bars of a table, or its months; None where there is nothing to draw."""
    if table.key not in DRAWN:
        return None
    names, dark, light, title = DRAWN[table.key]
    lines = list(table.lines)
    if table.key not in IN_TIME:
        lines = sorted((each for each in lines if _number(each, light)), key=lambda each: -_number(each, light))
    most = max((_number(each, light) for each in lines), default=0)
    if not most:
        return None
    width = (100 - RIGHT) / most
    bars = [
        Bar(
            _short("：".join(str(each.cells[name]) for name in names)),
            round(_number(each, dark) * width, 2),
            round(_number(each, light) * width, 2),
            f"{_number(each, dark)} / {_number(each, light)}" if dark != light else str(each.cells[light]),
            place * HEIGHT,
        )
        for place, each in enumerate(lines[:MOST])
    ]
    return Chart(f"{table.title}：{title}", bars)


def _number(line: DashboardRow, place: int) -> int:
    cell: Cell = line.cells[place]
    return cell if isinstance(cell, int) else 0


def _short(name: str) -> str:
    return name if len(name) <= 20 else f"{name[:19]}…"
