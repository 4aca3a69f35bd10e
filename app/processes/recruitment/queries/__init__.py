"""Reads of recruitment: lists and their children; plans, filings and flows in a file of their own."""

from app.processes.recruitment.queries.rosters import (
    children_of,
    counts_of,
    filing_of,
    live_plan,
    marked_by,
    open_plans_of,
    plan_of_case,
    promised,
    records_behind,
    roster_of,
    side_to_answer,
    wanted_elsewhere,
)

__all__ = [
    "children_of",
    "counts_of",
    "filing_of",
    "live_plan",
    "marked_by",
    "open_plans_of",
    "plan_of_case",
    "promised",
    "records_behind",
    "roster_of",
    "side_to_answer",
    "wanted_elsewhere",
]
