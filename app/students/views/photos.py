"""Photos of children: shown to the keeper, taken one by one or as an archive."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from app import file_store
from app.access import actor, allow, found, require
from app.database import db, end_reading, transaction
from app.errors import InvalidInput, Objected, objections_of
from app.students import queries
from app.students.models.issued import Photo
from app.students.operations.photos import check_may_keep, keep_photo, keep_photos, look_through, portrait_of
from app.students.views.papers import bp
from app.web import takes_files, uploads_in
from app.web.images import PoorImage


@bp.get("/students/<int:student_id>/photo")
@allow("operator", "approver")
def photo(student_id: int) -> Any:
    """The picture itself, for the school that keeps the child and the bureaus above it."""
    queries.student_kept(actor(), student_id)
    kept: Photo = found(db.session.get(Photo, student_id))
    return send_file(io.BytesIO(file_store.fetch(kept.sha256)), mimetype="image/jpeg")


@bp.post("/students/<int:student_id>/photo")
@allow("operator")
def take_photo(student_id: int) -> Any:
    try:
        take(student_id)
        flash("照片已保存。", "success")
    except (Objected, InvalidInput, PoorImage) as refusal:
        flash("".join(each.detail for each in objections_of(refusal)), "error")
    return redirect(url_for("students.show", student_id=student_id))


def take(student_id: int) -> None:
    """Keep the photo that was sent with this request. Raises Objected, InvalidInput, PoorImage, NotAllowed."""
    pictures, faults = uploads_in("photo")
    if faults:
        raise Objected(list(faults))
    check_may_keep(student_id, actor=actor())
    picture = portrait_of(pictures[0] if pictures else None)
    end_reading()
    with transaction():
        keep_photo(student_id, picture, actor=actor())


@bp.get("/photos")
@allow("operator")
def ask_photos() -> Any:
    require(actor().office_kind == "school")
    return render_template("students/photos.html", reports=None, errors=[])


@bp.post("/photos")
@allow("operator")
@takes_files(64)
def take_photos() -> Any:
    """Every photo that can be taken is taken; the report says what became of each file."""
    file = request.files.get("archive")
    content = file.stream.read() if file and file.filename else b""
    try:
        if not content:
            raise InvalidInput(sentence="请选择 ZIP 压缩包。", field="archive")
        pictures = look_through(content, actor=actor())
        end_reading()
        with transaction():
            reports = keep_photos(pictures, actor=actor())
    except InvalidInput as fault:
        return render_template("students/photos.html", reports=None, errors=[fault]), 422
    return render_template("students/photos.html", reports=reports, errors=[])
