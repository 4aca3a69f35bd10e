"""The pages of the office's day."""

from app.inbox.views import (
    arrivals,
    bulk_decisions,
    case_lists,
    columns,
    forecasts,
    lists,
    notices,
    saved_lists,
    workbooks,
)
from app.inbox.views.blueprint import bp

__all__ = [
    "arrivals",
    "bp",
    "bulk_decisions",
    "case_lists",
    "columns",
    "forecasts",
    "lists",
    "notices",
    "saved_lists",
    "workbooks",
]
