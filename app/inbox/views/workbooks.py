"""The list of tasks taken out as a spreadsheet, which is written down."""

from __future__ import annotations

from typing import Any

from app import audit
from app.access import actor, allow
from app.cases import queries
from app.cases.presenters.task_claims import shown_claims
from app.cases.presenters.task_lists import list_of_query
from app.database import transaction
from app.inbox.presenters.workbooks import MOST_ROWS, workbook_of_tasks
from app.inbox.queries import columns_of
from app.inbox.views.blueprint import bp
from app.inbox.views.columns import LISTS
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
    columns, title = columns_of(box, caller), LISTS[box][0]
    claims = shown_claims([row.task_id for row in rows], caller) if "claimed" in columns else {}
    said = {task: each.words for task, each in claims.items()}
    content = workbook_of_tasks(title, rows, box, columns, caller, said)
    with transaction():
        audit.record(
            "tasks/download",
            f"office:{caller.office_code}",
            actor=caller,
            after={"box": box, "count": min(len(rows), MOST_ROWS)},
        )
    return given_out(f"{title}-{caller.office_code}.xlsx", MEDIA_TYPE, content)
