"""Why a move of a case cannot be proposed or decided."""

from __future__ import annotations

from app.cases.models import MoveStatus
from app.cases.rules.refusals import CannotMove
from app.errors import NotAllowed
from app.studio.rules.refusals import OwnProposal

MOVE_NAMES = {
    MoveStatus.PROPOSED: "待审批",
    MoveStatus.DONE: "已调整",
    MoveStatus.RETURNED: "已退回",
    MoveStatus.WITHDRAWN: "已撤回",
}


class MoveWaits(CannotMove):
    """One move of a case at a time."""

    text = "办件 {number} 已有第 {id} 号环节调整待审批，请等它办结后再提出。"


class OwnMove(OwnProposal, NotAllowed):
    """Who has proposed a move does not approve it."""

    text = "这次环节调整由您提出，须由其他发布员审批。"
