"""Pages to watch by, and what of them the first page shows."""

from app.reports.views import dashboard, tables, today

__all__ = ["dashboard", "tables", "today"]
