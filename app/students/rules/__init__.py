"""May this be? Pure answers about the record: every objection at once, each with its code."""

from app.students.rules.children import UnknownChild
from app.students.rules.transfer import objections_to_transfer

__all__ = ["UnknownChild", "objections_to_transfer"]
