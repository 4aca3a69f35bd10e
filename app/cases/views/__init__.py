"""The pages of a case: follow, decide, recall."""

from app.cases.views import (
    acceptances,
    advice,
    attachments,
    case,
    case_panels,
    comments,
    delegations,
    form_drafts,
    hand_overs,
    prints,
    progress,
    returns,
    row_repairs,
    sheet_files,
    standstill,
    stars,
    task_claims,
)
from app.cases.views.blueprint import bp

__all__ = [
    "acceptances",
    "advice",
    "attachments",
    "bp",
    "case",
    "case_panels",
    "comments",
    "delegations",
    "form_drafts",
    "hand_overs",
    "prints",
    "progress",
    "returns",
    "row_repairs",
    "sheet_files",
    "standstill",
    "stars",
    "task_claims",
]
