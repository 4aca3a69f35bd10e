"""May a school promote its children now? Pure answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from app.errors import Refused

NEW_YEAR = (7, 1)  # 月、日: from then on a promotion leads into the school year that begins in this calendar year


class PromotionClosed(Refused):
    """E-WIN: the window in which a school promotes."""

    code = "E-WIN"
    text = "当前不在升级办理时段（{windows}）。"


class NobodyToPromote(Refused):
    """E-PROM-01: every child is in the grade of the new school year already, or is left out."""

    code = "E-PROM-01"
    text = "没有可升级的学生。"


def year_entered(on: dt.date) -> int:
    """The school year into which a promotion on that day leads."""
    return on.year if (on.month, on.day) >= NEW_YEAR else on.year - 1


def objections_to_promotion(
    windows: Sequence[Mapping[str, str]], on: dt.date, *, promoted_before: bool, children: int
) -> list[Refused]:
    """P16: within a window, or after it for those whom the school's own promotion left out; somebody must go up.

    windows -- rows of the policy table with `opens`, `closes`, `late_until`, as month and day (07-15).
    promoted_before -- the school has promoted into this school year already.
    """
    day = f"{on:%m-%d}"
    last = "late_until" if promoted_before else "closes"
    if windows and not any(each["opens"] <= day <= each[last] for each in windows):
        spans = "，".join(f"{each['opens']} 至 {each['closes']}" for each in windows)
        late = "，".join(sorted({each["late_until"] for each in windows}))
        return [PromotionClosed(windows=f"{spans}；当年已办理过升级的学校可补办至 {late}")]
    return [] if children else [NobodyToPromote()]
