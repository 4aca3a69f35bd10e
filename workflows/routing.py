"""Lanes → which kind of office must act: the role a lane names in a case."""

from __future__ import annotations

ROLES = frozenset(
    {
        "receiving_school",
        "receiving_bureau",
        "receiving_superior",
        "releasing_school",
        "releasing_bureau",
        "releasing_superior",
        "lowest_common_superior",
        "province",
        "applicant",
        "applicant_bureau",
        "applicant_superior",
    }
)
