"""Reads of cases and tasks, each limited to what the caller's office may see."""

from app.cases.queries.cases import (
    BUREAUS,
    Progress,
    View,
    case_for,
    case_number,
    cases_for,
    open_case_number,
    process_names,
    progress_of,
    rows_of,
    view_of,
)
from app.cases.queries.tasks import MOST_COUNTED, InboxRow, count_waiting, inbox, next_task, task_for

__all__ = [
    "BUREAUS",
    "MOST_COUNTED",
    "InboxRow",
    "Progress",
    "View",
    "case_for",
    "case_number",
    "cases_for",
    "count_waiting",
    "inbox",
    "next_task",
    "open_case_number",
    "process_names",
    "progress_of",
    "rows_of",
    "task_for",
    "view_of",
]
