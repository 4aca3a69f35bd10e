"""Refused acts that count as attempts against the rules, by what they stand for. Pure answers."""

from __future__ import annotations

#: 原因 of a refused attempt, by the beginning of its code; the founding document's control of over-enrolment
CAUSES = {
    "over": ("超额", ("E-QUOTA",)),
    "area": ("跨区", ("E-PLAN", "E-SCOPE")),
    "directive": ("无指令或档案未到", ("E-DIR", "E-ARCH")),
    "double": ("重复建档", ("E-DUP",)),
}


def cause_of(code: str) -> str | None:
    """The cause for which a refusal's code stands, None where it is none of these."""
    return next((cause for cause, (_name, begins) in CAUSES.items() if code.startswith(begins)), None)
