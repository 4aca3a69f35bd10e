"""What an application must satisfy before its case opens, per process: every objection at once, nothing typed twice."""

from app.cases.openings import changes, quotas, transfer
from app.cases.openings.opening import OPENINGS, Opening, Precheck, opens
from app.cases.openings.transfer import transfer_facts, transfer_objections

__all__ = [
    "OPENINGS",
    "Opening",
    "Precheck",
    "changes",
    "opens",
    "quotas",
    "transfer",
    "transfer_facts",
    "transfer_objections",
]
