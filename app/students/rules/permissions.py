"""May this person do that to a child's record now? Each answer is the refusal that says why not, or None.

The verb raises the refusal; a page shows its button, and only then, when there is none. Plain facts only.
"""

from __future__ import annotations

from app.access import Actor
from app.divisions.models import BUREAUS, OfficeKind
from app.errors import NotAllowed, Refused
from app.students.models import Standing
from app.students.rules.contests import NotTheKeeperOfTheRecord

BELOW_THE_PROVINCE = (OfficeKind.SCHOOL, *BUREAUS)


class NotOnTheRoll(Refused):
    """A school states of its own children alone that they attend it (在籍证明)."""

    code = "E-ROLL"
    text = "该生现不在本校在籍，不能出具在籍证明。"


def why_not_see_in_full(actor: Actor, *, kept: bool) -> Refused | None:
    """Against seeing an identity number in full: whoever keeps the child may, the province excepted.

    kept -- whether the actor's office keeps the child, or lies above the one that does
    """
    return None if kept and actor.office_kind in BELOW_THE_PROVINCE else NotAllowed()


def why_not_mark(actor: Actor, *, kept: bool) -> Refused | None:
    """Against marking a record as contested (问题学籍): an operator of its keeper, or of an office above."""
    return None if kept and actor.duty == "operator" else NotTheKeeperOfTheRecord()


def why_not_keep_photo(actor: Actor, *, school_id: int | None) -> Refused | None:
    """Against taking a child's photo: an operator of the school where it is enrolled; None -- nowhere."""
    return None if actor.duty == "operator" and school_id == actor.office_id else NotAllowed()


def why_not_issue_proof(actor: Actor, *, school_id: int | None, standing: str | None) -> Refused | None:
    """Against a proof of enrolment (在籍证明): an operator of the school where the child attends or is suspended."""
    if actor.duty != "operator" or actor.office_kind != "school":
        return NotAllowed()
    return NotOnTheRoll() if school_id != actor.office_id or standing == Standing.DROPPED_OUT else None
