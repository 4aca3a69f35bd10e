"""May a school promote its children now? Pure answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from app.errors import Refused
from app.schools.models import GRADES

NEW_YEAR = (7, 1)  # 月、日: from then on a promotion leads into the school year that begins in this calendar year


class NobodyToPromote(Refused):
    """E-PROM-01: every child is in the grade of the new school year already, or is left out."""

    code = "E-PROM-01"
    text = "没有可升级的学生。"


class GraduationFirst(Refused):
    """E-PROM-02: the last grade has not graduated, so the grade below it waits, and nobody else is to go up."""

    code = "E-PROM-02"
    text = "{last}尚有 {children} 名学生应毕业而未办理毕业，{below}须待其毕业后升级。"


def year_entered(on: dt.date) -> int:
    """The school year into which a promotion on that day leads."""
    return on.year if (on.month, on.day) >= NEW_YEAR else on.year - 1


def grade_below(last: str) -> str:
    """小学五年级 below 小学六年级."""
    return str(int(last) - 1)


def objections_to_nobody(ungraduated: Mapping[str, int], waiting: int) -> list[Refused]:
    """Why nobody goes up: the children who could wait for a last grade, or there are none.

    ungraduated -- last grades that have not graduated, each with its number of children; waiting -- so many wait below.
    """
    if not waiting:
        return [NobodyToPromote()]
    return [
        GraduationFirst(last=GRADES[last], children=children, below=GRADES[grade_below(last)])
        for last, children in sorted(ungraduated.items())
    ]
