"""What the page of a case shows when somebody asks for it, each at an address of its own.

A link leads to every one of them; where scripts run the page opens it in place (`data-panel`), so that what is rarely
read costs the page nothing.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.models import Attachment
from app.cases.presenters.contacts import contacts_of
from app.cases.queries.child_of_case import child_of_case
from app.cases.transactions import read_and_seen
from app.cases.views.blueprint import CASE_OUTCOMES, STATUS_NAMES, bp
from app.database import db, end_reading, transaction
from app.divisions.models import Office
from app.errors import Missing, Objected
from app.students.models import CHANGE_NAMES, STANDING_NAMES
from app.students.presenters import SEXES
from app.web import shown_inside, typed_text

PICTURES = ("image/jpeg", "image/png")


@bp.get("/cases/<number>/child")
@allow("operator", "approver")
def child(number: str) -> Any:
    """The child behind the case: where it is, how old, what it does there; photo and history for its keeper."""
    case, view = read_and_seen(actor(), number)
    return render_template(
        "cases/case/child.html",
        case=case,
        child=child_of_case(actor(), case, view),
        names=queries.process_names(),
        sexes=SEXES,
        standings=STANDING_NAMES,
        changes=CHANGE_NAMES,
        outcomes=CASE_OUTCOMES,
        statuses=STATUS_NAMES,
    )


@bp.get("/cases/<number>/contacts")
@allow("operator", "approver")
def contacts(number: str) -> Any:
    """Who can act at the steps that wait and that are to come, and whom to call."""
    case, view = read_and_seen(actor(), number)
    return render_template("cases/case/contacts.html", case=case, view=view, contacts=contacts_of(case, view))


@bp.get("/cases/<number>/attachments/<int:attachment_id>/preview")
@allow("operator", "approver")
def preview(number: str, attachment_id: int) -> Any:
    """One paper within a page of ours: the page itself reads nothing of it."""
    case, view = read_and_seen(actor(), number)
    paper = db.session.get(Attachment, attachment_id)
    if not view.whole or paper is None or paper.case_id != case.id:
        raise Missing()
    return render_template("cases/case/preview.html", case=case, paper=paper, is_picture=paper.media_type in PICTURES)


@bp.get("/cases/<number>/attachments/<int:attachment_id>/content")
@allow("operator", "approver")
def attachment_content(number: str, attachment_id: int) -> Any:
    """The picture or PDF itself, to stand inside that page and nowhere else; that it was read is written down."""
    paper, content = operations.read_attachment(number, attachment_id, actor=actor())
    media_type = paper.media_type
    end_reading()
    with transaction():
        operations.note_reading(number, attachment_id, actor=actor())
    return shown_inside(media_type, content)


@bp.get("/office/telephone")
@allow("operator", "approver")
def telephone() -> Any:
    """The service telephone of the reader's office."""
    return _telephone(db.session.get_one(Office, actor().office_id).telephone, [])


@bp.post("/office/telephone")
@allow("approver")
def set_telephone() -> Any:
    typed = typed_text("telephone")
    try:
        with transaction():
            operations.set_telephone(typed, actor=actor())
    except Objected as refusal:
        return _telephone(typed, refusal.objections), 422
    flash("服务电话已保存。", "success")
    return redirect(url_for("cases.telephone"))


def _telephone(value: str, errors: Any) -> str:
    return render_template(
        "cases/telephone.html", value=value, errors=errors, may=actor().duty == "approver", form=operations.TELEPHONE
    )
