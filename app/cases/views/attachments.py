"""The papers of a case: added where it waits, given out as files and never shown inside a page of ours."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for

from app.access import actor, allow
from app.cases import operations
from app.cases.views.case import page
from app.cases.views.desk import bp
from app.database import transaction
from app.errors import InvalidInput
from app.interface import given_out, takes_files, uploads_in

TOGETHER = 64  # megabytes of one request


@bp.post("/cases/<number>/attachments")
@allow("operator", "approver")
@takes_files(TOGETHER)
def attach(number: str) -> Any:
    papers, faults = uploads_in("attachments")
    try:
        if faults:
            return page(number, errors=list(faults)), 422
        with transaction():
            operations.attach_to(number, papers, actor=actor())
    except InvalidInput as fault:
        return page(number, errors=[fault]), 422
    flash(f"已上传 {len(papers)} 个附件。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.get("/cases/<number>/attachments/<int:attachment_id>")
@allow("operator", "approver")
def attachment(number: str, attachment_id: int) -> Any:
    with transaction():
        paper, content = operations.read_attachment(number, attachment_id, actor=actor())
        name, media_type = paper.name, paper.media_type
    return given_out(name, media_type, content)
