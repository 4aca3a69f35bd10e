"""问题学籍: which records are in doubt, and marking one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from app.access import actor, allow
from app.database import transaction
from app.students import queries
from app.students.models.contests import CONTEST_NAMES
from app.students.operations import contests
from app.web import add_menu, encode_cursor, typed_text
from app.web.pagination import after_id

bp = Blueprint("contests", __name__, template_folder="../templates")
PAGE = 20

add_menu("学籍", "问题学籍", "contests.index", ("operator", "approver"))


@bp.get("/contests")
@allow("operator", "approver")
def index() -> Any:
    rows = queries.contests_for(actor(), after=after_id(), limit=PAGE + 1)
    following = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return render_template(
        "students/contests.html",
        contests=rows[:PAGE],
        kinds=CONTEST_NAMES,
        keepers={each.id: _keepers(each) for each in rows[:PAGE]},
        next=url_for("contests.index", cursor=following) if following else None,
    )


def _keepers(contest: Any) -> list[tuple[Any, str]]:
    """Both records of a contest, each with its keeper's name."""
    children = [each for each in (contest.student, contest.other) if each is not None]
    return [(each, keeper.name if (keeper := queries.keeper_of(each)) else "—") for each in children]


@bp.post("/students/<int:student_id>/contest")
@allow("operator")
def mark(student_id: int) -> Any:
    caller = actor()
    asked = ("kind", "explanation", "other_number", "other_name")
    typed = {name: typed_text(name) for name in asked}
    with transaction():
        student = queries.student_for(caller, student_id)
        other = queries.child_by_number(typed["other_number"], typed["other_name"]) if typed["other_number"] else None
        contests.mark(student, typed["kind"], typed["explanation"], other, actor=caller)
    flash("已标记为问题学籍；处理完毕前不办理其他业务。", "success")
    return redirect(url_for("students.show", student_id=student_id))
