"""The pages of a case: start, follow, decide, recall."""

from app.cases.views import attachments, case, lists, transfer
from app.cases.views.desk import bp

__all__ = ["attachments", "bp", "case", "lists", "transfer"]
