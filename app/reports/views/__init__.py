"""Pages to watch by, and what of them the first page shows."""

from app.reports.views import dashboard, events, tables, today

__all__ = ["dashboard", "events", "tables", "today"]
