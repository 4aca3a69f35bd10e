"""May a school's number be this? Pure answers."""

from __future__ import annotations

from app.errors import NotAllowed, Refused
from app.schools.models import Quota, School, Stage


class NotItsSuperior(NotAllowed):
    code = "E-OFFICE"
    text = "学籍总数只能由学校的上级教育行政部门设定。"


class BelowUse(Refused):
    code = "E-QUOTA-02"
    text = "核定数不能少于已用与已预留的学位（已用 {used}，已预留 {reserved}）。"


class StageNotTaught(Refused):
    code = "E-STAGE"
    text = "该校没有这个学段。"


def objections_to_total(school: School, quota: Quota | None, stage: Stage, total: int) -> list[Refused]:
    """Everything against setting the number of a cohort to `total` seats; quota -- the present one, if any."""
    objections: list[Refused] = []
    if not school.teaches(stage):
        objections.append(StageNotTaught(field="stage"))
    if quota and total < quota.used + quota.reserved:
        objections.append(BelowUse(used=quota.used, reserved=quota.reserved, field="total"))
    return objections
