"""Pages to watch by, and what of them the first page shows."""

from app.reports.views import tables, today

__all__ = ["tables", "today"]
