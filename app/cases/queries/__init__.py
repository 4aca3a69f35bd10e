"""Reads of cases and tasks, each limited to what the caller's office may see."""

from app.cases.queries.cases import (
    Progress,
    View,
    case_for,
    case_number,
    case_number_of_task,
    cases_for,
    open_case_number,
    process_names,
    progress_of,
    rows_of,
    view_of,
)
from app.cases.queries.inbox import InboxRow, TaskList, inbox, offices_below, steps_of
from app.cases.queries.tasks import (
    newest_task,
    next_task,
    task_for,
)

__all__ = [
    "InboxRow",
    "Progress",
    "TaskList",
    "View",
    "case_for",
    "case_number",
    "case_number_of_task",
    "cases_for",
    "inbox",
    "newest_task",
    "next_task",
    "offices_below",
    "open_case_number",
    "process_names",
    "progress_of",
    "rows_of",
    "steps_of",
    "task_for",
    "view_of",
]
