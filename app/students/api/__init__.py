"""The record, for programs."""

from app.students.api import cards, discrepancies, photos, proofs
from app.students.api.students import bp

__all__ = ["bp", "cards", "discrepancies", "photos", "proofs"]
