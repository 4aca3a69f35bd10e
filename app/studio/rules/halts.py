"""Why something cannot be halted, let go on, or tried again."""

from __future__ import annotations

from app.errors import Refused


class HaltedAlready(Refused):
    """Halting what is halted, or letting go on what is not."""

    code = "E-HALT"
    text = "{what}{state}，不必再次办理。"


class NoIncident(HaltedAlready):
    """Nothing of that case has failed, or it has gone on meanwhile."""

    text = "办件 {number} 没有待处理的异常，可能系统已经办理。"
