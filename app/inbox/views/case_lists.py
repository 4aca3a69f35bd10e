"""Lists of cases: applied for, running, closed, all; with the columns that one has chosen, also as a spreadsheet."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from app import audit, clock
from app.access import actor, allow
from app.cases import queries
from app.database import transaction
from app.errors import Missing
from app.inbox.presenters.case_lines import case_line
from app.inbox.presenters.workbooks import MOST_ROWS, workbook_of_cases
from app.inbox.queries import columns_of
from app.inbox.rules import COLUMNS
from app.inbox.views.blueprint import bp
from app.inbox.views.columns import LISTS
from app.web import encode_cursor, given_out
from app.web.pagination import decode_cursor
from app.web.workbooks import MEDIA_TYPE

PAGE = 20


@bp.get("/cases")
@allow("operator", "approver")
def cases() -> Any:
    return _list("all")


@bp.get("/cases/applied")
@allow("operator")
def applied() -> Any:
    return _list("applied")


@bp.get("/cases/running")
@allow("operator", "approver")
def running() -> Any:
    return _list("running")


@bp.get("/cases/closed")
@allow("operator", "approver")
def closed() -> Any:
    return _list("closed")


@bp.get("/inbox/cases/<box>.xlsx")
@allow("operator", "approver")
def case_workbook(box: str) -> Any:
    """The list taken out with its columns, which is written down."""
    caller = actor()
    if box not in LISTS or box in ("waiting", "done") or (box == "applied" and caller.duty != "operator"):
        raise Missing()
    rows = queries.cases_for(caller, box=_box(box), q=_typed() or None, limit=MOST_ROWS + 1)
    title, names, now = LISTS[box][0], queries.process_names(), clock.now()
    lines = [case_line(case, names, now) for case in rows]
    content = workbook_of_cases(title, lines, box, columns_of(box, caller), caller)
    with transaction():
        count = min(len(rows), MOST_ROWS)
        audit.record("tasks/download", f"office:{caller.office_code}", actor=caller, after={"box": box, "count": count})
    return given_out(f"{title}-{caller.office_code}.xlsx", MEDIA_TYPE, content)


def _box(box: str) -> str | None:
    return None if box == "all" else box


def _typed() -> str:
    return request.args.get("q", "").strip()


def _list(box: str) -> Any:
    place, q, caller, now = decode_cursor(int), _typed(), actor(), clock.now()
    after = place[0] if place else None
    rows = queries.cases_for(caller, box=_box(box), q=q or None, after=after, limit=PAGE + 1)
    following = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    title, here = LISTS[box]
    names = queries.process_names()
    return render_template(
        "inbox/cases.html",
        heading=title,
        box=box,
        rows=[case_line(case, names, now) for case in rows[:PAGE]],
        columns=columns_of(box, caller),
        titles=COLUMNS[box],
        next=url_for(here, cursor=following, q=q or None) if following else None,
        here=here,
        q=q,
    )
