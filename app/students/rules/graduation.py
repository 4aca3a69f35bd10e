"""May this grade graduate now? Pure answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app import clock
from app.errors import InvalidInput, Refused
from app.schools.models import entry_year_of
from app.students.rules.children import OpenCase


class NobodyToGraduate(Refused):
    """E-GRAD-01: no child of that grade is in attendance and has served its years."""

    code = "E-GRAD-01"
    text = "该年级没有修业年限已满的在读学生，无法办理毕业。"


class NotCleared(OpenCase):
    """E-CASE-01: open cases of the graduating grade are closed first (在办业务清理)."""

    text = "{name}有在办业务（{process}，办理环节：{step}），须先办结。"


class NoSuchChild(InvalidInput):
    """A line that means nobody, or several children."""

    text = "“{line}”：{why}。"


def newest_cohort(grade: str, on: dt.date) -> int:
    """The entry year of the children who end that last grade in the school year of that day; older ones have served
    their years too, younger ones (a repeat, a promotion before its time) have not.
    """
    return entry_year_of(grade, clock.school_year(on))


def objections_to_graduation(
    on: dt.date,
    *,
    graduates_on: dt.date,
    children: int,
    busy: Sequence[tuple[str, str, str]],
) -> list[Refused]:
    """P19: in the school year that ends, somebody to graduate, and nobody's case open.

    busy -- name, process and step of every open case of a child of the grade.
    """
    objections: list[Refused] = []
    if clock.school_year(graduates_on) != clock.school_year(on):
        objections.append(InvalidInput(sentence="毕业日期须在本学年内。", field="graduates_on"))
    if not children and not busy:
        objections.append(NobodyToGraduate(field="grade"))
    return objections + [NotCleared(name=name, process=process, step=step) for name, process, step in busy]
