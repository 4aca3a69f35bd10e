"""The pages of a case: start, follow, decide, recall."""

from app.cases.views import attachments, case, lists, prints, rosters, transfer
from app.cases.views.desk import bp

__all__ = ["attachments", "bp", "case", "lists", "prints", "rosters", "transfer"]
