"""留言: what was written beside a case, and writing; the page of the case opens it in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.cases.models.comments import CommentScope
from app.cases.operations.comments import COMMENT, comment
from app.cases.queries.comments import MOST_SHOWN, comments_of
from app.cases.transactions import read_and_seen
from app.cases.views.blueprint import bp
from app.database import end_reading, transaction
from app.errors import Missing, Objected
from app.web import after_id, cursor_after, form_values


@bp.get("/cases/<number>/comments")
@allow("operator", "approver")
def comments(number: str) -> Any:
    """For whoever reads the content of the case."""
    return _page(number, {"scope": CommentScope.OFFICE.value}, [])


@bp.post("/cases/<number>/comments")
@allow("operator", "approver")
def write_comment(number: str) -> Any:
    typed = form_values(COMMENT)
    end_reading()
    try:
        with transaction():
            comment(number, typed.get("text", ""), typed.get("scope", ""), actor=actor())
    except Objected as refusal:
        return _page(number, typed, refusal.objections), 422
    flash("留言已保存。", "success")
    return redirect(url_for("cases.comments", number=number))


def _page(number: str, typed: Mapping[str, Any], errors: Sequence[Any]) -> str:
    case, view = read_and_seen(actor(), number)
    if not view.content:
        raise Missing()
    before = after_id() if request.method == "GET" else 0
    found = comments_of(case.id, actor(), view, before=before, limit=MOST_SHOWN + 1)
    following = cursor_after(found, MOST_SHOWN, lambda each: [each.id])
    scopes = [each for each in COMMENT["properties"]["scope"]["oneOf"] if view.whole or each["const"] == "office"]
    form = {**COMMENT, "properties": {**COMMENT["properties"], "scope": {**COMMENT["properties"]["scope"]}}}
    form["properties"]["scope"]["oneOf"] = scopes
    return render_template(
        "cases/case/comments.html",
        case=case,
        comments=found[:MOST_SHOWN],
        form=form,
        typed=typed,
        errors=errors,
        next=url_for("cases.comments", number=number, cursor=following) if following else None,
    )
