"""The pages of the office's day."""

from app.inbox.views import bulk_decisions, lists, notices
from app.inbox.views.blueprint import bp

__all__ = ["bp", "bulk_decisions", "lists", "notices"]
