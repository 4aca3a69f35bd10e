"""New work shows itself without a reload: a page asks now and then for one cheap count."""

from __future__ import annotations

from typing import Any

from app.access import actor, allow, unattended
from app.cases import queries
from app.cases.views.desk_counts import waiting_count
from app.inbox.views.blueprint import bp


@bp.get("/inbox/arrivals")
@allow("operator", "approver")
@unattended
def arrivals() -> Any:
    """How much waits, and the task that came last."""
    return {"waiting": waiting_count(), "newest": queries.newest_task(actor())}
