"""May this grade graduate now? Pure answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from app import clock
from app.errors import InvalidInput, Refused


class GraduationClosed(Refused):
    """E-WIN: the window in which a school graduates its last grade."""

    code = "E-WIN"
    text = "当前不在毕业办理时段（{windows}）。"


class NobodyToGraduate(Refused):
    """E-GRAD-01: no child of that grade is in attendance."""

    code = "E-GRAD-01"
    text = "该年级没有在读学生，无法办理毕业。"


class NotCleared(Refused):
    """E-CASE-01: open cases of the graduating grade are closed first (在办业务清理)."""

    code = "E-CASE-01"
    text = "{name}有在办业务（{process}，办理环节：{step}），须先办结。"


class NoSuchChild(InvalidInput):
    """A line that means nobody, or several children."""

    text = "“{line}”：{why}。"


def objections_to_graduation(
    windows: Sequence[Mapping[str, str]],
    on: dt.date,
    *,
    graduates_on: dt.date,
    children: int,
    busy: Sequence[tuple[str, str, str]],
) -> list[Refused]:
    """P19: within the window, in the school year that ends, somebody to graduate, and nobody's case open.

    windows -- rows of the policy table with `opens` and `closes`, as month and day; none: at any time.
    busy -- name, process and step of every open case of a child of the grade.
    """
    objections: list[Refused] = []
    if windows and not any(each["opens"] <= f"{on:%m-%d}" <= each["closes"] for each in windows):
        spans = "，".join(f"{each['opens']} 至 {each['closes']}" for each in windows)
        objections.append(GraduationClosed(windows=spans))
    if clock.school_year(graduates_on) != clock.school_year(on):
        objections.append(InvalidInput(sentence="毕业日期须在本学年内。", field="graduates_on"))
    if not children and not busy:
        objections.append(NobodyToGraduate(field="grade"))
    return objections + [NotCleared(name=name, process=process, step=step) for name, process, step in busy]
