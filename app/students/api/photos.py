"""Photos of children, for programs."""

from __future__ import annotations

from typing import TypedDict

from app.access import allow
from app.database import db
from app.students.api.students import bp
from app.students.models import Photo
from app.students.views.photos import take
from app.web import FORM, operation

PHOTO = {
    "type": "object",
    "properties": {"photo": {"type": "string", "format": "binary"}},
    "required": ["photo"],
}


class PhotoJson(TypedDict):
    """A photo that was taken, by its digest."""

    student: int
    sha256: str
    size: int


@bp.post("/students/<int:student_id>/photo")
@allow("operator")
@operation("上传照片（裁剪为 358×441，小于 60 KB）", body=PHOTO, status=201, media=FORM)
def upload_photo(student_id: int) -> PhotoJson:
    take(student_id)
    kept = db.session.get_one(Photo, student_id)
    return {"student": student_id, "sha256": kept.sha256, "size": kept.size}
