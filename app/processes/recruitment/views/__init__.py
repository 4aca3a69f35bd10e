"""Pages of recruitment: plans and filings; flows; lists of children."""

from app.processes.recruitment.views import flows, plans, rosters

__all__ = ["flows", "plans", "rosters"]
