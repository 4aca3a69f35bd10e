"""The papers of a case: added where it waits, given out as files and never shown inside a page of ours."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from app.access import actor, allow
from app.cases import operations
from app.cases.views.blueprint import bp
from app.cases.views.case import page
from app.database import end_reading, transaction
from app.errors import InvalidInput
from app.web import given_out, takes_files, uploads_in

TOGETHER = 64  # megabytes of one request


@bp.post("/cases/<number>/attachments")
@allow("operator", "approver")
@takes_files(TOGETHER)
def attach(number: str) -> Any:
    papers, faults = uploads_in("attachments", kind=request.form.get("kind", "").strip())
    try:
        if faults:
            return page(number, errors=list(faults)), 422
        operations.may_attach_to(number, papers, actor=actor())
        operations.keep_papers(papers)
        with transaction():
            operations.attach_to(number, papers, actor=actor())
    except InvalidInput as fault:
        return page(number, errors=[fault]), 422
    flash(f"已上传 {len(papers)} 个附件。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.get("/cases/<number>/attachments/<int:attachment_id>")
@allow("operator", "approver")
def attachment(number: str, attachment_id: int) -> Any:
    paper, content = operations.read_attachment(number, attachment_id, actor=actor())
    name, media_type = paper.name, paper.media_type
    end_reading()
    with transaction():
        operations.note_reading(number, attachment_id, actor=actor())
    return given_out(name, media_type, content)
