"""What an application must satisfy before its case opens, per process: every objection at once, nothing typed twice."""

from app.cases.openings import changes, locks, quotas, registration, transfer
from app.cases.openings.opening import OPENINGS, Opening, Precheck, RowOpening, opens
from app.cases.openings.transfer import transfer_facts, transfer_objections

__all__ = [
    "OPENINGS",
    "Opening",
    "Precheck",
    "RowOpening",
    "changes",
    "locks",
    "opens",
    "quotas",
    "registration",
    "transfer",
    "transfer_facts",
    "transfer_objections",
]
