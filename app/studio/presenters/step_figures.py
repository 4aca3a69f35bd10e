"""The words of a step's figures: on the diagram, in the table, in the spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

from app.cases.queries.step_figures import StepFigures
from app.cases.rules.deadlines import LIGHT_NAMES
from app.studio.queries.step_figures import StepLine
from app.web.formatting import MOST_COUNTED, capped

HEADINGS = (
    "环节",
    "办理机构",
    "在办",
    *LIGHT_NAMES.values(),
    "统计的已办",
    "中位用时（工作日）",
    "九成不超过（工作日）",
)


class StepFiguresJson(TypedDict):
    """What stands at a step, 1000 for so many or more; times in working days, null where nothing is decided."""

    step: str
    name: str
    office: str
    red: int
    yellow: int
    green: int
    paused: int
    decided: int
    median_days: int | None
    ninetieth_percentile_days: int | None


def open_of(figures: StepFigures) -> str:
    """How many wait there; 2000+ where one of the counts stopped."""
    return f"{figures.open}+" if figures.more else str(figures.open)


def days(number: int | None) -> str:
    """3 个工作日; what was decided on the day it arrived took none."""
    if number is None:
        return ""
    return f"{number} 个工作日" if number else "当日"


def badges(lines: Sequence[StepLine]) -> dict[str, dict[str, Any]]:
    """What stands in each task of the diagram: lines of text with the colour that says the same."""
    return {each.step.key: {"lines": list(_badge(each.figures))} for each in lines if not each.step.former}


def _badge(figures: StepFigures) -> Iterator[list[str]]:
    yield [f"在办 {open_of(figures)}", "open" if figures.open else "none"]
    if figures.red:
        yield [f"▲{capped(figures.red)}", "red"]
    if figures.yellow:
        yield [f"●{capped(figures.yellow)}", "yellow"]
    if figures.times.median is not None:
        yield [f"中位 {figures.times.median} 日" if figures.times.median else "中位当日", "time"]


def sheet_rows(lines: Sequence[StepLine]) -> Iterator[list[Any]]:
    """The lines of the spreadsheet: a number where it was counted to its end."""
    for each in lines:
        figures = each.figures
        counts = [getattr(figures, light) for light in LIGHT_NAMES]
        yield [
            each.step.name,
            each.step.office,
            open_of(figures) if figures.more else figures.open,
            *(capped(count) if count >= MOST_COUNTED else count for count in counts),
            figures.times.decided,
            "" if figures.times.median is None else figures.times.median,
            "" if figures.times.slow is None else figures.times.slow,
        ]


def figures_json(lines: Sequence[StepLine]) -> list[StepFiguresJson]:
    """The same for programs."""
    return [
        {
            "step": each.step.key,
            "name": each.step.name,
            "office": each.step.office,
            "red": each.figures.red,
            "yellow": each.figures.yellow,
            "green": each.figures.green,
            "paused": each.figures.paused,
            "decided": each.figures.times.decided,
            "median_days": each.figures.times.median,
            "ninetieth_percentile_days": each.figures.times.slow,
        }
        for each in lines
    ]
