"""The record, for programs."""

from app.students.api import discrepancies, photos, proofs
from app.students.api.students import bp

__all__ = ["bp", "discrepancies", "photos", "proofs"]
