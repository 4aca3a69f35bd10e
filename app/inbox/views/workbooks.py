"""The list of tasks taken out as a spreadsheet, which is written down."""

from __future__ import annotations

from typing import Any

from app import audit
from app.access import actor, allow
from app.cases import queries
from app.cases.presenters.task_lists import list_of_query
from app.cases.presenters.task_workbooks import MOST_ROWS, TITLES, workbook_of
from app.database import transaction
from app.inbox.views.blueprint import bp
from app.web import given_out
from app.web.workbooks import MEDIA_TYPE


@bp.get("/inbox/workbook.xlsx")
@allow("operator", "approver")
def workbook() -> Any:
    return _given("waiting")


@bp.get("/inbox/done/workbook.xlsx")
@allow("operator", "approver")
def workbook_of_done() -> Any:
    return _given("done")


def _given(box: str) -> Any:
    caller, asked = actor(), list_of_query(box)
    rows = queries.inbox(caller, asked.listed, limit=MOST_ROWS + 1)
    content = workbook_of(rows, box, caller)
    with transaction():
        audit.record(
            "tasks/download",
            f"office:{caller.office_code}",
            actor=caller,
            after={"box": box, "count": min(len(rows), MOST_ROWS)},
        )
    return given_out(f"{TITLES[box]}-{caller.office_code}.xlsx", MEDIA_TYPE, content)
