"""Why nobody can act on a case, or a step of it, any more."""

from __future__ import annotations

from app.errors import Stale


class Recalled(Stale):
    """The applicant took the case back; whoever comes later reads that, not that somebody has decided."""

    text = "本件已由申请单位撤回，不再办理。"


def too_late(outcome: str | None) -> Stale:
    """Why a case can no longer be acted on, from how it has ended (None: somebody was faster at this step)."""
    return Recalled() if outcome == "recalled" else Stale()
