"""允许转学指令: what stands against issuing one, using it, and taking it back (domain.md 4)."""

from __future__ import annotations

from app.access import Actor
from app.errors import NotAllowed, Refused
from app.students.models import DirectiveStatus


class NoDirective(Refused):
    code = "E-DIR-01"
    text = "转出学校上级教育行政部门尚未对该生下达此编号的指令，不能转入档案。"


class DirectiveUsed(Refused):
    code = "E-DIR-02"
    text = "指令 {number} 已使用，一份指令只能使用一次。"


class DirectiveOver(Refused):
    code = "E-DIR-03"
    text = "指令 {number} 已{how}，须由下达机关重新下达。"


class DirectiveElsewhere(Refused):
    code = "E-DIR-04"
    text = "指令 {number} 指定的转入学校不是本校。"


class ArchiveChanged(Refused):
    code = "E-DIR-05"
    text = "指令下达后该生的电子学籍档案已有变动，须由下达机关重新下达指令。"


class DirectedElsewhere(Refused):
    code = "E-DIR-07"
    text = "{names}的电子学籍档案已有一份未使用的指令，须先撤销或用毕，才能再次下达。"


class NotTheIssuer(NotAllowed):
    code = "E-DIR-06"
    text = "指令只能由保管档案一方的上级教育行政部门下达。"


def why_not_revoke(number: str, status: str, issuer_id: int, actor: Actor) -> Refused | None:
    """Against taking a directive back: an approver of the office that issued it may, until it is used or over."""
    if actor.duty != "approver":
        return NotAllowed()
    if actor.office_id != issuer_id:
        return NotTheIssuer()
    if status == DirectiveStatus.CONSUMED:
        return DirectiveUsed(number=number)
    if status != DirectiveStatus.ISSUED:
        return DirectiveOver(number=number, how="撤销" if status == DirectiveStatus.REVOKED else "过期")
    return None
