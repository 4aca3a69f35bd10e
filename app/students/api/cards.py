"""学籍卡片, for programs."""

from __future__ import annotations

from flask import Response

from app.access import actor, allow
from app.schools.api import GRADE
from app.students.api.students import bp
from app.students.queries import roll
from app.students.queries.cards import MOST_CARDS
from app.students.views.cards import pdf_of_class
from app.web import Asked, operation
from app.web.pdf import PDF

CLASS = {"type": "integer", "minimum": 1, "maximum": 999, "description": f"班号，全班不超过 {MOST_CARDS} 人"}


@bp.get("/schools/<code>/cards")
@allow("operator", "approver")
@operation("打印一个班的学籍卡片（PDF，一人一份）", gives=PDF, query={"grade": GRADE, "class": CLASS})
def print_cards(code: str, asked: Asked) -> Response:
    """Each child's number stands there in full, and of each that is written down."""
    school = roll.school_for(actor(), code)
    return Response(pdf_of_class(school, asked.get("grade"), asked.get("class")), mimetype=PDF)
