"""Verbs of the record. None of them commits; each takes who acts, and writes the audit in the same transaction."""

from app.students.operations.context import CaseContext
from app.students.operations.directives import issue_directive, signed_content
from app.students.operations.transfer import (
    directive_in_force,
    expire,
    give_up_directive,
    lapse,
    pull,
    revoke,
    see_unmasked,
)

__all__ = [
    "CaseContext",
    "directive_in_force",
    "expire",
    "give_up_directive",
    "issue_directive",
    "lapse",
    "pull",
    "revoke",
    "see_unmasked",
    "signed_content",
]
