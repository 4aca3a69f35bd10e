"""Photos of children: shown to the keeper, taken one by one or as an archive."""

from __future__ import annotations

import io
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, send_file, url_for

from app import vault
from app.access import actor, allow, found, require
from app.database import db, transaction
from app.errors import InvalidInput, Objected, objections_of
from app.interface import operation, takes_files, uploads_in
from app.interface.pictures import PoorPicture
from app.students import queries
from app.students.api import bp as api
from app.students.issued import Photo
from app.students.operations.photos import keep_photo, keep_photos
from app.students.papers import bp

PHOTO = {
    "type": "object",
    "properties": {"photo": {"type": "string", "format": "binary"}},
    "required": ["photo"],
}


@bp.get("/students/<int:student_id>/photo")
@allow("operator", "approver")
def photo(student_id: int) -> Any:
    """The picture itself, for the school that keeps the child and the bureaus above it."""
    queries.student_kept(actor(), student_id)
    kept: Photo = found(db.session.get(Photo, student_id))
    return send_file(io.BytesIO(vault.fetch(kept.sha256)), mimetype="image/jpeg")


@bp.post("/students/<int:student_id>/photo")
@allow("operator")
def take_photo(student_id: int) -> Any:
    try:
        _take(student_id)
        flash("照片已保存。", "success")
    except (Objected, InvalidInput, PoorPicture) as refusal:
        flash("".join(each.detail for each in objections_of(refusal)), "error")
    return redirect(url_for("students.show", student_id=student_id))


def _take(student_id: int) -> None:
    pictures, faults = uploads_in("photo")
    if faults:
        raise Objected(list(faults))
    with transaction():
        keep_photo(student_id, pictures[0] if pictures else None, actor=actor())


@api.post("/students/<int:student_id>/photo")
@allow("operator")
@operation("上传照片（裁剪为 358×441，小于 60 KB）", body=PHOTO, status=201, media="multipart/form-data")
def take_photo_of_program(student_id: int) -> Any:
    _take(student_id)
    kept = db.session.get_one(Photo, student_id)
    return jsonify(student=student_id, sha256=kept.sha256, size=kept.size), 201


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
        with transaction():
            reports = keep_photos(content, actor=actor())
    except InvalidInput as fault:
        return render_template("students/photos.html", reports=None, errors=[fault]), 422
    return render_template("students/photos.html", reports=reports, errors=[])
