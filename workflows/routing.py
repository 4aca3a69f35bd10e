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
        # recruitment: the school's side, the side of the source, and where a plan is filed
        "local_bureau",
        "local_county",
        "local_city",
        "source_bureau",
        "source_county",
        "source_city",
        "filing_bureau",
    }
)
