"""Cases, tasks, decisions and directives, for programs (contract.md)."""

from app.cases.api import (  # noqa: F401 – their calls are of this blueprint
    acceptances,
    advice,
    bulk_decisions,
    case_panels,
    comments,
    delegations,
    directives,
    form_drafts,
    hand_overs,
    processes,
    returns,
    standstill,
    stars,
    students,
    task_claims,
    tasks,
)
from app.cases.api.cases import bp

__all__ = ["bp"]
