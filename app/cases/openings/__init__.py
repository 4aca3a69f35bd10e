"""What an application must satisfy before its case opens, per process: every objection at once, nothing typed twice."""

from app.cases.openings import (
    arrival,
    changes,
    contests,
    locks,
    quotas,
    recruitment,
    registration,
    reorganisation,
    reversal,
    rosters,
    schools,
    transfer,
)
from app.cases.openings.opening import CHOICES, OPENINGS, Opening, Precheck, RowOpening, opens
from app.cases.openings.schools import draft_for, rehearsal_for, rehearsal_of
from app.cases.openings.transfer import transfer_facts, transfer_objections

__all__ = [
    "CHOICES",
    "OPENINGS",
    "Opening",
    "Precheck",
    "RowOpening",
    "arrival",
    "changes",
    "contests",
    "draft_for",
    "locks",
    "opens",
    "quotas",
    "recruitment",
    "registration",
    "rehearsal_for",
    "rehearsal_of",
    "schools",
    "reorganisation",
    "reversal",
    "rosters",
    "transfer",
    "transfer_facts",
    "transfer_objections",
]
